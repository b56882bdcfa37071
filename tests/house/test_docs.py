"""The pages lead where they say: each link has its file, each picture its script, each page its place in the list."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    targets = [target for target in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in target]
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_every_picture_is_shown_and_small() -> None:
    pictures = {path.relative_to(ROOT) for path in (ROOT / "docs" / "pictures").iterdir()}
    shown = {Path(target) for page in PAGES for target in LINK.findall(page.read_text(encoding="utf-8"))}
    assert {str(path) for path in pictures if path not in shown} <= set()
    assert {str(path) for path in pictures if (ROOT / path).stat().st_size > 300_000} == set()


def test_the_decisions_are_numbered_without_a_gap_and_keep_their_form() -> None:
    decisions = sorted(path for path in (ROOT / "docs" / "decisions").glob("*.md") if path.name != "README.md")
    assert [path.name[:4] for path in decisions] == [f"{number:04d}" for number in range(1, len(decisions) + 1)]
    for path in decisions:
        text = path.read_text(encoding="utf-8")
        assert text.startswith(f"# {path.name[:4]} · ")
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Why", "Decision", "Cost"]
        assert re.search(r"^Status: (accepted|replaced by \d{4})$", text, re.MULTILINE)


def test_both_readmes_tell_the_same_walk() -> None:
    english, chinese = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh.md"))
    steps = [len(re.findall(r"^\d\. \*\*", text, re.MULTILINE)) for text in (english, chinese)]
    assert steps == [7, 7]
    for command in ("scripts/demo", "scripts/test", "lobby ledger verify --state var/demo"):
        assert command in english
        assert command in chinese
