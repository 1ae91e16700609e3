"""Who may do what with recommendations: one line for each route."""

from __future__ import annotations

from shared.http.permissions import BODY, PUBLIC, Permissions, role

SECRETARIAT = role("secretariat", of=BODY)
"""Whoever manages the affairs (Geschäftsführung) of the body that gives it."""
INSIDERS = role("secretariat", "chair", "member", of=BODY)
"""Those to whom the body's drafts and non-public recommendations are no secret."""
OFFICER = role("officer", of=BODY)
"""Whoever acts for an office, a department, the Magistrat, a committee or the council."""

WHO_ENTERED = role("secretariat", "officer", of=BODY)
"""As far as the entry is theirs: the route asks for the one or the other."""

PERMISSIONS: Permissions = {
    "draft_recommendation": SECRETARIAT,
    "issue_recommendation": SECRETARIAT,
    "withdraw_recommendation": SECRETARIAT,
    "acknowledge_recommendation": OFFICER,
    "answer_recommendation": OFFICER,
    "correct_entry": WHO_ENTERED,
    "inform_committee": OFFICER,
    "promise_measure": OFFICER,
    "report_measure_done": OFFICER,
    "verify_measure": SECRETARIAT,
    "list_recommendations": PUBLIC,
    "list_open_answers": OFFICER,
    "show_recommendation": PUBLIC,
    "show_measure": PUBLIC,
}
