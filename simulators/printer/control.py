"""The hands of the people around the printer, behind the common control port.

| do | with | answer |
| --- | --- | --- |
| `see`, `watch` | | `seen`: see `PrinterDevice.seen` |
| `fault` | `name`, and where it strikes: `at_dot`, `at_byte`; how slow: `dots_per_s` | |
| `clear` | `name` | |
| `refill`, `power` (off and on) | | |
| `feed` | `lines` | |
| `text`, `png` | `slip`: its number, 0 for what is not yet cut; else the latest | `slip`, `text` or `png` (base64) |
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any

from simulators.control import Refused
from simulators.printer.model import PrinterModel
from simulators.printer.paper import Slip
from simulators.printer.picture import png

Args = Mapping[str, Any]
Answer = dict[str, object]


class PrinterDevice:
    """A printer as `simulators.control.Device`."""

    def __init__(self, model: PrinterModel) -> None:
        self._model = model
        self._does: dict[str, Callable[[Args], Answer]] = {
            "fault": self._fault,
            "clear": self._clear,
            "refill": self._refill,
            "power": self._power,
            "feed": self._feed,
            "text": self._text,
            "png": self._png,
        }

    def seen(self) -> Answer:
        """Heights are in dots, 8 to the millimetre; `held` are bytes in its buffer; `paper` is not yet cut."""
        model = self._model
        return {
            "dots": model.body.dots,
            "trouble": model.trouble,
            "faults": list(model.laid),
            "held": model.held,
            "slips": [{"number": slip.number, "height": slip.height} for slip in model.slips],
            "paper": {"number": model.paper.number, "height": model.paper.height},
        }

    async def do(self, what: str, args: Args) -> Answer:
        """Raises `Refused`: `unknown_act`, `unknown_fault`, `no_such_slip`."""
        if what not in self._does:
            raise Refused("unknown_act")
        return self._does[what](args)

    def listen(self, changed: Callable[[], None]) -> Callable[[], None]:
        return self._model.listen(changed)

    def _fault(self, args: Args) -> Answer:
        where = {key: int(args[key]) for key in ("at_dot", "at_byte", "dots_per_s") if key in args}
        try:
            self._model.lay(args["name"], **where)
        except LookupError:
            raise Refused("unknown_fault") from None
        return {}

    def _clear(self, args: Args) -> Answer:
        self._model.clear(args["name"])
        return {}

    def _refill(self, _: Args) -> Answer:
        self._model.refill()
        return {}

    def _power(self, _: Args) -> Answer:
        self._model.power_cycle()
        return {}

    def _feed(self, args: Args) -> Answer:
        self._model.feed(int(args.get("lines", 1)))
        return {}

    def _text(self, args: Args) -> Answer:
        slip = self._slip(args)
        return {"slip": slip.number, "text": slip.text}

    def _png(self, args: Args) -> Answer:
        slip = self._slip(args)
        return {"slip": slip.number, "png": base64.b64encode(png(slip)).decode("ascii")}

    def _slip(self, args: Args) -> Slip:
        number = args.get("slip")
        if number == 0:
            return self._model.paper
        found = [slip for slip in self._model.slips if number is None or slip.number == number]
        if not found:
            raise Refused("no_such_slip")
        return found[-1]
