"""The register 邮件收发登记表: the manuals' columns, filtered, paged, printed, and exported with an approval (H3)."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass, replace
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from edge.ledger import Connection
from edge.notices import notices_about
from edge.parcels.facts import MailClass
from edge.parcels.flows.exporting import FileKind, export_register, exporting
from edge.parcels.rules import clean_number
from edge.parcels.tables import ParcelRow, RegisterFilter, Where, register_page
from edge.people.second_person import give_consent
from edge.refusal import Refusal
from kiosk_ui.desk.context import NO_STORE, Fields, Here
from kiosk_ui.desk.door import DeskRoute, FieldsDep, HereDep
from kiosk_ui.desk.files import csv_file, xlsx_file
from kiosk_ui.desk.finding import unit_meant
from kiosk_ui.desk.refusals import Problem

router = APIRouter(route_class=DeskRoute)

PAGE = 50
PRINTED = 500
COLUMNS = (
    "date", "time", "kind", "parcel", "number", "carrier", "quantity", "to", "place",
    "deliverer", "told", "collected", "taker", "signature", "staff",
)  # fmt: skip
_STATES = tuple(state.value for state in Where)


@dataclass(frozen=True)
class Asked:
    """The filter as it was typed; `fresh` is the cursor of the page."""

    state: str = ""
    unit: str = ""
    mail_class: str = ""
    number: str = ""
    since: str = ""
    until: str = ""
    before: str = ""

    def link(self, **changed: str) -> str:
        asked = {name: value for name, value in asdict(replace(self, **changed)).items() if value}
        return f"?{urlencode(asked)}" if asked else "?"


@dataclass(frozen=True)
class Entry:
    """A line of the register: where it leads, and its columns' values."""

    parcel: str
    values: dict[str, str]
    state: str


def asked_of(request: Request) -> Asked:
    """What the address asks for; words that no filter knows are left out."""
    given = {name: request.query_params.get(name, "").strip()[:60] for name in asdict(Asked())}
    return _only_known(Asked(**given))


def _only_known(asked: Asked) -> Asked:
    return replace(
        asked,
        state=asked.state if asked.state in _STATES else "",
        mail_class=asked.mail_class if asked.mail_class in set(MailClass) else "",
        before=asked.before if asked.before.isascii() and asked.before.isdigit() and len(asked.before) < 16 else "",
    )


def wanted_of(here: Here, asked: Asked) -> RegisterFilter:
    """The filter in the register's own terms. Raises Refusal `no_such_unit`, `date_unreadable`."""
    unit = unit_meant(here, asked.unit) if asked.unit else None
    if asked.unit and unit is None:
        raise Refusal("no_such_unit")
    return RegisterFilter(
        state=asked.state,
        unit=unit.unit if unit else "",
        mail_class=asked.mail_class,
        number=clean_number(asked.number),
        since=_day(here, asked.since, after=0),
        until=_day(here, asked.until, after=1),
        before=int(asked.before or 0),
    )


def _day(here: Here, text: str, *, after: int) -> str:
    if not text:
        return ""
    try:
        return here.times.day_start(text, after=after)
    except (ValueError, OverflowError):
        raise Refusal("date_unreadable", field="since" if after == 0 else "until") from None


def entry(here: Here, db: Connection, row: ParcelRow, *, masked: bool = True) -> Entry:
    """One line. `masked` is how everything on a screen is; only an approved file has whole names (H3)."""
    words, times = here.words, here.times
    name = words.masked if masked else here.house.directory.name_of
    sealed = here.house.ledger.vault.open(db, row.deliverer) if row.deliverer.startswith("deliverer:") else None
    told = [notice.sent_at or notice.queued_at for notice in notices_about(db, f"parcel:{row.parcel}")]
    return Entry(
        parcel=row.parcel,
        state=row.state.value,
        values={
            "date": times.date(row.registered_at),
            "time": times.clock(row.registered_at),
            "kind": words.kind(row),
            "parcel": row.parcel,
            "number": row.number,
            "carrier": words.carrier(row.carrier),
            "quantity": str(row.quantity),
            "to": here.say("desk.unit_and_name", None, unit=words.unit(row.unit), name=name(row.addressee)),
            "place": words.place(row),
            "deliverer": words.deliverer(row, sealed) if masked or sealed is None else sealed["name"],
            "told": _first_and_last(here, told),
            "collected": _when(here, row.collected_at),
            "taker": name(row.collected_by) if row.collected_by else "",
            "signature": _signature(here, row),
            "staff": _staff(here, row),
        },
    )


def _first_and_last(here: Here, told: list[str]) -> str:
    """P2 keeps the date of the notice; of several the first counts, and how many there were."""
    if not told:
        return ""
    first = _when(here, told[0])
    return first if len(told) == 1 else here.say("desk.told.first_of", None, first=first, count=len(told))


