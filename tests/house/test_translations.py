"""Every text exists in every language, and says the same with the same blanks to fill."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

LOCALE = Path(__file__).resolve().parents[2] / "kiosk_ui" / "locale"
LANGUAGES = ("zh_CN", "en")
BLANK = re.compile(r"\{(\w+)[^}]*\}")


def parts() -> set[str]:
    return {path.name for language in LANGUAGES for path in (LOCALE / language).glob("*.po")}


def catalogue(language: str, part: str) -> Catalog:
    with (LOCALE / language / part).open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def messages(language: str, part: str) -> dict[str, Message]:
    return {key_of(message): message for message in catalogue(language, part) if message.id}


def key_of(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def texts_of(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def blanks_of(message: Message) -> set[str]:
    return {blank for text in texts_of(message) for blank in BLANK.findall(text)} - {"n"}


def test_there_are_texts() -> None:
    assert parts()


def test_every_language_has_every_part() -> None:
    for language in LANGUAGES:
        assert {path.name for path in (LOCALE / language).glob("*.po")} == parts()


@pytest.mark.parametrize("part", sorted(parts()))
def test_every_key_has_a_text_in_both_languages(part: str) -> None:
    chinese, english = (messages(language, part) for language in LANGUAGES)
    assert sorted(chinese.keys() ^ english.keys()) == []
    for message in [*chinese.values(), *english.values()]:
        assert all(texts_of(message)), f"{part}: {key_of(message)} is empty in a language"
        assert not message.fuzzy, f"{part}: {key_of(message)} is only guessed"


@pytest.mark.parametrize("part", sorted(parts()))
def test_both_languages_fill_the_same_blanks(part: str) -> None:
    chinese, english = (messages(language, part) for language in LANGUAGES)
    differing = {key for key in chinese.keys() & english.keys() if blanks_of(chinese[key]) != blanks_of(english[key])}
    assert differing == set()


@pytest.mark.parametrize("part", sorted(parts()))
def test_a_plural_has_all_of_its_forms(part: str) -> None:
    for language in LANGUAGES:
        forms = catalogue(language, part).num_plurals
        short = [key_of(m) for m in messages(language, part).values() if m.pluralizable and len(texts_of(m)) != forms]
        assert short == []


@pytest.mark.parametrize("part", sorted(parts()))
def test_no_key_stands_twice(part: str) -> None:
    for language in LANGUAGES:
        keys = re.findall(r'^msgid "(.+)"$', (LOCALE / language / part).read_text(encoding="utf-8"), re.MULTILINE)
        assert sorted({key for key in keys if keys.count(key) > 1}) == []


def test_no_key_stands_in_two_parts() -> None:
    keys = [key for part in parts() for key in messages("zh_CN", part)]
    assert sorted({key for key in keys if keys.count(key) > 1}) == []
