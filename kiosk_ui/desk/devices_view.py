"""What works and what does not, from the one state that the drivers keep of themselves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

from drivers.ports import DeviceStatus, Grade, Health
from edge.clock import Trust
from kiosk_ui.desk.context import Here


@dataclass(frozen=True)
class DeviceLine:
    """One device: its lamp (on, look, off), what it says of itself, and in trouble what is safe and what to do.

    `name` is the device's own, or what it is able to prove.
    """

    kind: str
    name: str
    title: str
    lamp: str
    says: str
    safe: str = ""
    do: str = ""
    reason: str = ""
    away: bool = False
    """It should be there, and nothing can be done with it now."""


@runtime_checkable
class Graded(Protocol):
    """A printer that knows what it can prove; a box without one has nothing to know."""

    @property
    def grade(self) -> Grade: ...


_LAMPS = {Health.ONLINE: "on", Health.DEGRADED: "look", Health.OFFLINE: "look"}


def device_lines(here: Here) -> list[DeviceLine]:
    house = here.house
    boards = [_line(here, "locker", board.status()) for board in house.boards.values()]
    printer = _line(here, "printer", house.printer.status())
    if isinstance(house.printer, Graded):
        printer = replace(printer, name=here.say(f"desk.grade.{house.printer.grade.value}"))
    return [*boards, printer, _line(here, "gateway", house.gateway.status())]


def _line(here: Here, kind: str, status: DeviceStatus) -> DeviceLine:
    """The words of a device: `desk.device.<kind>.<reason>` has one line when all is well, else three."""
    reason = status.reason or "fine"
    say, has = here.say, here.desk.pages.texts.has
    key = next((k for k in _keys(kind, reason) if has(k)), f"desk.device.{kind}.other")
    says, _, rest = say(key, None, reason=reason).partition("\n")
    safe, _, do = rest.partition("\n")
    quiet = status.reason in ("starting", "untried", "not_fitted")
    lamp = "off" if quiet else _LAMPS[status.health]
    away = status.health is Health.OFFLINE and not quiet
    return DeviceLine(kind, status.name, say(f"desk.device.{kind}"), lamp, says, safe, do, status.reason, away)


def _keys(kind: str, reason: str) -> tuple[str, ...]:
    """The exact word first; every broken line to the broker then reads alike."""
    return (f"desk.device.{kind}.{reason}", f"desk.device.{kind}.{reason.split('_')[0]}")


def journal_lines(here: Here) -> list[DeviceLine]:
    """The journal, the clock and the disk."""
    say, house = here.say, here.house
    guard, head = house.ledger.guard_status(), house.ledger.head
    number = f"{head.seq:,}".replace(",", "\u2009")
    lines = [DeviceLine("journal", "journal", say("desk.journal"), "on", say("desk.journal.at", None, seq=number))]
    synced = house.clock.trust() is Trust.SYNCED
    clock = "desk.clock.synced" if synced else "desk.clock.unsynced"
    lines.append(DeviceLine("clock", "clock", say("desk.clock"), "on" if synced else "off", say(clock)))
    if guard.alarm:
        says, safe, do = say(f"desk.disk.{guard.reason}").split("\n")
        lines.append(DeviceLine("disk", "disk", say("desk.disk"), "look", says, safe, do))
    else:
        free = say("desk.disk.free", None, gb=f"{guard.free_bytes / 2**30:.1f}")
        lines.append(DeviceLine("disk", "disk", say("desk.disk"), "on", free))
    return lines
