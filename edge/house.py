"""What a flow gets to work with: the box's parts, put together once at the front door."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from drivers.ports import MessageGateway, Printer, SlotBoard
from edge.acts import Acts
from edge.chance import Chance
from edge.clock import Clock
from edge.ledger import Ledger
from edge.notices import Notices
from edge.people.credentials import Credentials
from edge.people.directory import Directory
from edge.settings import Settings
from edge.slips import Slips
from edge.visits import Visits
from edge.wall import Wall


@dataclass(frozen=True)
class House:
    settings: Settings
    wall: Wall
    clock: Clock
    chance: Chance
    ledger: Ledger
    directory: Directory
    credentials: Credentials
    acts: Acts
    visits: Visits
    slips: Slips
    notices: Notices
    boards: Mapping[str, SlotBoard]
    printer: Printer
    gateway: MessageGateway
