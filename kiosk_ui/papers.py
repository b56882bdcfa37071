"""What stands on a slip: the words of each form in the reader's language, the serial number, and codes to scan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from drivers.ports import Align, Block, Code128, Document, Feed, Pair, QrCode, Rule, Text
from edge.settings import BoxSettings
from edge.slips import SlipRow
from kiosk_ui.carriers import carrier_name
from kiosk_ui.texts import Lang, Texts

_LANGS = {"zh": Lang.ZH, "en": Lang.EN}
_SIGNED_ON_PAPER = "slip"


class SlipPapers:
    """`edge.slips.Papers` in the house's own texts (`paper.*`)."""

    def __init__(self, texts: Texts, box: BoxSettings) -> None:
        self._texts = texts
        self._box = box
        self._zone = ZoneInfo(box.timezone)

    def document(self, slip: SlipRow, data: Mapping[str, str]) -> Document:
        """One slip as it goes to the printer. Raises `LookupError` for a form that the house does not know."""
        sheet = _Sheet(self._texts, self._box, self._zone, slip, data)
        body = {
            "parcel_label": _label,
            "drop_off_receipt": _receipt,
            "collection_slip": _collection,
        }[slip.form]
        return Document((*sheet.head(), *body(sheet), *sheet.foot()))


@dataclass(frozen=True)
class _Sheet:
    """One slip with what its words need."""

    texts: Texts
    box: BoxSettings
    zone: ZoneInfo
    slip: SlipRow
    data: Mapping[str, str]

    @property
    def lang(self) -> Lang:
        return _LANGS.get(self.slip.language, Lang.ZH)

    @property
    def title_size(self) -> int:
        """On a label the unit is what is read from afar, not what the paper is called."""
        return 1 if self.slip.form == "parcel_label" else 2

    def say(self, key: str, **values: object) -> str:
        return self.texts.plain(self.lang, f"paper.{key}", None, **values)

    def pair(self, key: str, value: str) -> tuple[Block, ...]:
        """A line of the form; a value that is not there leaves no line."""
        return (Pair(self.say(f"field.{key}"), value),) if value else ()

    def head(self) -> tuple[Block, ...]:
        """Whose paper this is, what it is called in both languages, its number, and that it is a reprint."""
        house = self.box.name_zh if self.lang is Lang.ZH else self.box.name_en
        title = f"paper.{self.slip.form}.title"
        blocks: list[Block] = [
            Text(house, Align.CENTRE),
            Text(self.texts.plain(self.lang, title), Align.CENTRE, size=self.title_size, bold=True),
            Text(self.texts.plain(self.lang.other, title), Align.CENTRE),
        ]
        if self.slip.copy:
            blocks.append(Text(self.say("reprint", count=self.slip.copy), Align.CENTRE, size=2, bold=True))
        return (*blocks, Rule(), Pair(self.say("field.serial"), self.slip.slip))

    def foot(self) -> tuple[Block, ...]:
        """Who prints and when; the desk's phone."""
        lines: list[Block] = [Rule(), Text(self.when(self.slip.at), Align.CENTRE)]
        if self.box.desk_phone:
            lines.append(Text(self.say("desk_phone", phone=self.box.desk_phone), Align.CENTRE))
        return tuple(lines)

    def when(self, at: str) -> str:
        if not at:
            return ""
        return format_datetime(
            datetime.fromisoformat(at).astimezone(self.zone), self.say("when"), locale=self.lang.folder
        )

    def item(self) -> tuple[Block, ...]:
        """What the item is, as the register has it."""
        data = self.data
        count = self.say("pieces", count=data["quantity"], kind=self.say(f"class.{data['mail_class']}"))
        return (
            *self.pair("carrier", carrier_name(self.texts, self.lang, data["carrier"])),
            *self.pair("number", data["number"]),
            *self.pair("kind", count),
            *self.pair("care", self.care()),
        )

    def care(self) -> str:
        return self.say("and").join(self.say(f"care.{word}") for word in self.data["care"].split())

    def place(self) -> str:
        """Where it lies at this moment, in words."""
        if self.data["cell"]:
            return self.say("place.cell", cell=self.data["cell"])
        if self.data["shelf"]:
            return self.say("place.shelf", shelf=self.data["shelf"])
        return self.say("place.desk")

    def signing(self, who: str) -> tuple[Block, ...]:
        """A line to sign on."""
        return (Feed(2), Text(self.say("sign", who=self.say(f"who.{who}"))), Feed(1))


def _label(sheet: _Sheet) -> tuple[Block, ...]:
    """Stuck on the item: read from two metres, scanned at hand-over. Its name is masked, for it lies on a shelf."""
    data = sheet.data
    who = sheet.say("who_and_tail", name=data["name"], tail=data["phone_tail"])
    return (
        Feed(1),
        Text(data["unit"], Align.CENTRE, size=2, bold=True),
        Text(who, Align.CENTRE),
        Feed(1),
        Code128(data["parcel"]),
        *sheet.item(),
        *sheet.pair("place", sheet.place()),
        *sheet.pair("received", sheet.when(data["registered_at"])),
    )


def _receipt(sheet: _Sheet) -> tuple[Block, ...]:
    """For the one who brought it: what the house took over, where it lies, and who stands for it (P1)."""
    data = sheet.data
    on_paper = data["signature"] == _SIGNED_ON_PAPER
    signed = () if on_paper else sheet.pair("signed", sheet.say(f"against.{data['signature']}"))
    hours = data["free_hours"] if data["cell"] else ""
    return (
        *sheet.pair("parcel", data["parcel"]),
        *sheet.item(),
        *sheet.pair("to", sheet.say("unit_and_name", unit=data["unit"], name=data["name"])),
        *sheet.pair("place", sheet.place()),
        *sheet.pair("received", sheet.when(data["registered_at"])),
        *sheet.pair("free", sheet.say("hours", count=hours) if hours else ""),
        *sheet.pair("deliverer", data["deliverer"]),
        *sheet.pair("staff", data["staff"]),
        *signed,
        *(sheet.signing("deliverer") if on_paper else ()),
        Rule(),
        Text(sheet.say("drop_off_receipt.promise")),
        QrCode(sheet.slip.slip),
    )


def _collection(sheet: _Sheet) -> tuple[Block, ...]:
    """For the one who took it, and for the desk's file: what was handed over, to whom, against what (P3)."""
    data = sheet.data
    against = data["taken_against"]
    on_paper = against == _SIGNED_ON_PAPER
    signed = sheet.pair("signed", sheet.say(f"against.{against}")) if against and not on_paper else ()
    return (
        *sheet.pair("parcel", data["parcel"]),
        *sheet.item(),
        *sheet.pair("to", sheet.say("unit_and_name", unit=data["unit"], name=data["name"])),
        *sheet.pair("taker", data["taker"]),
        *sheet.pair("collected", sheet.when(data["collected_at"])),
        *sheet.pair("handed_by", data["handed_by"]),
        *signed,
        *(sheet.signing("taker") if on_paper else ()),
        Rule(),
        Text(sheet.say("collection_slip.promise")),
        QrCode(sheet.slip.slip),
    )
