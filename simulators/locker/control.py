"""The hands of the people around the locker, behind the common control port.

| do | with | answer |
| --- | --- | --- |
| `see`, `watch` | | `seen`: see `Locker.snapshot` |
| `put` | `slot`, `item` | |
| `take` | `slot` | `item` |
| `close`, `pull` (open by force) | `slot` | |
| `power` | `on` | |
| `fault`, `clear` | `name`, and for a single cell `slot` | |

Refused with `unknown_slot`, `door_closed`, `full`, `empty`, `unknown_fault`, `unknown_act`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from simulators.control import Refused
from simulators.locker.cabinet import Impossible
from simulators.locker.locker import Locker, Snapshot

Args = Mapping[str, Any]
Answer = dict[str, object]


class LockerDevice:
    """A locker as `simulators.control.Device`."""

    def __init__(self, locker: Locker) -> None:
        self._locker = locker
        self._does: dict[str, Callable[[Args], Answer]] = {
            "put": self._put,
            "take": self._take,
            "close": self._close,
            "pull": self._pull,
            "power": self._power,
            "fault": lambda args: self._fault(args, on=True),
            "clear": lambda args: self._fault(args, on=False),
        }

    def seen(self) -> Snapshot:
        return self._locker.snapshot()

    async def do(self, what: str, args: Args) -> Answer:
        """Raises `Refused`."""
        if what not in self._does:
            raise Refused("unknown_act")
        try:
            return self._does[what](args)
        except Impossible as error:
            raise Refused(error.reason) from None

    def listen(self, changed: Callable[[], None]) -> Callable[[], None]:
        return self._locker.listen(changed)

    def _put(self, args: Args) -> Answer:
        self._locker.put(str(args["slot"]), str(args["item"]))
        return {}

    def _take(self, args: Args) -> Answer:
        return {"item": self._locker.take(str(args["slot"]))}

    def _close(self, args: Args) -> Answer:
        self._locker.close(str(args["slot"]))
        return {}

    def _pull(self, args: Args) -> Answer:
        self._locker.pull(str(args["slot"]))
        return {}

    def _power(self, args: Args) -> Answer:
        if args["on"]:
            self._locker.power_on()
        else:
            self._locker.power_off()
        return {}

    def _fault(self, args: Args, *, on: bool) -> Answer:
        try:
            self._locker.set_fault(str(args["name"]), on=on, slot=str(args.get("slot", "")))
        except LookupError:
            raise Refused("unknown_fault") from None
        return {}
