"""What a message to a resident says, in their language. Calm, and nothing in it that the house cannot keep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from edge.settings import BoxSettings
from kiosk_ui.carriers import carrier_name
from kiosk_ui.texts import Lang, Texts

_LANGS = {"zh": Lang.ZH, "en": Lang.EN}


def grouped(code: str) -> str:
    """A code in groups of three, as it is read aloud and typed: 408 216 34."""
    return " ".join(code[at : at + 3] for at in range(0, len(code), 3))


class PhoneWording:
    """`edge.notices.Wording` in the house's own texts (`message.*`)."""

    def __init__(self, texts: Texts, box: BoxSettings) -> None:
        self._texts = texts
        self._box = box
        self._zone = ZoneInfo(box.timezone)

    def message(self, what: str, language: str, data: Mapping[str, str]) -> str:
        """The text for one message. Raises `TextMissing` for a `what` that no text exists for."""
        lang = _LANGS.get(language, Lang.ZH)
        values = {
            "house": {Lang.ZH: self._box.name_zh, Lang.EN: self._box.name_en}[lang],
            "carrier": carrier_name(self._texts, lang, data.get("carrier", "")),
            "tail": data.get("tail", ""),
            "cell": data.get("cell", ""),
            "shelf": data.get("shelf", ""),
            "code": grouped(data.get("code", "")),
            "until": self._until(lang, data.get("free_until", "")),
        }
        said = self._texts.plain(lang, f"message.{what}", None, **values)
        text = (" " if lang is Lang.EN else "").join((said, *self._desk(lang, what)))
        return f"{text}\n{data['token']}" if data.get("token") else text

    def _desk(self, lang: Lang, what: str) -> Iterator[str]:
        """How to reach the desk about it, where there is something to say."""
        phone = self._box.desk_phone
        key = f"message.desk.{what}" if phone else f"message.no_phone.{what}"
        if self._texts.has(key):
            yield self._texts.plain(lang, key, phone=phone)

    def _until(self, lang: Lang, at: str) -> str:
        if not at:
            return ""
        local = datetime.fromisoformat(at).astimezone(self._zone)
        return format_datetime(local, self._texts.plain(lang, "message.until"), locale=lang.folder)
