"""What is asked of a body when it, its cadence or its succession is entered, and again where that is corrected."""

from __future__ import annotations

from services.portal.forms import Field, Form
from services.portal.language import mark

KINDS = (
    ("city_council", mark("City council")), ("committee", mark("Committee")), ("magistrat", mark("Magistrat")),
    ("department", mark("Department")), ("office", mark("Office")), ("advisory_board", mark("Advisory board")),
    ("representation", mark("Elected representation")), ("network", mark("Network")), ("working_group", mark("Working group")),
    ("external", mark("Body outside the city")),
)  # fmt: skip
NATURES = (
    ("organ", mark("Organ of the city")), ("administration", mark("Administration")), ("advisory", mark("Advisory")),
    ("elected_representation", mark("Elected representation")), ("free_association", mark("Free association")),
    ("outside", mark("Outside the city")),
)  # fmt: skip

FOUND = Form(
    "founding",
    (
        Field("name", mark("Name")),
        Field("kind", mark("Kind"), "choice", options=KINDS),
        Field("legal_nature", mark("Legal nature"), "choice", options=NATURES),
        Field("founded_on", mark("Founded on"), "day"),
        Field("secretariat", mark("Secretariat"), "choice", needed=False, translated=False),
        Field("lead_office", mark("Lead office"), "choice", needed=False, translated=False),
        Field("reports_to", mark("Reports to"), "choice", needed=False, translated=False),
    ),
    submit=mark("Enter the body"),
    done=mark("The body is entered."),
)
CADENCE = Form(
    "cadence",
    (
        Field("minimum_per_year", mark("Meetings a year at least"), "number"),
        Field("maximum_gap_days", mark("Days between two meetings at most"), "number", needed=False),
        Field("valid_from", mark("Valid from"), "day"),
        Field("source", mark("Source of the rule")),
    ),
    submit=mark("Set the cadence"),
    done=mark("The cadence is set."),
)
SUCCEED = Form(
    "succession",
    (
        Field("successor", mark("Successor"), "choice", translated=False),
        Field("on", mark("On"), "day"),
        Field("reason", mark("Reason"), "prose"),
    ),
    submit=mark("Enter the succession"),
    done=mark("The succession is entered."),
    danger=True,
)
