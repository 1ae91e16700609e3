"""How long what is personal is kept, and how much of it may wait for a confirmation: our decisions, told in the privacy notice."""

from __future__ import annotations

from datetime import timedelta

CONFIRM_WITHIN = timedelta(hours=48)
"""As long as a confirmation link can be used."""
KEPT_UNCONFIRMED = timedelta(days=7)
"""A registration, so long after that or after it was cancelled: for whoever follows the link too late."""
KEPT_AFTER_CONFERENCE = timedelta(days=30)
"""A confirmed registration, after the conference's end, or after it was called off before that: for what is still to be settled with
interpreters, childcare and the like."""
KEPT_AFTER_CORRECTION = timedelta(days=7)
"""A confirmed registration whose time would be over by a correction, unless it was before: a slip in it can be put right as well."""
KEPT_CONTRIBUTION = timedelta(days=365)
"""What is personal of a contribution, after its day: results are handed over and deliberated within that time."""
MOST_WAITING = 2000
"""So many requests of a conference may wait to be confirmed, each with a mail to an address that nobody has proven yet."""
