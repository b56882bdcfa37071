"""Text as it was meant: full-width characters of a Chinese keyboard turned plain, blanks put right."""

from __future__ import annotations

import re
import unicodedata


def plain(text: str) -> str:
    """Full-width letters, digits and blanks turned plain, edges trimmed, any run of white space one blank."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def plain_digits(text: str) -> str:
    """A code or PIN without the blanks and dashes between its groups."""
    return re.sub(r"[\s\-]", "", plain(text))


def plain_number(text: str) -> str:
    """A staff or courier number as it is kept: capitals, no blanks."""
    return plain(text).replace(" ", "").upper()
