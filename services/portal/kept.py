"""What somebody typed when it could not be sent: it stays on the page that says why, to be sent once more, and nowhere with us."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.portal.forms import TYPED, Form, Sent

KEPT_FOR = frozenset({401, 403, 500, 503})
"""What can be another answer the next time: after signing in, in another role, or once it works again."""


@dataclass(frozen=True)
class Kept:
    """A form that was sent in vain."""

    action: str
    fields: Sequence[tuple[str, str]]
    """All of it: sent again it is the same command, under the same key."""
    typed: Sequence[tuple[str, str]]
    """What was written by hand, under the questions that it answers."""


def keep(action: str, sent: Sent, form: Form | None) -> Kept:
    """What was sent to this address; `form` knows the questions."""
    fields = [(name, value) for name, values in sent.items() for value in values]
    asked = {one.name: one.label for one in form.fields if one.kind in TYPED} if form else {}
    return Kept(action, fields, [(asked[name], value) for name, value in fields if name in asked and value.strip()])
