"""Who may do what with conferences, registrations, contributions and results: one line for each route."""

from __future__ import annotations

from shared.http.permissions import BODY, PUBLIC, Permissions, role

ORGANISER = role("organiser", of=BODY)
"""Whoever runs the conferences of the body that hosts them."""

PERMISSIONS: Permissions = {
    "plan_conference": ORGANISER,
    "list_conferences": PUBLIC,
    "show_conference": PUBLIC,
    "record_result": ORGANISER,
    "correct_result": ORGANISER,
    "hold_conference": ORGANISER,
    "cancel_conference": ORGANISER,
    "correct_conference": ORGANISER,
    "correct_cancellation": ORGANISER,
    "open_registration": ORGANISER,
    "close_registration": ORGANISER,
    "list_registrations": ORGANISER,
    # Without an account: whoever has the token out of the mail may.
    "request_registration": PUBLIC,
    "confirm_registration": PUBLIC,
    "cancel_registration": PUBLIC,
    "erase_registration": PUBLIC,
    "show_own_registration": PUBLIC,
    "hand_in_contribution": PUBLIC,
    "erase_contribution": PUBLIC,
    "enter_group_contribution": ORGANISER,
    "publish_contribution": ORGANISER,
    "settle_contribution": ORGANISER,
    "correct_contribution": ORGANISER,
    "list_contributions": PUBLIC,
    "show_contribution": PUBLIC,
}
