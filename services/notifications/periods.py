"""How long what is personal is kept, and how much of it may wait for a confirmation: our decisions, told in the privacy notice."""

from __future__ import annotations

from datetime import timedelta

CONFIRM_WITHIN = timedelta(hours=48)
"""As long as a confirmation link can be used."""
KEPT_UNCONFIRMED = timedelta(days=7)
"""A subscription, so long after that: for whoever follows the link too late."""
KEPT_STOPPED = timedelta(days=7)
"""A subscription that has ended: its link can still be used to have everything erased at once."""
KEPT_FEEDBACK = timedelta(days=365)
"""What somebody said is in the way, and where an answer is wanted."""
MOST_WAITING = 2000
"""So many requests of the city may wait to be confirmed, each with a letter to an address that nobody has proven yet."""
