"""The real drivers over the real wires, as the settings name them."""

from __future__ import annotations

from pathlib import Path

from drivers.board.driver import MqttBoard
from drivers.mqtt.line import Line
from edge.chance import Chance
from edge.clock import Clock
from edge.settings import Settings
from lobby.gateways import gateway_from
from lobby.lines import wire_from
from lobby.printers import printer_from
from lobby.wiring import Devices


def real_devices(settings: Settings, state: Path, clock: Clock, chance: Chance, *, torso: bool) -> Devices:
    """Nothing connects yet; each driver's loop does that. `torso`: a slip was cut off in an earlier life."""
    line = Line(wire_from(settings.broker), f"{settings.box.id}-edge", chance)
    board = MqttBoard(settings.locker.device, settings.box.id, line, clock)
    return Devices(
        line=line,
        boards={board.name: board},
        printer=printer_from(settings.printer, state, chance, torso=torso),
        gateway=gateway_from(settings.gateway),
    )
