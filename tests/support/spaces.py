"""Text as people read it: they do not see at which spaces no line may end."""

from __future__ import annotations


def same_spaces(text: str) -> str:
    """The text with ordinary spaces."""
    return text.replace("\u00a0", " ")
