"""Receiving a parcel at the desk on one screen (P1, P2), from the waybill to the shelf without a mouse."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from edge.parcels.facts import Care, MailClass, Signature
from edge.parcels.flows import register
from edge.parcels.rules import Draft, clean_number
from edge.parcels.tables import ParcelRow, RegisterFilter, live_with_number, register_page
from edge.people.directory import Kind, Person
from edge.refusal import Refusal
from kiosk_ui.carriers import CARRIERS, carrier_word, suggested, suggested_class
from kiosk_ui.desk.context import Fields, Here
from kiosk_ui.desk.door import DeskRoute, FieldsDep, HereDep
from kiosk_ui.desk.finding import unit_meant
from kiosk_ui.desk.lines import SlipLine, slip_lines
from kiosk_ui.desk.refusals import Problem

router = APIRouter(route_class=DeskRoute)

CANDIDATES = 9  # number keys
RECENT = 6
SIGNATURES = (Signature.SLIP, Signature.SCREEN)


@dataclass(frozen=True)
class Candidate:
    """Somebody that the parcel may be for; `key` is the number that picks them."""

    key: int
    person: str
    unit: str
    name: str
    standing: str
    phone: str


@dataclass(frozen=True)
class Receipt:
    """The form as it stands. What a courier's next parcel shares with the last one stays in it."""

    number: str = ""
    carrier: str = ""
    to: str = ""
    addressee: str = ""
    mail_class: str = MailClass.EXPRESS.value
    quantity: str = "1"
    care: tuple[str, ...] = ()
    deliverer: str = ""
    signature: str = Signature.SLIP.value
    shelf: str = ""
    drawn: str = ""
    candidates: list[Candidate] = field(default_factory=list)


@dataclass(frozen=True)
class Done:
    """One of the last parcels registered here, with its papers."""

    row: ParcelRow
    unit: str
    name: str
    carrier: str
    slips: list[SlipLine]


@router.get("/receive")
async def receive_page(here: HereDep) -> Response:
    return _page(here, Receipt())


@router.post("/receive")
async def receive_one(here: HereDep, form: FieldsDep) -> Response:
    receipt = _sent(here, form)
    try:
        draft = _draft(here, receipt)
        answer = await register(here.house, here.who, here.request("receive", form), draft, shelf=receipt.shelf)
    except Refusal as refusal:
        return _page(here, receipt, problem=here.problem(refusal))
    kept = Receipt(deliverer=receipt.deliverer, signature=receipt.signature, shelf=receipt.shelf)
    return _page(here, kept, done=answer["parcel"])


@router.get("/receive/number")
async def receive_number(here: HereDep, number: Annotated[str, Query(max_length=80)] = "") -> Response:
    """What a waybill's number tells: the carrier and class, and whether it is here already."""
    carrier = suggested(number)
    with here.house.ledger.reading() as db:
        twin = live_with_number(db, clean_number(number)) if number else None
    return here.page(
        "receive_number.html",
        carrier=here.words.carrier(carrier) if carrier else "",
        mail_class=suggested_class(number).value,
        twin=twin,
    )


@router.get("/receive/to")
async def receive_to(here: HereDep, to: Annotated[str, Query(max_length=80)] = "", addressee: str = "") -> Response:
    return here.page("receive_to.html", receipt=Receipt(to=to, addressee=addressee, candidates=candidates(here, to)))


def candidates(here: Here, text: str) -> list[Candidate]:
    """Who can be meant: the occupants of the unit that was named, or the people found."""
    directory = here.house.directory
    unit = unit_meant(here, text) if text.strip() else None
    people = directory.members(unit.unit) if unit else _people(here, text)
    return [_candidate(here, key, person) for key, person in enumerate(people[:CANDIDATES], start=1)]


def _people(here: Here, text: str) -> tuple[Person, ...]:
    """Units found by their beginning stand for the people in them."""
    directory, found = here.house.directory, []
    for hit in directory.search(text, CANDIDATES, kinds=(Kind.UNIT, Kind.RESIDENT)):
        found += [hit.person] if hit.person is not None else list(directory.members(hit.id))
    return tuple(dict.fromkeys(found))


