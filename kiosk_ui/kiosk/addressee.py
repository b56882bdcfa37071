"""To whom: building, entrance, floor and flat by keys, then the person by a masked name; or by phone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import urlencode

from edge.people.directory import Person
from edge.refusal import Refusal
from kiosk_ui.kiosk.drop import HERE, PHONE_DIGITS, drafted
from kiosk_ui.kiosk.flats import STEPS, Flat, counted, facade, flats_of
from kiosk_ui.kiosk.here import Answer, Here
from kiosk_ui.kiosk.views import Choice, Choices, Pad, View, Words
from kiosk_ui.live import Go
from kiosk_ui.texts import Lang

Form = Mapping[str, str]


def page(here: Here) -> View:
    """The next question that is open; one with a single answer is not asked."""
    drafted(here)
    chosen = {step: here.query[step] for step in STEPS if step in here.query}
    if "unit" in chosen:
        return _person_page(here, chosen["unit"])
    flats = flats_of(here, chosen)
    house = facade(here, chosen.get("building", ""), chosen.get("floor", ""))
    for step in STEPS:
        options = _options(step, {flat.step(step): flat for flat in flats})
        if step not in chosen and len(options) > 1:
            return replace(_step_page(here, step, options, chosen), house=house)
    if not flats:
        raise Refusal("no_such_unit")
    return _person_page(here, flats[0].row.unit)


def _options(step: str, flats: Mapping[str, Flat]) -> list[tuple[str, str]]:
    """(answer, what stands on the key), in the order in which people count."""
    if step == "unit":
        return sorted(((value, flat.row.room) for value, flat in flats.items()), key=lambda pair: counted(pair[1]))
    return sorted(((value, value) for value in flats), key=lambda pair: counted(pair[1]))


def _step_page(here: Here, step: str, options: Sequence[tuple[str, str]], chosen: Mapping[str, str]) -> Choices:
    return Choices(
        path=here.path,
        once=here.once,
        problem=here.problem,
        what=f"to.{step}",
        values={name: _words(here, name, value) for name, value in chosen.items()},
        choices=tuple(Choice(answer, "", words=_words(here, step, shown)) for answer, shown in options),
        narrow=step in {"floor", "unit"},
        back=f"{HERE}/number",
        by_phone=f"{HERE}/phone",
        asked=urlencode(chosen),
    )


def _words(here: Here, step: str, value: str) -> Words:
    """`3` is building 3; floors and rooms are just numbers, and so is a building with a name of its own."""
    key = f"to.{step}.name"
    if here.texts.has(key) and value.isascii():
        return here.in_words(key, value=value)
    return dict.fromkeys(Lang, value)


def _person_page(here: Here, unit: str) -> View:
    people = here.house.directory.members(unit)
    row = here.house.directory.unit(unit)
    return Choices(
        path=here.path,
        once=here.once,
        problem=here.problem,
        what="to.person",
        values={"unit": row.label},
        choices=tuple(Choice(f"person:{one.id}", "", words=_named(one)) for one in people),
        back=f"{HERE}/to",
        by_phone=f"{HERE}/phone",
        house=facade(here, row.building, unit=unit),
    )


def _named(person: Person) -> Words:
    return dict.fromkeys(Lang, f"{person.masked} {person.masked_phone}".strip())


def answer(here: Here, form: Form) -> Answer:
    _, draft = drafted(here)
    said = form.get("answer", "")
    if said.startswith("person:"):
        person = here.house.directory.person(said.removeprefix("person:"))
        draft.unit, draft.addressee = person.unit, person.id
        return Answer(f"{HERE}/terms")
    asked = {step: here.query[step] for step in STEPS if step in here.query}
    flats = flats_of(here, asked)
    step = next(step for step in STEPS if step not in asked and len({flat.step(step) for flat in flats}) > 1)
    return Answer(f"{HERE}/to?{urlencode({**asked, step: said})}")


# -- by phone --------------------------------------------------------------------------------------------------


def phone_page(here: Here) -> View:
    drafted(here)
    return Pad(
        path=here.path,
        once=here.once,
        problem=here.problem,
        what="phone",
        fields=(("phone", PHONE_DIGITS, False),),
        back=f"{HERE}/to",
    )


def by_phone(here: Here, form: Form) -> Answer:
    """Exactly this phone; a family that shares one chooses by name. The number itself goes no further."""
    _, draft = drafted(here)
    people = here.house.directory.residents_by_phone(form.get("phone", ""))
    if not people:
        raise Refusal("no_such_person")
    if len(people) == 1:
        draft.unit, draft.addressee = people[0].unit, people[0].id
        return Answer(f"{HERE}/terms")
    units = {person.unit for person in people}
    if len(units) > 1:
        raise Refusal("several_people")
    raise Go(f"{HERE}/to?{urlencode({'unit': units.pop()})}")
