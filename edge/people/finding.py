"""What a searcher typed, and how well something answers it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from edge.people.known import UnitRow
from edge.people.plain import plain

# Best first: a unit said in full, a whole phone or staff number, a whole name, initials, beginnings, parts.
EXACT_UNIT, EXACT_NUMBER, EXACT_NAME, INITIALS, PHONE_TAIL, BEGINS, CONTAINS = range(7)

_UNIT_WORDS = re.compile(r"[栋幢座号楼单元室房#\-－—–/\s.]+")
_PHONE_NOISE = re.compile(r"[\s\-()+]")
_PHONE_TAIL_DIGITS = 4


def folded(text: str) -> str:
    return plain(text).casefold()


def unit_parts(text: str) -> tuple[str, ...]:
    """The parts of a unit however it is written: `3栋2单元1204室` and `3-2-1204` are ("3", "2", "1204")."""
    return tuple(part for part in _UNIT_WORDS.split(folded(text)) if part)


def spoken_label(text: str) -> str:
    return "-".join(unit_parts(text))


@dataclass(frozen=True, slots=True)
class Question:
    """`text` as typed, made plain; `parts` of a unit; `digits` where it can be a phone, else empty."""

    text: str
    parts: tuple[str, ...]
    digits: str

    @classmethod
    def of(cls, text: str) -> Question:
        asked = folded(text)
        digits = _PHONE_NOISE.sub("", asked)
        digits = re.sub(r"^(?:00)?86(?=1\d{10}$)", "", digits)
        return cls(asked, unit_parts(asked), digits if digits.isascii() and digits.isdigit() else "")

    @property
    def is_empty(self) -> bool:
        return not self.parts

    def says_unit(self, unit: UnitRow) -> bool:
        """Whether the whole unit was said, its entrance perhaps left out."""
        full = tuple(part for part in (folded(unit.building), folded(unit.entrance), folded(unit.room)) if part)
        return self.parts in (full, (folded(unit.building), folded(unit.room)))

    def says_phone(self, phone: str) -> bool:
        """Whether it is this number as a whole; the keys of a lobby have no `+` for one from abroad."""
        return self.digits != "" and self.digits in (phone, phone.removeprefix("+"))

    def rank_unit(self, unit: UnitRow) -> int | None:
        room = folded(unit.room)
        if self.says_unit(unit) or self.parts == (room,):
            return EXACT_UNIT
        if len(self.parts) == 1:
            return BEGINS if room.startswith(self.parts[0]) and len(self.parts[0]) > 1 else None
        begins = spoken_label(unit.label).startswith("-".join(self.parts))
        short = f"{folded(unit.building)}-{room}".startswith("-".join(self.parts))
        return BEGINS if begins or short else None

    def rank_person(self, name: str, initials: str, spelling: str, phone: str, number: str) -> int | None:
        if number and self.text == folded(number):
            return EXACT_NUMBER
        return self._rank_phone(phone) if self.digits else self._rank_name(folded(name), initials, spelling)

    def _rank_phone(self, phone: str) -> int | None:
        """By the whole number or by its last four: any other part would tell a masked phone digit by digit (H3)."""
        if self.says_phone(phone):
            return EXACT_NUMBER
        tells_tail = len(self.digits) == _PHONE_TAIL_DIGITS and phone.endswith(self.digits)
        return PHONE_TAIL if tells_tail else None

    def _rank_name(self, name: str, initials: str, spelling: str) -> int | None:
        letters = self.text.replace(" ", "").replace("'", "")
        if self.text == name:
            return EXACT_NAME
        if letters and letters == initials:
            return INITIALS
        joined = spelling.replace(" ", "")
        if letters and (initials.startswith(letters) or joined.startswith(letters)):
            return BEGINS
        return CONTAINS if self.text in name else None
