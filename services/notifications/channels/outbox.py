"""Mail as files in a folder, one for each letter: for the embedded form, and wherever something else sends them on."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import ClassVar

from services.notifications.channels.channel import NotNow, Post


class Outbox:
    """Writes each letter to `<notification>.eml`, whole or not at all."""

    repeatable: ClassVar[bool] = True

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def send(self, post: Post) -> None:
        """Put the letter into the folder; NotNow while it cannot be written to."""
        try:
            await asyncio.to_thread(self._write, post)
        except OSError as error:
            raise NotNow(f"the outbox cannot be written to ({type(error).__name__})") from None

    def _write(self, post: Post) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        half = self.folder / f".{post.notification}.{os.getpid()}"
        with half.open("wb") as file:
            file.write(post.data)
            file.flush()
            os.fsync(file.fileno())
        half.replace(self.folder / f"{post.notification}.eml")
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
