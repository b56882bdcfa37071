"""Printers as the settings name them, and what commissioning learnt of each."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from drivers.errors import Unavailable
from drivers.ports import DeviceStatus, Document, Health, Printer, PrintOutcome
from drivers.printer.commissioning import Commissioning, commission
from drivers.printer.driver import EscPosPrinter
from drivers.printer.transports import SerialTransport, TcpTransport, Transport, UsbTransport
from drivers.printer.trial import commission_report
from edge.chance import Chance
from edge.settings import PrinterSettings, SettingsUnusable

RAW_PORT = 9100


class NoPrinter:
    """A box without a printer: the desk sees it, every slip waits for a person, nothing else is hindered."""

    def __init__(self, name: str) -> None:
        self._name = name

    @property
    def name(self) -> str:
        return self._name

    def status(self) -> DeviceStatus:
        return DeviceStatus(self._name, Health.OFFLINE, "not_fitted")

    async def run(self) -> None:
        """Nothing to watch."""
        await asyncio.get_running_loop().create_future()

    async def print(self, document: Document) -> PrintOutcome:  # noqa: ARG002 - the port asks for it
        raise Unavailable(self._name, "not_fitted")


def transport_from(url: str) -> Transport:
    """`tcp://host:9100`, `serial:/dev/ttyUSB0?baud=115200`, `usb:/dev/usb/lp0`. Raises `SettingsUnusable`."""
    parts = urlsplit(url)
    match parts.scheme:
        case "tcp" if parts.hostname:
            return TcpTransport(parts.hostname, parts.port or RAW_PORT)
        case "serial" if parts.path:
            baud = parse_qs(parts.query).get("baud", ["115200"])[0]
            return SerialTransport(parts.path, int(baud))
        case "usb" if parts.path:
            return UsbTransport(Path(parts.path))
        case _:
            raise SettingsUnusable(f"printer.url: {url!r} is none of tcp://host:port, serial:/dev/…, usb:/dev/…")


def learnt_file(state: Path, device: str) -> Path:
    """Where commissioning keeps what it learnt of a printer."""
    return state / "printers" / f"{device}.json"


def learnt(state: Path, settings: PrinterSettings) -> Commissioning:
    """What commissioning learnt; of a printer that was never commissioned nothing is believed (grade blind)."""
    file = learnt_file(state, settings.device)
    if not file.exists():
        return Commissioning(dots=settings.width_dots)
    try:
        return Commissioning.from_json(json.loads(file.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise SettingsUnusable(f"{file} is not what commissioning wrote; commission the printer again") from error


def printer_from(settings: PrinterSettings, state: Path, chance: Chance, *, torso: bool = False) -> Printer:
    """`torso`: a slip was being printed when the box went down, and half of it may hang out of the printer."""
    if not settings.url:
        return NoPrinter(settings.device)
    known = learnt(state, settings)
    return EscPosPrinter(settings.device, transport_from(settings.url), known, chance=chance, torso=torso)


async def commission_printer(settings: PrinterSettings, state: Path) -> list[str]:
    """Ask the printer what it can prove and keep it; lines for the person who does it. Raises `Unavailable`."""
    if not settings.url:
        raise SettingsUnusable("printer.url: no printer is named in the settings")
    known = await commission(settings.device, transport_from(settings.url), dots=settings.width_dots)
    file = learnt_file(state, settings.device)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(known.to_json(), indent=2), encoding="utf-8")
    return commission_report(settings.device, known)
