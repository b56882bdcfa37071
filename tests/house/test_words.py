"""What must not stand in the repository: unfinished work, other people's addresses, paths of one machine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

SKIPPED_FOLDERS = {"var", "build", "dist", "node_modules", "vendor", "__pycache__"}
TEXT = {
    "", ".py", ".md", ".toml", ".lock", ".sh", ".html", ".css", ".js", ".json", ".yaml", ".yml", ".po", ".pot", ".svg",
    ".service", ".conf", ".txt", ".cfg", ".webmanifest", ".timer", ".socket", ".policy", ".rules",
}  # fmt: skip
BINARY = {".png", ".woff2", ".ico", ".mo", ".wav", ".mp3", ".gif", ".webp", ".xlsx", ".pdf", ".bin"}

UNFINISHED = {
    "a promise instead of work": r"\b(TODO|FIXME|XXX|HACK)\b",
    "a hole": r"\bNotImplementedError\b",
    "a test that does not run": r"\bpytest\.(skip|importorskip|mark\.skip|mark\.skipif|xfail|mark\.xfail)\b",
    "a test that cannot fail": r"\bassert True\b",
    "an error swallowed whole": r"\bexcept \(?Exception\b|\bexcept:\s*$",
    "waiting for luck": r"\btime\.sleep\(|\bwait_for_timeout\(",
}
FOREIGN = {
    "a registry's address": r"(pypi\.org|pythonhosted\.org|registry\.npmjs\.org|registry\.yarnpkg\.com|npmmirror\.com)",
    "a folder of one machine": r"(?<![\w.])/(work|opt/(pypi|wheels))/|/home/\w+/|\.\./shared\b",
    "the number of a ticket": r"\b[Ii]ssues? ?#?\d+\b|(?<![&\w/\"'(\[])#[1-9]\d{0,3}\b(?![-;])",
    "who worked on it": r"\bCo-Authored-By\b|\bCONTRACTS\.md\b",
}
CODE = {".py", ".js", ".html"}


def files() -> Iterator[Path]:
    """All files that belong to the project; what is made on the machine is not looked at."""
    pending = [ROOT]
    while pending:
        for path in sorted(pending.pop().iterdir()):
            hidden = path.name.startswith(".") and path.name not in {".ci", ".gitignore", ".editorconfig"}
            if hidden or path.name in SKIPPED_FOLDERS or path.name.endswith(".egg-info"):
                continue
            if path.is_dir():
                pending.append(path)
            elif path != Path(__file__).resolve():
                yield path


def findings(words: dict[str, str], suffixes: set[str]) -> list[str]:
    found: list[str] = []
    for path in files():
        if path.suffix not in suffixes:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            found += [
                f"{path.relative_to(ROOT)}:{number} {what}" for what, bad in words.items() if re.search(bad, line)
            ]
    return found


def test_nothing_unfinished_stands_in_the_code() -> None:
    assert findings(UNFINISHED, CODE) == []


def test_nothing_of_another_place_stands_in_the_text() -> None:
    assert findings(FOREIGN, TEXT) == []


def test_every_kind_of_file_is_known_and_therefore_looked_at() -> None:
    unknown = {str(path.relative_to(ROOT)) for path in files() if path.suffix not in TEXT | BINARY}
    assert unknown == set()


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (UNFINISHED, "    raise Not" + "ImplementedError"),
        (UNFINISHED, "    except " + "Exception as error:"),
        (UNFINISHED, "# TO" + "DO: later"),
        (FOREIGN, "index-url = https://py" + "pi.org/simple"),
        (FOREIGN, "see /wo" + "rk/plan"),
        (FOREIGN, "as asked in iss" + "ue 7"),
    ],
)
def test_the_words_are_found_where_they_stand(words: dict[str, str], line: str) -> None:
    assert any(re.search(bad, line) for bad in words.values())


@pytest.mark.parametrize(
    "line", ["see [5](#5-secrets)", "&#8226;", "a11y #fff", "work/main is a word", "the issue register"]
)
def test_what_only_looks_like_it_is_left_alone(line: str) -> None:
    assert not any(re.search(bad, line) for bad in (UNFINISHED | FOREIGN).values())
