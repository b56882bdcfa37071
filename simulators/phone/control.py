"""The residents' phones behind the common control port.

| do | with | answer |
| --- | --- | --- |
| `see`, `watch` | | `seen`: `faults`, and `messages` (`number`, `phone`, `text`, `at`), oldest first |
| `fault`, `clear` | `name` | |
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from simulators.control import Refused
from simulators.phone.model import PhoneModel

SHOWN_AT_MOST = 500
"""Of the latest messages; older ones stay in the file."""


class PhoneDevice:
    """The phones as `simulators.control.Device`."""

    def __init__(self, model: PhoneModel) -> None:
        self._model = model

    def seen(self) -> dict[str, object]:
        messages = [
            {"number": shown.number, "phone": shown.phone, "text": shown.text, "at": shown.at.isoformat()}
            for shown in self._model.messages()[-SHOWN_AT_MOST:]
        ]
        return {"faults": list(self._model.laid), "messages": messages}

    async def do(self, what: str, args: Mapping[str, Any]) -> dict[str, object]:
        """Raises `Refused`: `unknown_act`, `unknown_fault`."""
        match what:
            case "fault":
                self._fault(args["name"])
            case "clear":
                self._model.clear(args["name"])
            case _:
                raise Refused("unknown_act")
        return {}

    def _fault(self, name: str) -> None:
        try:
            self._model.lay(name)
        except LookupError:
            raise Refused("unknown_fault") from None

    def listen(self, changed: Callable[[], None]) -> Callable[[], None]:
        return self._model.listen(changed)
