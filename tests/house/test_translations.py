"""Every text exists in every language, and says the same with the same blanks to fill."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = ("zh_CN", "en")
BLANK = re.compile(r"\{(\w+)[^}]*\}")


def shelves() -> list[Path]:
    """Each folder with catalogues: one of the screens, one of the simulators' own page."""
    return sorted(path for top in ("kiosk_ui", "simulators", "lobby") for path in (ROOT / top).rglob("locale"))


def parts() -> list[tuple[Path, str]]:
    found = {(shelf, file.name) for shelf in shelves() for file in shelf.rglob("*.po")}
    return sorted(found)


each_part = pytest.mark.parametrize(
    ("shelf", "part"), parts(), ids=lambda value: value if isinstance(value, str) else value.parent.name
)


def catalogue(shelf: Path, language: str, part: str) -> Catalog:
    with (shelf / language / part).open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def messages(shelf: Path, language: str, part: str) -> dict[str, Message]:
    return {key_of(message): message for message in catalogue(shelf, language, part) if message.id}


def key_of(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def texts_of(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def blanks_of(message: Message) -> set[str]:
    return {blank for text in texts_of(message) for blank in BLANK.findall(text)} - {"n"}


def test_there_are_texts() -> None:
    assert {shelf.parent.name for shelf in shelves()} >= {"kiosk_ui", "virtual_lobby"}
    assert parts()


@each_part
def test_every_language_has_every_part(shelf: Path, part: str) -> None:
    assert {path.parent.name for path in shelf.rglob(part)} == set(LANGUAGES)


@each_part
def test_every_key_has_a_text_in_both_languages(shelf: Path, part: str) -> None:
    chinese, english = (messages(shelf, language, part) for language in LANGUAGES)
    assert sorted(chinese.keys() ^ english.keys()) == []
    for message in [*chinese.values(), *english.values()]:
        assert all(texts_of(message)), f"{part}: {key_of(message)} is empty in a language"
        assert not message.fuzzy, f"{part}: {key_of(message)} is only guessed"


@each_part
def test_both_languages_fill_the_same_blanks(shelf: Path, part: str) -> None:
    chinese, english = (messages(shelf, language, part) for language in LANGUAGES)
    differing = {key for key in chinese.keys() & english.keys() if blanks_of(chinese[key]) != blanks_of(english[key])}
    assert differing == set()


@each_part
def test_a_plural_has_all_of_its_forms(shelf: Path, part: str) -> None:
    for language in LANGUAGES:
        plurals = [message for message in messages(shelf, language, part).values() if message.pluralizable]
        forms = catalogue(shelf, language, part).num_plurals
        assert [key_of(message) for message in plurals if len(texts_of(message)) != forms] == []


@each_part
def test_no_key_stands_twice(shelf: Path, part: str) -> None:
    for language in LANGUAGES:
        text = (shelf / language / part).read_text(encoding="utf-8")
        assert repeated(re.findall(r'^msgid "(.+)"$', text, re.MULTILINE)) == []


@pytest.mark.parametrize("shelf", shelves(), ids=lambda shelf: shelf.parent.name)
def test_no_key_stands_in_two_parts(shelf: Path) -> None:
    files = sorted((shelf / "zh_CN").glob("*.po"))
    assert repeated([key for file in files for key in messages(shelf, "zh_CN", file.name)]) == []


def repeated(keys: list[str]) -> list[str]:
    return sorted({key for key in keys if keys.count(key) > 1})
