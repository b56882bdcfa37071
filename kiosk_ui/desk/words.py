"""From the house's stable words to what staff read: carriers, places, states, reasons, and who did it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from edge import remarks
from edge.ledger import Ledger
from edge.parcels.tables import ParcelRow, Where
from edge.people.directory import Directory, Person
from edge.people.masking import mask_name, phone_tail
from kiosk_ui.carriers import carrier_name
from kiosk_ui.texts import Lang, Texts


@dataclass(frozen=True)
class Words:
    texts: Texts
    lang: Lang
    directory: Directory
    ledger: Ledger

    def say(self, key: str, n: int | None = None, **values: object) -> str:
        return self.texts.plain(self.lang, key, n, **values)

    def word(self, family: str, word: str) -> str:
        """The text for a stable word; a word that nobody wrote a text for is shown as it is, and said to be a code."""
        key = f"desk.{family}.{word}"
        return self.say(key) if word and self.texts.has(key) else self.say("desk.word.code", None, word=word or "-")

    def reason(self, why: str) -> str:
        """A machine's word in ours, or the words that a person typed, out of their seal."""
        if why.startswith(remarks.MARK):
            with self.ledger.reading() as db:
                return remarks.read(self.ledger.vault, db, why)
        key = f"desk.why.{why}"
        return self.say(key) if why.isidentifier() and self.texts.has(key) else why

    def carrier(self, written: str) -> str:
        return carrier_name(self.texts, self.lang, written)

    def kind(self, row: ParcelRow) -> str:
        return self.say(f"paper.class.{row.mail_class}")

    def care(self, row: ParcelRow) -> str:
        return self.say("paper.and").join(self.say(f"paper.care.{word}") for word in row.care.split())

    def place(self, row: ParcelRow) -> str:
        """Where it is, as short as the board has it: B05, shelf 2, with the courier."""
        if row.cell and row.state is not Where.COLLECTED:
            return row.cell
        if row.state is Where.ON_SHELF:
            return self.say("desk.place.shelf", None, shelf=row.shelf)
        return self.say(f"desk.place.{row.state.value}")

    def unit(self, unit: str) -> str:
        return self.directory.label_of(unit)

    def masked(self, person: str) -> str:
        """A person's masked name; who was forgotten is said to be."""
        found = self.directory.find(person)
        return found.masked if found is not None and found.name else self.say("desk.person.forgotten")

    def phone(self, person: Person) -> str:
        """A phone's last four, as people say them: enough to tell two people of a flat apart."""
        return self.say("desk.phone_tail", None, tail=phone_tail(person.phone)) if person.phone else ""

    def actor(self, who: str) -> str:
        """Who did something, as the journal knows them: colleagues by name, residents masked, the box as the box."""
        kind, _, name = who.partition(":")
        if kind in ("staff", "courier"):
            return self.directory.name_of(who)
        if kind == "resident":
            return self.masked(name)
        if kind in ("kiosk", "desk"):
            return self.say(f"desk.actor.{kind}", None, screen=name)
        return self.say("desk.actor.box")

    def deliverer(self, row: ParcelRow, sealed: Mapping[str, str] | None) -> str:
        """Who brought it: a courier by name and carrier, or the name that was sealed with the parcel."""
        courier = self.directory.find(row.deliverer)
        if courier is not None:
            return courier.name
        return mask_name(sealed["name"]) if sealed else self.say("desk.person.forgotten")
