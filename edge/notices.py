"""Messages to people, as facts with a delivery state.

What a message says may hold a code or a name, so its words are sealed beside the ledger until the gateway has them,
and only that it was queued, handed over or failed stands in the journal. Sending the same id again is harmless at the
gateway, so a crash between sending and noting costs nobody a message and gives nobody two.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import ClassVar, Protocol

import orjson
from sqlite_utils import Database, Migrations

from drivers.errors import DeviceError, Rejected
from drivers.ports import MessageGateway, OutgoingMessage
from edge import eyes
from edge.chance import new_id
from edge.ledger import Connection, Entry, Fact, Ledger, Projection, Request, Subscription, Tx

RETRY_FIRST_S = 5.0
RETRY_LONGEST_S = 600.0
AT_ONCE = 50  # messages looked at in one go


class _OfNotice:
    notice: str

    @property
    def subject(self) -> str:
        return f"notice:{self.notice}"


@dataclass(frozen=True)
class NoticeQueued(_OfNotice):
    """`what` names the text (parcel_in_cell, …), `about` its subject."""

    kind: ClassVar[str] = "notice.queued"
    notice: str
    person: str
    what: str
    about: str


@dataclass(frozen=True)
class NoticeHandedOver(_OfNotice):
    """The gateway took it."""

    kind: ClassVar[str] = "notice.handed_over"
    notice: str


@dataclass(frozen=True)
class NoticeFailed(_OfNotice):
    """A try failed. `final`: no further try will be made, somebody must tell the person otherwise."""

    kind: ClassVar[str] = "notice.failed"
    notice: str
    reason: str
    final: bool


@dataclass(frozen=True)
class NoticeRow:
    notice: str
    person: str
    what: str
    about: str
    state: str
    tries: int
    reason: str
    queued_at: str
    sent_at: str


migrations = Migrations("notices")


@migrations()
def create(db: Database) -> None:
    columns = {"notice": str, "person": str, "what": str, "about": str, "state": str, "tries": int, "reason": str}
    db.table("notices").create({**columns, "queued_at": str, "sent_at": str, "seq": int}, pk="notice")
    db.table("notices").create_index(["about"])
    db.table("notices").create_index(["state", "seq"])


def fold(db: Connection, entry: Entry, fact: Fact) -> None:
    match fact:
        case NoticeQueued():
            values = (fact.notice, fact.person, fact.what, fact.about, entry.at, entry.seq)
            db.execute("INSERT INTO notices VALUES (?, ?, ?, ?, 'queued', 0, '', ?, '', ?)", values)
        case NoticeHandedOver():
            sql = "UPDATE notices SET state = 'sent', tries = tries + 1, reason = '', sent_at = ? WHERE notice = ?"
            db.execute(sql, (entry.at, fact.notice))
        case NoticeFailed():
            state = "failed" if fact.final else "queued"
            sql = "UPDATE notices SET state = ?, tries = tries + 1, reason = ? WHERE notice = ?"
            db.execute(sql, (state, fact.reason, fact.notice))


PROJECTION = Projection(
    name="notices",
    facts=(NoticeQueued, NoticeHandedOver, NoticeFailed),
    migrations=migrations,
    tables=("notices",),
    fold=fold,
)

_COLUMNS = "notice, person, what, about, state, tries, reason, queued_at, sent_at"


def notices_about(db: Connection, about: str) -> list[NoticeRow]:
    """Every message about a subject, oldest first."""
    sql = f"SELECT {_COLUMNS} FROM notices WHERE about = ? ORDER BY seq"  # noqa: S608 - constant
    return [NoticeRow(*values) for values in db.execute(sql, (about,))]


def _queued(db: Connection) -> list[NoticeRow]:
    sql = f"SELECT {_COLUMNS} FROM notices WHERE state = 'queued' ORDER BY seq LIMIT ?"  # noqa: S608 - constant
    return [NoticeRow(*values) for values in db.execute(sql, (AT_ONCE,))]


class Wording(Protocol):
    """Who knows the words: the screens' floor, in the person's language."""

    def message(self, what: str, language: str, data: Mapping[str, str]) -> str: ...


class Notices:
    """Queues messages inside decisions and hands them to the gateway. `run()` is its one worker."""

    def __init__(self, ledger: Ledger, gateway: MessageGateway, wording: Wording, *, tries: int) -> None:
        self._ledger = ledger
        self._gateway = gateway
        self._wording = wording
        self._tries = tries
        self._failures = 0

    def queue(self, tx: Tx, *, person: str, what: str, about: str, data: Mapping[str, str]) -> str:
        """Promise a message, inside the decision that it belongs to. `data` may be secret: it is sealed."""
        notice = new_id(tx.chance)
        tx.append(NoticeQueued(notice=notice, person=person, what=what, about=about))
        tx.vault.put_secret(person, f"notice:{notice}", orjson.dumps(dict(data)))
        return notice

    async def run(self) -> None:
        """Hand over what is queued, with backoff, until cancelled. The queue is the journal: a restart goes on."""
        news = self._ledger.subscribe()
        try:
            while True:
                await _until_queued(news, within_s=await self.send_due())
        finally:
            news.close()

    async def send_due(self) -> float:
        """Send what is queued, oldest first; seconds until the next look. A gateway that is down is not hammered."""
        with self._ledger.reading() as db:
            queued = _queued(db)
        for row in queued:
            if not await self._send(row):
                self._failures += 1
                return float(min(RETRY_FIRST_S * 2 ** (self._failures - 1), RETRY_LONGEST_S))
            self._failures = 0
        return 0.0 if len(queued) == AT_ONCE else RETRY_LONGEST_S

    async def _send(self, row: NoticeRow) -> bool:
        """Hand over one message; False when the gateway is to blame and the rest would fare no better."""
        message = self._message(row)
        if message is None:
            await self._note(row, NoticeFailed(row.notice, "no_phone", final=True))
            return True
        try:
            await self._gateway.send(message)
        except Rejected as error:
            await self._note(row, NoticeFailed(row.notice, error.reason, final=True))
        except DeviceError as error:
            await self._postpone(row, error.reason)
            return False
        else:
            await self._note(row, NoticeHandedOver(row.notice))
        return True

    async def _postpone(self, row: NoticeRow, reason: str) -> None:
        """The gateway is out of reach: one fact a message and reason, and a person is asked to look in time."""
        tried_enough = self._failures + 1 >= self._tries

        def decide(tx: Tx) -> None:
            if row.reason != reason:
                tx.append(NoticeFailed(row.notice, reason, final=False))
            if tried_enough:
                eyes.raise_(tx, f"device:{self._gateway.name}", "not_told", self._gateway.name)

        await self._ledger.commit(Request(reserve=True), decide)

    def _message(self, row: NoticeRow) -> OutgoingMessage | None:
        with self._ledger.reading() as db:
            person = self._ledger.vault.open(db, row.person)
            data = self._ledger.vault.secret(db, row.person, f"notice:{row.notice}")
        if person is None or data is None or not person.get("phone"):
            return None
        text = self._wording.message(row.what, person.get("language", "zh"), orjson.loads(data))
        return OutgoingMessage(id=row.notice, phone=person["phone"], text=text)

    async def _note(self, row: NoticeRow, fact: NoticeHandedOver | NoticeFailed) -> None:
        def decide(tx: Tx) -> None:
            tx.append(fact)
            tx.vault.drop_secret(row.person, f"notice:{row.notice}")
            if isinstance(fact, NoticeFailed):
                eyes.raise_(tx, row.about, "not_told")
            else:
                eyes.settle(tx, f"device:{self._gateway.name}", finding="works", reason="not_told")

        await self._ledger.commit(Request(reserve=True), decide)


async def _until_queued(news: Subscription, *, within_s: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            while not _queues(await anext(news)) and not news.take_lagged():
                continue


def _queues(batch: tuple[Entry, ...]) -> bool:
    return any(entry.kind == NoticeQueued.kind for entry in batch)
