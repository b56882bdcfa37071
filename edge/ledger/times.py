"""How the journal spells a moment."""

from __future__ import annotations

from datetime import UTC, datetime


def spell(moment: datetime) -> str:
    """ISO 8601, UTC, milliseconds, `Z`: the texts sort like the moments."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
