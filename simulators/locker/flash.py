"""A board's flash memory: what survives a loss of power.

One JSON record a line, appended; read back and written short at each start. A last line torn by the end of power is
left out, as on a real board. Without a path it lives as long as the process.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path

import orjson

KEPT_IDS = 1000
"""So many ids of commands that ran are kept; older ones are long past their deadline and their boot."""

Record = dict[str, str | int]


@dataclass
class Flash:
    """`boots`: starts so far. `ran`: ids of commands that ran. `cut`: (act, slot) of a pulse with no outcome yet."""

    path: Path | None = None
    boots: int = 0
    ran: OrderedDict[str, None] = field(default_factory=OrderedDict)
    cut: dict[str, str] = field(default_factory=dict)
    outbox: list[Record] = field(default_factory=list)

    def load(self) -> Flash:
        """Read what the last life left and write it short."""
        if self.path is not None and self.path.exists():
            for line in self.path.read_bytes().splitlines():
                try:
                    self._apply(orjson.loads(line))
                except orjson.JSONDecodeError:
                    break
            self._shorten(self.path)
        return self

    def booted(self) -> int:
        self._write({"do": "boot", "number": self.boots + 1})
        return self.boots

    def about_to_pulse(self, act: str, slot: str) -> None:
        """Before the coil is switched on, never after."""
        self._write({"do": "pulse", "act": act, "slot": slot})

    def outcome_seen(self, act: str) -> None:
        if act in self.cut:
            self._write({"do": "seen", "act": act})

    def keep_event(self, event: Record) -> None:
        self._write({"do": "event", **event})

    def forget_events(self, boot: str, seq: int) -> bool:
        """Drop the acknowledged ones; True when there was one to drop."""
        before = len(self.outbox)
        if any(_covered(event, boot, seq) for event in self.outbox):
            self._write({"do": "ack", "boot": boot, "seq": seq})
        return len(self.outbox) < before

    def _write(self, record: Record) -> None:
        if self.path is not None:
            with self.path.open("ab") as file:
                file.write(orjson.dumps(record) + b"\n")
        self._apply(record)

    def _apply(self, record: Record) -> None:
        what = record.pop("do")
        if what == "boot":
            self.boots = int(record["number"])
        elif what == "pulse":
            act = str(record["act"])
            self.ran[act] = None
            self.cut[act] = str(record["slot"])
            while len(self.ran) > KEPT_IDS:
                self.ran.popitem(last=False)
        elif what == "seen":
            self.cut.pop(str(record["act"]), None)
        elif what == "event":
            self.outbox.append(record)
        elif what == "ack":
            self.outbox = [
                event for event in self.outbox if not _covered(event, str(record["boot"]), int(record["seq"]))
            ]

    def _shorten(self, path: Path) -> None:
        lines: list[Record] = [{"do": "boot", "number": self.boots}]
        lines += [{"do": "pulse", "act": act, "slot": self.cut.get(act, "")} for act in self.ran]
        lines += [{"do": "seen", "act": act} for act in self.ran if act not in self.cut]
        lines += [{"do": "event", **event} for event in self.outbox]
        fresh = path.with_suffix(".new")
        fresh.write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in lines))
        fresh.replace(path)


def _covered(event: Record, boot: str, seq: int) -> bool:
    return event["boot"] == boot and int(event["seq"]) <= seq
