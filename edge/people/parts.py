"""Which of the house's parts the flows of people need."""

from __future__ import annotations

from typing import Protocol

from edge.chance import Chance
from edge.clock import Clock
from edge.ledger import Ledger
from edge.people.credentials import Credentials
from edge.people.directory import Directory


class PeopleParts(Protocol):
    """`edge.house.House` has all of them."""

    @property
    def clock(self) -> Clock: ...
    @property
    def chance(self) -> Chance: ...
    @property
    def ledger(self) -> Ledger: ...
    @property
    def directory(self) -> Directory: ...
    @property
    def credentials(self) -> Credentials: ...
