"""The settings that the demo writes for its service: the sample building, and the ports of this run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from drivers.mqtt.broker_files import BOX_USER
from edge.settings import (
    BoxSettings,
    BrokerSettings,
    ColumnSettings,
    GatewaySettings,
    HttpSettings,
    LockerSettings,
    PrinterSettings,
    Settings,
)
from lobby.demo import ports
from lobby.demo.places import Places
from lobby.demo.ports import HOST
from lobby.sample import sample_locker
from simulators.phone.adapters import PATH as GATEWAY_PATH

BOX = BoxSettings(id="lobby-1", name_zh="梧桐里 3 栋", name_en="Wutong Lane, building 3", desk_phone="8801")
LOCKER = LockerSettings(columns=tuple(ColumnSettings.model_validate(column) for column in sample_locker()))


@dataclass(frozen=True)
class Ports:
    """Everything that listens in a demo, on 127.0.0.1 only. Hands are control ports; page and service come last."""

    broker: int
    printer: int
    gateway: int
    locker_hands: int
    printer_hands: int
    phone_hands: int
    house_hands: int
    page: int = 0
    service: int = 0

    @classmethod
    def choose(cls) -> Ports:
        """Any free ports for the devices."""
        return cls(*ports.choose_several(7))

    def with_doors(self, claims: ports.Claims, page: int, service: int) -> Ports:
        """With these ports for the page and the service where they are free just now: others want them too."""
        return replace(self, page=claims.choose(page), service=claims.choose(service))

    @property
    def page_url(self) -> str:
        return f"http://{HOST}:{self.page}"

    @property
    def service_url(self) -> str:
        return f"http://{HOST}:{self.service}"


def demo_settings(places: Places, listening: Ports) -> Settings:
    return Settings(
        box=BOX,
        http=HttpSettings(host=HOST, port=listening.service, frame_ancestors=(listening.page_url,), docs=True),
        broker=BrokerSettings(host=HOST, port=listening.broker, password_file=places.password_of(BOX_USER)),
        locker=LOCKER,
        printer=PrinterSettings(url=f"tcp://{HOST}:{listening.printer}"),
        gateway=GatewaySettings(url=f"http://{HOST}:{listening.gateway}{GATEWAY_PATH}", token_file=places.token),
    )


def as_toml(settings: Settings) -> str:
    """What differs from the defaults, as the service reads it."""
    parts = settings.model_dump(mode="json", exclude_defaults=True)
    lines = ["# Made by `lobby demo` at each start; changes here are lost."]
    for part, fields in parts.items():
        lines += ["", f"[{part}]", *(f"{name} = {_value(value)}" for name, value in fields.items())]
    return "\n".join(lines) + "\n"


def _value(value: object) -> str:
    """A TOML value. Its basic strings are written like JSON's."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name} = {_value(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    return json.dumps(value, ensure_ascii=False)
