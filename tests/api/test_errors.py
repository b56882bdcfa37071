"""One table from error code to status and words, complete, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fastapi import APIRouter

from drivers.errors import OutcomeUnknown, Rejected, Unavailable
from edge.api.answers import answers
from edge.api.errors import language_of, spoken
from edge.api.visitors import AnyScreen
from edge.ledger import LedgerUnusable, Unusable
from edge.people.access_facts import ScreenKind
from edge.refusal import Refusal
from tests.api.front import Front, play

ROOT = Path(__file__).resolve().parents[2]


def codes_in_the_code() -> dict[str, str]:
    """Every code that a Refusal is made with by its literal, and where."""
    found = {}
    for folder in ("edge", "kiosk_ui", "sync", "lobby"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for code in re.findall(r"Refusal\(\s*\"([a-z_]+)\"", path.read_text(encoding="utf-8")):
                found[code] = str(path.relative_to(ROOT))
    return found


def test_every_refusal_in_the_house_has_its_status_and_words() -> None:
    codes = codes_in_the_code()
    assert len(codes) > 60
    assert {code: path for code, path in codes.items() if code not in answers()} == {}


def test_every_answer_is_three_short_lines_in_both_languages_and_an_error() -> None:
    for code, answer in answers().items():
        assert 400 <= answer.status <= 599, code
        for language in ("zh", "en"):
            words = answer.words[language]
            for line in (words.title, words.what_is_safe, words.what_to_do):
                assert 2 < len(line) <= 110, (code, line)
        assert max(answer.words["zh"].title) >= "\u4e00" > max(answer.words["en"].title), code


def test_both_languages_speak_of_the_same_details() -> None:
    def names(words: object) -> set[str]:
        return set(re.findall(r"\{(\w+)\}", str(words)))

    assert {code for code, one in answers().items() if names(one.words["zh"]) != names(one.words["en"])} == set()


@pytest.mark.parametrize(
    ("header", "language"),
    [("", "en"), ("zh-CN,zh;q=0.9,en;q=0.8", "zh"), ("en-GB,zh;q=0.5", "en"), ("de,fr", "en"), ("de, zh", "zh")],
)
def test_the_reader_chooses_the_language(header: str, language: str) -> None:
    assert language_of(header) == language


def test_the_command_line_says_the_same_three_things_in_one_line() -> None:
    said = spoken(Refusal("not_allowed", "H1", needed="manager"))
    assert said == (
        "Your role does not include this. (H1) Nothing was changed. Ask somebody with one of these roles: manager."
    )


def failing() -> APIRouter:
    errors = {
        "wait": Refusal("wait", wait_s=40),
        "rule": Refusal("quantity_wrong", "P1"),
        "away": Unavailable("locker-1", "offline"),
        "unknown": OutcomeUnknown("locker-1", "silent"),
        "rejected": Rejected("locker-1", "late"),
        "ledger": LedgerUnusable(Unusable.READ_ONLY, "the disk is read-only"),
        "unlisted": Refusal("a_code_that_nobody_listed"),
    }
    router = APIRouter()

    async def fail(which: str, screen: AnyScreen) -> None:
        raise errors[which]

    router.add_api_route("/x/{which}", fail, methods=["GET"])
    return router


@pytest.mark.parametrize(
    ("which", "status", "code"),
    [
        ("wait", 429, "wait"),
        ("rule", 422, "quantity_wrong"),
        ("away", 503, "device_unavailable"),
        ("unknown", 504, "device_outcome_unknown"),
        ("rejected", 502, "device_rejected"),
        ("ledger", 503, "ledger_unusable"),
        ("unlisted", 500, "a_code_that_nobody_listed"),
    ],
)
def test_an_error_is_a_problem_with_its_rule_and_three_lines(
    tmp_path: Path, which: str, status: int, code: str
) -> None:
    async def scene(front: Front) -> None:
        kiosk = await front.screen("kiosk-1", ScreenKind.KIOSK)
        answer = await kiosk.get(f"/x/{which}", headers={"Accept-Language": "zh-CN"})
        problem = answer.json()
        assert (answer.status_code, problem["status"], problem["code"]) == (status, status, code)
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["content-language"] == "zh"
        assert problem["type"] == f"urn:lobby:problem:{code}"
        assert all(problem[line] for line in ("title", "what_is_safe", "what_to_do"))
        if which == "wait":
            assert answer.headers["retry-after"] == "40"
            assert "40" in problem["title"]
        if which == "rule":
            assert problem["rule"] == "P1"

    play(tmp_path, scene, routers=(failing(),))