def _when(here: Here, at: str) -> str:
    return f"{here.times.date(at)} {here.times.clock(at)}" if at else ""


def _signature(here: Here, row: ParcelRow) -> str:
    """How the taker stands for it, and before it is taken how the deliverer did."""
    if row.collected_signature:
        return here.words.word("signature", row.collected_signature)
    return here.say("desk.signature.in", None, how=here.words.word("signature", row.signature))


def _staff(here: Here, row: ParcelRow) -> str:
    came = here.words.actor(row.registered_by) if row.channel == "desk" else here.say("desk.staff.kiosk")
    if not row.handed_by.startswith("staff:"):
        return came
    went = here.words.actor(row.handed_by)
    return came if went == came else here.say("desk.staff.both", None, came=came, went=went)


@dataclass(frozen=True)
class RegisterView:
    asked: Asked
    entries: list[Entry]
    next_page: str
    problem: Problem | None


def register_view(here: Here, asked: Asked, most: int = PAGE) -> RegisterView:
    """A page of the register; a filter that cannot be read shows why, and no lines."""
    try:
        wanted = wanted_of(here, asked)
    except Refusal as refusal:
        return RegisterView(asked, [], "", here.problem(refusal))
    with here.house.ledger.reading() as db:
        rows = register_page(db, wanted, most + 1)
        entries = [entry(here, db, row) for row in rows[:most]]
    following = asked.link(before=str(rows[most - 1].seq)) if len(rows) > most else ""
    return RegisterView(asked, entries, following, None)


# -- pages -----------------------------------------------------------------------------------------------------


def page_values(here: Here, asked: Asked) -> dict[str, object]:
    return {
        "view": register_view(here, asked),
        "columns": COLUMNS,
        "states": [(state, here.say(f"desk.place.{state}.any")) for state in _STATES],
        "classes": [(one.value, here.say(f"paper.class.{one.value}")) for one in MailClass],
    }


@router.get("/register")
async def register_screen(here: HereDep, request: Request) -> Response:
    return here.page("register.html", **page_values(here, asked_of(request)))


@router.get("/register/print")
async def register_print(here: HereDep, request: Request) -> Response:
    """The same columns on landscape A4, names masked as on the screen."""
    view = register_view(here, asked_of(request), PRINTED)
    return here.page("register_print.html", view=view, columns=COLUMNS)


@router.get("/register/export")
async def export_screen(here: HereDep, request: Request) -> Response:
    return here.page("export.html", asked=asked_of(request), kinds=[kind.value for kind in FileKind])


@router.post("/register/export")
async def export(here: HereDep, form: FieldsDep) -> Response:
    """A colleague with the right role agrees on the spot; then the file is made, once, and that is written down."""
    asked = _asked_in(form)
    try:
        return await _export(here, form, asked)
    except Refusal as refusal:
        values = {"asked": asked, "kinds": [kind.value for kind in FileKind]}
        return here.page("export.html", 422, **values, problem=here.problem(refusal))


def _asked_in(form: Fields) -> Asked:
    return _only_known(Asked(**{name: form.text(name)[:60] for name in asdict(Asked())}))


async def _export(here: Here, form: Fields, asked: Asked) -> Response:
    wanted = replace(wanted_of(here, asked), before=0)
    kind = FileKind.XLSX if form.text("kind") == FileKind.XLSX else FileKind.CSV
    act = exporting(kind, wanted)
    consent = await give_consent(here.house, here.who, form.text("second_number"), form.text("second_pin"), act)
    rows = await export_register(here.house, here.who, here.request("export", form), kind, wanted, consent=consent)
    lines = await _whole_lines(here, rows)
    head = [here.say(f"desk.column.{name}") for name in COLUMNS]
    table = [[line[name] for name in COLUMNS] for line in lines]
    title = here.say("desk.register.title")
    made = await (xlsx_file(title, head, table) if kind is FileKind.XLSX else csv_file(head, table))
    name = f"parcels-{here.times.here_and_now:%Y%m%d-%H%M}.{kind.value}"
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(made.body, media_type=made.media_type, headers={**NO_STORE, **disposition})


async def _whole_lines(here: Here, rows: list[ParcelRow]) -> list[dict[str, str]]:
    """A long file is put together in pieces, so that everybody else is served in between."""
    lines: list[dict[str, str]] = []
    for start in range(0, len(rows), PAGE):
        with here.house.ledger.reading() as db:
            lines += [entry(here, db, row, masked=False).values for row in rows[start : start + PAGE]]
        await asyncio.sleep(0)
    return lines
