"""A refusal in three lines: what happened, what is safe, what to do now."""

from __future__ import annotations

from dataclasses import dataclass

from edge.api.answers import answer_to
from edge.refusal import Refusal
from kiosk_ui.texts import Lang, Texts


@dataclass(frozen=True)
class Problem:
    """`code` and `rule` are for the log and for tests; people read the three lines. `field` is what to correct."""

    code: str
    rule: str
    happened: str
    safe: str
    do: str
    field: str = ""


_FAMILIES = {"field": "desk.field", "fields": "desk.field", "needed": "desk.role", "care": "paper.care", "size": "size"}


def problem_of(texts: Texts, lang: Lang, refusal: Refusal) -> Problem:
    """The three lines of a refusal: those that the API answers with, unless the desk has closer ones of its own."""
    code = "wait" if refusal.detail.get("wait_s") else refusal.code
    detail = {name: _said(texts, lang, name, value) for name, value in refusal.detail.items()}
    field = str(refusal.detail.get("field", ""))
    own = f"desk.no.{code}"
    if texts.has(own):
        happened, safe, do = texts.plain(lang, own, None, **detail).split("\n")
        return Problem(refusal.code, refusal.rule, happened, safe, do, field)
    words = answer_to(code).words["zh" if lang is Lang.ZH else "en"].filled(detail)
    return Problem(refusal.code, refusal.rule, words.title, words.what_is_safe, words.what_to_do, field)


def _said(texts: Texts, lang: Lang, name: str, value: str | int) -> str:
    """Stable words inside a detail become people's words where there are some: fields, roles, care."""
    family = _FAMILIES.get(name)
    if family is None:
        return str(value)
    words = str(value).replace(",", " ").split()
    return texts.plain(lang, "paper.and").join(_word(texts, lang, f"{family}.{word}", word) for word in words)


def _word(texts: Texts, lang: Lang, key: str, word: str) -> str:
    return texts.plain(lang, key) if texts.has(key) else word
