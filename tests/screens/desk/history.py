"""Some days at a desk, told quickly: parcels of every age, and things that no device could settle."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

from edge.ledger import Request
from edge.parcels import flows
from edge.parcels.facts import Care, MailClass, Signature
from edge.parcels.rules import Draft
from edge.people.who import Role, Who
from edge.wall import Size
from lobby.rehearsal import Stage

Turn = Callable[[timedelta], None]


class Days:
    """Who does what in those days, with a key for each deed."""

    def __init__(self, stage: Stage, known: dict[str, str]) -> None:
        self.stage = stage
        self.known = known
        self.courier = Who(known["c01"], frozenset({Role.COURIER}), "kiosk-1")
        self.staff = Who(known["s01"], frozenset({Role.FRONT_DESK}), "desk-1")
        self.deeds = 0

    def ask(self, who: Who) -> Request:
        self.deeds += 1
        return Request(actor=who.id, key=f"history-{self.deeds}")

    def draft(self, name: str, number: str, carrier: str, **more: object) -> Draft:
        person = self.stage.house.directory.person(self.known[name])
        given = {
            "number": number,
            "carrier": carrier,
            "unit": person.unit,
            "addressee": person.id,
            "deliverer": self.courier.id,
            "signature": Signature.PIN,
        }
        return Draft(**{**given, **more})  # type: ignore[arg-type]

    async def dropped(self, name: str, number: str, carrier: str, size: Size) -> str:
        """Through the kiosk into a cell; the parcel."""
        house, locker = self.stage.house, self.stage.locker
        visit = await flows.begin(house, self.courier, self.ask(self.courier))
        draft = self.draft(name, number, carrier)
        opened = await flows.drop_off(
            house, self.courier, self.ask(self.courier), visit, draft, size=size, statement=True
        )
        await house.acts.until(opened["act"], lambda act: act.opened)
        locker.put(opened["cell"], number)
        locker.close(opened["cell"])
        await house.acts.until(opened["act"], lambda act: {"closed", "occupied"} <= set(act.seen))
        await house.visits.close(self.ask(self.courier), visit, screen=self.courier.screen)
        return opened["parcel"]

    async def received(self, name: str, number: str, carrier: str, shelf: str, **more: object) -> str:
        """Over the desk onto a shelf; the parcel."""
        draft = self.draft(name, number, carrier, signature=Signature.SLIP, **more)
        answer = await flows.register(self.stage.house, self.staff, self.ask(self.staff), draft, shelf=shelf)
        return answer["parcel"]

    async def door_unknown(self, name: str, number: str) -> None:
        """A drop-off whose door nobody saw: the courier is gone and the box does not know."""
        house, locker = self.stage.house, self.stage.locker
        visit = await flows.begin(house, self.courier, self.ask(self.courier))
        medium = [cell.name for cell in house.wall if cell.size is Size.M]
        for cell in medium:
            locker.set_fault("locker.jam", on=True, slot=cell)
        draft = self.draft(name, number, "zto")
        opened = await flows.drop_off(
            house, self.courier, self.ask(self.courier), visit, draft, size=Size.M, statement=True
        )
        async with asyncio.timeout(20):
            await house.acts.until(opened["act"], lambda act: act.state.value in ("unknown", "jammed", "open"))
        await house.visits.close(self.ask(self.courier), visit, screen=self.courier.screen)
        for cell in medium:
            locker.set_fault("locker.jam", on=False, slot=cell)


async def live(stage: Stage, known: dict[str, str], turn: Turn, days: int) -> None:
    """From `days` ago to now."""
    desk = Days(stage, known)

    async def turned(**ago: int) -> None:
        await settled(stage)
        turn(timedelta(**ago))

    await turned(days=min(days, 7), hours=3)
    await desk.dropped("赵磊", "SF10000002093", "顺丰", Size.S)
    await turned(days=min(days, 6), hours=5)
    await desk.dropped("欧阳晴雪", "751234567715", "zto", Size.M)
    await turned(days=1, hours=2)
    taken = await desk.received("何川", "JDVA00011180", "jd", "1")
    await flows.hand_over(
        stage.house, desk.staff, desk.ask(desk.staff), (taken,), taker=known["何川"], signature="slip"
    )
    await settled(stage)
    stage.printer.lay("printer.link_drop", at_byte=300)
    await desk.received("Maria Costa", "1234567890", "dhl", "3", mail_class=MailClass.REGISTERED)
    await turned(hours=6)
    await desk.dropped("何川", "431234561180", "yunda", Size.S)
    await turned(minutes=40)
    stage.printer.lay("printer.link_drop", at_byte=300)
    await desk.received("周以宁", "JDVA00016652", "jd", "1", care=(Care.FRESH,))
    await turned(minutes=24)
    await desk.door_unknown("李䶮", "75123450003")
    await turned(minutes=21)
    await desk.dropped("张小三", "SF10000004471", "顺丰", Size.M)
    await flows.take_out(stage.house, desk.staff, desk.ask(desk.staff), "E05", reason="门铰链松")
    visit = await flows.begin(stage.house, desk.courier, desk.ask(desk.courier))
    sent = desk.draft("周以宁", "SF10000008080", "顺丰")
    await flows.drop_at_desk(stage.house, desk.courier, desk.ask(desk.courier), visit, sent, "no_consent")
    await stage.house.visits.close(desk.ask(desk.courier), visit, screen=desk.courier.screen)
    await settled(stage)


async def settled(stage: Stage) -> None:
    """Until every slip is printed and every message sent, or it is known that they are not."""
    async with asyncio.timeout(20):
        while _under_way(stage):  # noqa: ASYNC110 - looks at a database, not at an event
            await asyncio.sleep(0.02)


def _under_way(stage: Stage) -> int:
    sql = (
        "SELECT (SELECT count(*) FROM slips WHERE state IN ('numbered', 'printing'))"
        " + (SELECT count(*) FROM notices WHERE state = 'queued')"
    )
    with stage.house.ledger.reading() as db:
        return int(db.execute(sql).fetchone()[0])
