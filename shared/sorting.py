"""German order by a stored key, because the database knows no language."""

from __future__ import annotations

import unicodedata


def sort_key(text: str) -> str:
    """A key whose bytes sort as DIN 5007-1 does: ä as a, ß as ss, case and accents last of all (the text itself breaks ties)."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return f"{' '.join(plain.split())}\x1f{text}"
