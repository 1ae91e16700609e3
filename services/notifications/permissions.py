"""Who may do what with subscriptions, contacts, letters and feedback: one line for each route."""

from __future__ import annotations

from shared.http.permissions import BODY, CITY, PUBLIC, Permissions, role

SECRETARIAT = role("secretariat", of=BODY)
"""Whoever manages the body's affairs (Geschäftsführung)."""
FOLLOWERS = SECRETARIAT | role("operator", of=CITY)
"""Who sees what became of letters: a secretariat those of its own body."""
FEEDBACK_OFFICE = role("feedback", of=CITY)
"""The office that reads what people say is in the way."""

PERMISSIONS: Permissions = {
    "request_subscription": PUBLIC,
    "confirm_subscription": PUBLIC,
    "stop_subscription": PUBLIC,
    "stop_with_one_click": PUBLIC,
    "erase_subscriber": PUBLIC,
    "show_own_subscription": PUBLIC,
    "set_member_contact": SECRETARIAT,
    "erase_member_contact": SECRETARIAT,
    "list_contacts": SECRETARIAT,
    "list_all_notifications": FOLLOWERS,
    "give_feedback": PUBLIC,
    "list_all_feedback": FEEDBACK_OFFICE,
    "answer_feedback": FEEDBACK_OFFICE,
}
