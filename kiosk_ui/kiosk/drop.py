"""Dropping off: who brings it, its number, what must be said before a door opens, and the door."""

from __future__ import annotations

from collections.abc import Mapping

from edge.parcels import flows
from edge.parcels.facts import Care, Signature
from edge.parcels.flows.placing import board_now, wall_now
from edge.parcels.rules import Draft, clean_number
from edge.parcels.tables import live_with_number
from edge.people import pin_flows, signing_in
from edge.people.pins import LONGEST_PIN
from edge.people.tables import has_locker_consent
from edge.people.tokens import SETUP_CODE_DIGITS
from edge.refusal import Refusal
from edge.visits import VisitRow
from edge.wall import SIZES, Size
from kiosk_ui.carriers import suggested, suggested_class
from kiosk_ui.kiosk.flats import facade
from kiosk_ui.kiosk.here import Answer, Drafting, Here
from kiosk_ui.kiosk.site import ROOT
from kiosk_ui.kiosk.views import Choice, Choices, Pad, Terms, View
from kiosk_ui.live import Go

Form = Mapping[str, str]
PURPOSE = "drop_off"
HERE = f"{ROOT}/drop"
NUMBER_DIGITS = (6, 30)
PHONE_DIGITS = 11


def sign_in_page(here: Here) -> View:
    return Pad(
        path=here.path,
        once=here.once,
        problem=here.problem,
        what="courier",
        fields=(("who", PHONE_DIGITS, False), ("pin", LONGEST_PIN, True)),
        shortest=3,
        other=(f"{HERE}/pin", "pad.courier.first"),
    )


async def sign_in(here: Here, form: Form) -> Answer:
    """Number or phone, and PIN; a visit begins. Signing in is never repeated by a key: it has budgets of its own."""
    signed = await signing_in.sign_in(here.house, here.screen, form.get("who", ""), form.get("pin", ""))
    public = {name: value for name, value in form.items() if name != "pin"}
    await flows.begin(here.house, signed.who, here.request(signed.who, public))
    return Answer(f"{HERE}/number", session=signed.token)


def new_pin_page(here: Here) -> View:
    """A courier's first PIN, or one in place of a forgotten one: the desk gave them a code for it."""
    return Pad(
        path=here.path,
        once=here.once,
        problem=here.problem,
        what="pin",
        fields=(("who", PHONE_DIGITS, False), ("setup", SETUP_CODE_DIGITS, False), ("new_pin", LONGEST_PIN, True)),
        shortest=3,
        back=HERE,
    )


async def set_new_pin(here: Here, form: Form) -> Answer:
    given = (form.get("who", ""), form.get("setup", ""), form.get("new_pin", ""))
    await pin_flows.redeem_setup_code(here.house, here.screen, *given)
    return Answer(HERE)


# -- the item --------------------------------------------------------------------------------------------------


def number_page(here: Here) -> View:
    here.courier()
    here.visit(PURPOSE)
    return Pad(
        path=here.path,
        once=here.once,
        problem=here.problem,
        what="number",
        fields=(("number", NUMBER_DIGITS[1], False),),
        shortest=NUMBER_DIGITS[0],
        letters=True,
        scan=here.scanner,
    )


def enter_number(here: Here, form: Form) -> Answer:
    return take_number(here, form.get("number", ""))


def take_number(here: Here, written: str) -> Answer:
    """A number from the pad or the scanner. Raises Refusal `already_registered` before anything more is asked."""
    here.courier()
    visit, number = here.visit(PURPOSE), clean_number(written)
    if len(number) < NUMBER_DIGITS[0]:
        raise Refusal("number_too_short", rule="P1")
    with here.house.ledger.reading() as db:
        if live_with_number(db, number) is not None:
            raise Refusal("already_registered", rule="P9")
    here.drafts[visit.visit] = Drafting(number=number)
    return Answer(f"{HERE}/to")


