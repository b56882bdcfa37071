"""Which processes a demo consists of, beside its broker, and with which arguments."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from lobby.demo.children import Child, Pids
from lobby.demo.places import Places
from lobby.demo.ports import HOST
from lobby.demo.settings import BOX, LOCKER, Ports

SHARED = Path(__file__).parents[2] / "kiosk_ui" / "static"
"""The screens' own tokens: the page looks like them, and takes nothing else of theirs."""


class Cast:
    def __init__(self, places: Places, listening: Ports, pids: Pids, say: Callable[[str], None]) -> None:
        self._places = places
        self._listening = listening
        self._say = say
        self._pids = pids

    def locker(self) -> Child:
        config = self._places.devices / "locker.json"
        config.write_text(json.dumps(self._locker_config(), indent=1), encoding="utf-8")
        return self._child("locker", ["simulators.locker", "--config", str(config)])

    def printer(self) -> Child:
        port, hands = self._listening.printer, self._listening.printer_hands
        return self._child("printer", ["simulators.printer", "--port", str(port), "--control", str(hands)])

    def phone(self) -> Child:
        hands, kept = self._listening.phone_hands, self._places.devices / "messages.jsonl"
        arguments = ["simulators.phone", "--token-file", str(self._places.token), "--keep", str(kept)]
        ports = ["--port", str(self._listening.gateway), "--control", str(hands)]
        return self._child("phone", [*arguments, *ports])

    def service(self) -> Child:
        arguments = ["lobby", "serve", "--state", str(self._places.state)]
        return self._child("service", arguments, ready="ready on http")

    def page(self) -> Child:
        at = self._listening
        hands = {
            "locker": at.locker_hands,
            "printer": at.printer_hands,
            "phone": at.phone_hands,
            "house": at.house_hands,
        }
        arguments = ["simulators.virtual_lobby", "--port", str(at.page), "--shared", str(SHARED)]
        arguments += ["--service", at.service_url]
        arguments += [word for name, port in hands.items() for word in (f"--{name}", str(port))]
        return self._child("virtual-lobby", arguments)

    def _child(self, name: str, arguments: list[str], ready: str = '{"') -> Child:
        """A simulator says where it is, in JSON, once it can be found there."""
        return Child(name, arguments, self._places.logs / f"{name}.log", self._pids, ready, self._say)

    def _locker_config(self) -> dict[str, object]:
        password = self._places.password_of(LOCKER.device)
        return {
            "box": BOX.id,
            "device": LOCKER.device,
            "columns": [column.model_dump() for column in LOCKER.columns],
            "broker": {"host": HOST, "port": self._listening.broker, "password_file": str(password)},
            "flash": str(self._places.devices / "locker.flash"),
            "control": self._listening.locker_hands,
        }
