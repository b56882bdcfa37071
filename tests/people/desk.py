"""A house with people in it: a real ledger on disk, real argon2 at its lowest cost, a clock set by hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from edge import eyes
from edge.chance import Chance, SeededChance
from edge.clock import Clock, Trust
from edge.ledger import Ledger
from edge.people import pin_flows, screens, signing_in, tables, worker_flows
from edge.people.access_facts import Orientation, ScreenKind
from edge.people.credentials import Credentials
from edge.people.directory import Directory
from edge.people.facts import Standing
from edge.people.known import Screen
from edge.people.pins import Cost
from edge.people.screens import ScreenPlan
from edge.people.signing_in import SignedIn
from edge.people.who import BOX, Role
from edge.people.writing import Place, Resident, Worker
from edge.refusal import Refusal

CHEAP = Cost(passes=1, memory_kib=64, lanes=1)
PIN, OTHER_PIN, THIRD_PIN = "482913", "907352", "615028"


@dataclass
class HandClock:
    """Both clocks stand still until a test moves them; the wall may also jump by itself."""

    wall: datetime = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
    up_s: float = 1000.0

    def now(self) -> datetime:
        return self.wall

    def mono_s(self) -> float:
        return self.up_s

    def trust(self) -> Trust:
        return Trust.SYNCED

    def wait(self, seconds: float) -> None:
        self.up_s += seconds
        self.wall += timedelta(seconds=seconds)

    def jump_wall(self, days: int) -> None:
        self.wall += timedelta(days=days)


@dataclass(frozen=True)
class Desk:
    """`edge.people.parts.PeopleParts`, and nothing besides."""

    clock: Clock
    chance: Chance
    ledger: Ledger
    directory: Directory
    credentials: Credentials

    def kinds(self) -> list[str]:
        with self.ledger.reading() as db:
            return [kind for (kind,) in db.execute("SELECT kind FROM entry ORDER BY seq")]

    def journal(self) -> str:
        """Everything that the journal says, as one text."""
        with self.ledger.reading() as db:
            return "\n".join(bytes(data).decode() for (data,) in db.execute("SELECT data FROM entry ORDER BY seq"))

    async def staff(self, number: str, *roles: Role, pin: str = PIN, name: str = "陈敏") -> str:
        worker = Worker(number, name, f"1380013{len(self.kinds()):04d}", frozenset(roles or {Role.FRONT_DESK}))
        who = await worker_flows.register_worker(self, BOX, worker)
        await pin_flows.set_pin(self, who, pin, BOX)
        return who

    async def courier(self, number: str = "C03", phone: str = "13700137000", pin: str = PIN) -> str:
        who = await worker_flows.register_worker(self, BOX, Worker(number, "何伟", phone, carrier="顺丰"))
        if pin:
            await pin_flows.set_pin(self, who, pin, BOX)
        return who

    async def screen(self, name: str = "desk-1", kind: ScreenKind = ScreenKind.DESK) -> tuple[Screen, str]:
        plan = ScreenPlan(name, kind, 530, 300, Orientation.LANDSCAPE)
        issued = await screens.issue_screen_code(self, BOX, plan)
        enrolled = await screens.enrol_screen(self, issued.code)
        return enrolled.screen, enrolled.token

    async def sign_in(self, screen: Screen, number: str, pin: str = PIN) -> SignedIn:
        return await signing_in.sign_in(self, screen, number, pin)


@contextmanager
def desk_at(folder: Path, clock: HandClock | None = None, seed: int = 1) -> Iterator[Desk]:
    """One run of the service on this folder; a second one on the same folder is a restart."""
    clock, chance = clock or HandClock(), SeededChance(seed)
    projections = [tables.PROJECTION, eyes.PROJECTION]
    with Ledger.open(folder, box="lobby-1", projections=projections, clock=clock, chance=chance) as ledger:
        credentials = Credentials(clock, chance, cost=CHEAP)
        try:
            yield Desk(clock, chance, ledger, Directory.read(ledger), credentials)
        finally:
            credentials.close()


def resident(room: str = "1204", name: str = "张晓三", phone: str = "13900001234", **more: object) -> Resident:
    known: dict[str, object] = {"place": Place("3", "", room), "name": name, "phone": phone, "standing": Standing.OWNER}
    return Resident(**(known | more))  # type: ignore[arg-type]  # the field that a test is about


@contextmanager
def refused(code: str, rule: str | None = None) -> Iterator[pytest.ExceptionInfo[Refusal]]:
    """What is done inside is refused with this code (and by this rule)."""
    with pytest.raises(Refusal) as caught:
        yield caught
    assert caught.value.code == code
    assert rule is None or caught.value.rule == rule