def _candidate(here: Here, key: int, person: Person) -> Candidate:
    standing = here.say(f"desk.standing.{person.standing}") if person.standing else ""
    return Candidate(key, person.id, person.unit_label, person.masked, standing, here.words.phone(person))


def _sent(here: Here, form: Fields) -> Receipt:
    to, addressee = form.text("to"), form.text("addressee")
    found = candidates(here, to)
    if addressee not in {one.person for one in found}:
        addressee = found[0].person if len(found) == 1 else ""
    return Receipt(
        number=form.text("number"),
        carrier=form.text("carrier"),
        to=to,
        addressee=addressee,
        mail_class=form.text("mail_class"),
        quantity=form.text("quantity"),
        care=form.many("care"),
        deliverer=form.text("deliverer"),
        signature=form.text("signature"),
        shelf=form.text("shelf"),
        drawn=form.text("drawn"),
        candidates=found,
    )


def _draft(here: Here, receipt: Receipt) -> Draft:
    """The register's own terms. A word that is not one of its own is a missing field (P1)."""
    person = here.house.directory.find(receipt.addressee) if receipt.addressee else None
    if receipt.mail_class not in set(MailClass):
        raise Refusal("field_missing", rule="P1", field="mail_class", fields="mail_class")
    courier = _courier(here, receipt.deliverer)
    return Draft(
        number=receipt.number,
        carrier=carrier_word(here.desk.pages.texts, receipt.carrier),
        unit=person.unit if person else "",
        addressee=person.id if person else "",
        mail_class=MailClass(receipt.mail_class),
        quantity=int(receipt.quantity) if receipt.quantity.isascii() and receipt.quantity.isdigit() else 0,
        care=tuple(Care(word) for word in receipt.care if word in set(Care)),
        deliverer=courier.id if courier else "",
        deliverer_name="" if courier else receipt.deliverer,
        signature=Signature(receipt.signature) if receipt.signature in set(SIGNATURES) else None,
        drawn=receipt.drawn if receipt.signature == Signature.SCREEN else "",
    )


def couriers(here: Here) -> list[tuple[str, str]]:
    """(number, how they read in the list) of everybody who may deliver here."""
    people = here.house.directory.everybody(Kind.COURIER)
    carrier = here.words.carrier
    return [(one.number, here.say("desk.dot").join((one.masked, carrier(one.carrier)))) for one in people]


def _courier(here: Here, written: str) -> Person | None:
    """A courier by number; the list's own line begins with it."""
    number = written.split(" ")[0].casefold()
    people = here.house.directory.everybody(Kind.COURIER)
    return next((one for one in people if number and one.number.casefold() == number), None)


def recent(here: Here) -> list[Done]:
    with here.house.ledger.reading() as db:
        rows = [row for row in register_page(db, RegisterFilter(), 5 * RECENT) if row.channel == "desk"][:RECENT]
        return [
            Done(
                row=row,
                unit=here.words.unit(row.unit),
                name=here.words.masked(row.addressee),
                carrier=here.words.carrier(row.carrier),
                slips=slip_lines(here, db, row.parcel),
            )
            for row in rows
        ]


def _page(here: Here, receipt: Receipt, *, problem: Problem | None = None, done: str = "") -> Response:
    template = "receive_form.html" if here.from_htmx else "receive.html"
    status = 422 if problem is not None else 200
    return here.page(template, status, **{**page_values(here, receipt), "problem": problem, "done": done})


def page_values(here: Here, receipt: Receipt | None = None) -> dict[str, object]:
    return {
        "receipt": receipt or Receipt(),
        "recent": recent(here),
        "carriers": [here.words.carrier(carrier) for carrier in CARRIERS],
        "couriers": couriers(here),
        "classes": [(one.value, here.say(f"paper.class.{one.value}")) for one in MailClass],
        "cares": [(one.value, here.say(f"paper.care.{one.value}")) for one in Care],
        "done": "",
        "problem": None,
    }
