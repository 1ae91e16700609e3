"""Who may do what with bodies and meetings: one line for each route."""

from __future__ import annotations

from shared.http.permissions import BODY, CITY, PUBLIC, Permissions, role

REGISTRY = role("registry", of=CITY)
"""The office that keeps the city's bodies (Gremienbüro)."""
KEEPERS = role("secretariat", of=BODY) | REGISTRY
"""Whoever manages the body's affairs (Geschäftsführung)."""
INSIDERS = role("secretariat", "chair", "member", of=BODY) | REGISTRY
"""Those to whom the body's non-public meetings are no secret; everybody else finds nothing there."""
PROPOSERS = role("officer", "organiser", "secretariat", of=BODY) | REGISTRY
"""Those who act for the body that puts a matter to another: for an office, a department, the host of a conference."""

PERMISSIONS: Permissions = {
    "found_body": REGISTRY,
    "change_cadence": KEEPERS,
    "succeed_body": REGISTRY,
    "correct_body": REGISTRY,
    "correct_cadence": KEEPERS,
    "correct_succession": REGISTRY,
    "create_seat": KEEPERS,
    "seat_member": KEEPERS,
    "vacate_seat": KEEPERS,
    "correct_seating": KEEPERS,
    "correct_seat": KEEPERS,
    "set_quorum_rule": KEEPERS,
    "correct_quorum_rule": KEEPERS,
    "show_composition": PUBLIC,
    "show_seat": PUBLIC,
    "list_all_bodies": PUBLIC,
    "show_body": PUBLIC,
    "show_cadence": PUBLIC,
    "schedule_meeting": KEEPERS,
    "reschedule_meeting": KEEPERS,
    "cancel_meeting": KEEPERS,
    "correct_meeting": KEEPERS,
    "open_meeting": KEEPERS,
    "close_meeting": KEEPERS,
    "place_item": KEEPERS,
    "remove_item": KEEPERS,
    "invite_members": KEEPERS,
    "show_invitation_service": KEEPERS,
    "record_arrival": KEEPERS,
    "record_departure": KEEPERS,
    "receive_item": KEEPERS,
    "deliberate_item": KEEPERS,
    "resolve_item": KEEPERS,
    "take_note": KEEPERS,
    "correct_sitting": KEEPERS,
    "propose_item": PROPOSERS,
    "decline_proposal": KEEPERS,
    "correct_declination": KEEPERS,
    "list_upcoming_meetings": PUBLIC,
    "list_past_meetings": PUBLIC,
    "show_meeting": PUBLIC,
    "show_item": PUBLIC,
    "list_body_proposals": PUBLIC,
    "show_proposal": PUBLIC,
    "list_duties": PUBLIC,
}