def drafted(here: Here) -> tuple[VisitRow, Drafting]:
    """The parcel in the courier's hands, with its number. Raises `Go` to where it is entered."""
    here.courier()
    visit = here.visit(PURPOSE)
    draft = here.draft(visit)
    if not draft.number:
        raise Go(f"{HERE}/number")
    return visit, draft


# -- the terms (P8) --------------------------------------------------------------------------------------------


def terms_page(here: Here) -> View:
    """What must be said before a door opens; without the addressee's consent no size is offered at all."""
    _, draft = drafted(here)
    if not draft.addressee:
        raise Go(f"{HERE}/to")
    person = here.house.directory.person(draft.addressee)
    house = facade(here, here.house.directory.unit(draft.unit).building, unit=draft.unit)
    free = _free(here)
    with here.house.ledger.reading() as db:
        consents = has_locker_consent(db, draft.addressee)
    why = "no_consent" if not consents else "locker_full" if not any(free.values()) else ""
    if why:
        return Choices(
            path=here.path,
            once=here.once,
            problem=here.problem,
            what=why,
            values={"unit": person.unit_label, "name": person.masked},
            choices=(Choice(f"desk:{why}", "answer.desk"), Choice("keep", "answer.not_put_in")),
            house=house,
            back=f"{HERE}/to",
        )
    return Terms(
        path=here.path,
        once=here.once,
        problem=here.problem,
        name=person.masked,
        unit=person.unit_label,
        free_hours=here.house.settings.policy.free_hours,
        sizes=tuple((size.value, free[size]) for size in SIZES),
        house=house,
        back=f"{HERE}/to",
    )


def _free(here: Here) -> dict[Size, int]:
    """How many free cells would take each size; the next bigger ones count."""
    board = board_now(here.house)
    with here.house.ledger.reading() as db:
        now = wall_now(db, board)
    cells = [cell for cell in here.house.wall if now.online and now.free(cell) and (cell.low or not here.look.low)]
    return {size: sum(cell.size.fits(size) for cell in cells) for size in SIZES}


async def agree(here: Here, form: Form) -> Answer:
    """A size was chosen, with the terms read: the item is registered and a door opens. Or it goes another way."""
    said = form.get("answer", "")
    if said == "not_for_locker":
        return Answer(f"{HERE}/care")
    if said == "keep":
        return Answer(f"{HERE}/number")
    if said.startswith("desk:"):
        return await _to_desk(here, form, said.removeprefix("desk:"))
    if said not in frozenset(Size):
        raise Refusal("form_old")
    visit, draft = drafted(here)
    who = here.courier()
    opened = await flows.drop_off(
        here.house,
        who,
        here.request(who, form),
        visit.visit,
        _facts(here, draft),
        size=Size(said),
        statement=True,
        low=here.look.low,
    )
    draft.size = said
    return Answer(f"{HERE}/door/{opened['parcel']}")


def care_page(here: Here) -> View:
    drafted(here)
    return Choices(
        path=here.path,
        once=here.once,
        problem=here.problem,
        what="care",
        choices=tuple(Choice(care.value, f"care.{care.value}") for care in Care),
        back=f"{HERE}/terms",
    )


async def say_care(here: Here, form: Form) -> Answer:
    said = form.get("answer", "")
    if said not in frozenset(Care):
        raise Refusal("form_old")
    return await _to_desk(here, form, "not_for_locker", (Care(said),))


async def _to_desk(here: Here, form: Form, why: str, care: tuple[Care, ...] = ()) -> Answer:
    visit, draft = drafted(here)
    who = here.courier()
    parcel = await flows.drop_at_desk(
        here.house, who, here.request(who, form), visit.visit, _facts(here, draft, care), why
    )
    return Answer(f"{HERE}/done/{parcel}")


def _facts(here: Here, draft: Drafting, care: tuple[Care, ...] = ()) -> Draft:
    courier = here.house.directory.person(here.courier().id)
    return Draft(
        number=draft.number,
        carrier=courier.carrier or suggested(draft.number),
        unit=draft.unit,
        addressee=draft.addressee,
        mail_class=suggested_class(draft.number),
        care=care,
        deliverer=courier.id,
        signature=Signature.PIN,
    )
