"""Reads the letters that the demo's outbox holds, as the people who got them would."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path


@dataclass(frozen=True)
class Outbox:
    """A folder of letters (`.eml`, RFC 5322)."""

    folder: Path

    def letters(self) -> Iterator[EmailMessage]:
        """All letters, the newest first."""
        files = [(file.stat().st_mtime_ns, file) for file in self.folder.glob("*.eml")] if self.folder.is_dir() else []
        for _, file in sorted(files, reverse=True):
            yield email.message_from_bytes(file.read_bytes(), policy=email.policy.default)

    def token(self, to: str, link: str) -> str | None:
        """The token in the newest letter to this address that has a link to `…<link>?token=…`."""
        wanted = re.compile(rf"{re.escape(link)}\?token=([\w-]+)")
        for letter in self.letters():
            if to in str(letter["to"]) and (body := letter.get_body(("plain",))) and (found := wanted.search(body.get_content())):
                return found[1]
        return None
