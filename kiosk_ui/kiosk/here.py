"""Who stands where: what a page on the kiosk knows about the request that asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import orjson

from drivers.ports import Health
from edge.house import House
from edge.ledger import Request
from edge.parcels.tables import ParcelRow
from edge.people import signing_in
from edge.people.known import Screen
from edge.people.who import Who, kiosk_itself
from edge.refusal import Refusal
from edge.visits import VisitRow, open_visits
from kiosk_ui import place
from kiosk_ui.carriers import carrier_name
from kiosk_ui.kiosk.views import Item, Problem, Words
from kiosk_ui.look import Look
from kiosk_ui.texts import Lang, Texts


@dataclass
class Drafting:
    """What a courier has told of the parcel in their hands so far: nobody's fact yet, gone with the visit."""

    number: str = ""
    unit: str = ""
    addressee: str = ""
    size: str = ""


@dataclass(frozen=True)
class Answer:
    """Where a press leads, and what the browser keeps: a person's look, a courier's session (`""`: gone)."""

    go: str
    look: str | None = None
    session: str | None = None
    cookies: tuple[str, ...] = ()


@dataclass(frozen=True)
class Here:
    """One request at one enrolled kiosk."""

    house: House
    texts: Texts
    screen: Screen
    look: Look
    path: str
    query: Mapping[str, str]
    once: str
    session: str
    drafts: dict[str, Drafting]
    scanner: bool = False
    looking: bool = False
    """A live view's request: nobody did anything, so nobody's idle time begins anew."""

    @property
    def kiosk(self) -> Who:
        return kiosk_itself(self.screen.name)

    @property
    def problem(self) -> Problem | None:
        """What the last press met, carried in the address: a refusal's word and its small numbers."""
        return problem_in(self.query)

    @property
    def address(self) -> str:
        """Where this page lives, without what a press on it met."""
        kept = {name: value for name, value in self.query.items() if name != "problem" and not name.startswith("d.")}
        return f"{self.path}?{urlencode(kept)}" if kept else self.path

    @property
    def locker_is_away(self) -> bool:
        """Nobody can reach the locker's board now."""
        board = self.house.boards.get(self.house.wall.device)
        return board is None or board.status().health is Health.OFFLINE

    def courier(self) -> Who:
        """The courier who signed in at this screen. Raises Refusal `sign_in_first`, `session_over`."""
        with self.house.ledger.reading() as db:
            return signing_in.who_is_signed_in(self.house, db, self.screen, self.session, moved=not self.looking)

    def visit(self, purpose: str) -> VisitRow:
        """The visit at this screen. Raises Refusal `visit_over`."""
        with self.house.ledger.reading() as db:
            rows = open_visits(db, self.screen.name)
            if not rows or rows[-1].purpose != purpose:
                raise Refusal("visit_over")
            if self.looking:
                return rows[-1]
            return self.house.visits.current(db, rows[-1].visit, screen=self.screen.name, purpose=purpose)

    def draft(self, visit: VisitRow) -> Drafting:
        return self.drafts.setdefault(visit.visit, Drafting())

    def request(self, who: Who, form: Mapping[str, str]) -> Request:
        """A request that a repeated press of the same rendered form repeats."""
        once, said = form.get("once", ""), form.get("answer", "")
        if not once:
            raise Refusal("form_old")
        told = orjson.dumps([self.path, *sorted((k, v) for k, v in form.items())])
        fingerprint = self.house.ledger.hmac("kiosk-form", told).hex()
        return Request(actor=who.id, key=f"kiosk{self.path}:{who.id}:{once}:{said}", fingerprint=fingerprint)

    # -- what views need ---------------------------------------------------------------------------------------

    def in_words(self, key: str, **values: object) -> Words:
        return {lang: self.texts.plain(lang, key, None, **values) for lang in Lang}

    def where(self, cell: str) -> Words:
        return {lang: place.where(self.texts, lang, self.house.wall, cell) for lang in Lang}

    def local(self, at: str) -> datetime:
        return datetime.fromisoformat(at).astimezone(ZoneInfo(self.house.settings.box.timezone))

    def item(self, row: ParcelRow) -> Item:
        carrier = {lang: carrier_name(self.texts, lang, row.carrier) for lang in Lang}
        where = self.where(row.cell) if row.cell else None
        return Item(
            row.parcel, carrier, row.number[-4:], self.local(row.placed_at or row.registered_at), row.cell, where
        )


def refused(address: str, refusal: Refusal) -> str:
    """The address of a page that shows why the last press did nothing."""
    detail = {f"d.{name}": str(value) for name, value in refusal.detail.items() if str(value).isalnum()}
    joint = "&" if "?" in address else "?"
    return f"{address}{joint}{urlencode({'problem': refusal.code, **detail})}"


def problem_in(query: Mapping[str, str]) -> Problem | None:
    """What `refused` put into an address. Anybody can write one: of its numbers, that which the texts name is taken."""
    code, wait_s = query.get("problem", ""), query.get("d.wait_s", "")
    if not code.isidentifier():
        return None
    waits = wait_s.isdecimal() and wait_s != "0"
    return Problem("wait" if waits else code, {"wait_s": wait_s if waits else "0"})
