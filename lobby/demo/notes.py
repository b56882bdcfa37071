"""What the demo keeps beside the box: seed, PINs, whose each phone is, and the doorkeeper's token."""

from __future__ import annotations

from typing import Any

from edge.people.who import Role
from lobby.demo.places import Places, read_json, write_json


class Notes:
    """What the demo keeps beside the box: `demo.json`."""

    def __init__(self, places: Places) -> None:
        self._path = places.notes
        self._kept = read_json(self._path)

    @property
    def complete(self) -> bool:
        return bool(self._kept.get("complete"))

    @property
    def seed(self) -> int:
        return int(self._kept.get("seed", 0))

    @property
    def people(self) -> list[dict[str, str]]:
        """`number`, `name`, `role`, `pin` of each who has a PIN."""
        return list(self._kept.get("people", []))

    @property
    def phones(self) -> dict[str, str]:
        """Phone -> whose it is, as the phone's own page shows it."""
        return dict(self._kept.get("phones", {}))

    @property
    def known(self) -> list[str]:
        """The phones of those whom the walk through the demo meets."""
        return list(self._kept.get("known", []))

    @property
    def token(self) -> str:
        """The doorkeeper's; empty before its screen is enrolled."""
        return str(self._kept.get("token", ""))

    def of_role(self, role: Role) -> dict[str, str]:
        return next(person for person in self.people if person["role"] == role)

    def write(self, **changes: Any) -> None:
        self._kept |= changes
        write_json(self._path, self._kept)
