"""Errors on their way to a person: problem+json (RFC 9457) with the rule's id, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from drivers.errors import DeviceError, OutcomeUnknown, Unavailable
from edge.api.answers import answer_to
from edge.ledger import LedgerClosed, LedgerUnusable
from edge.refusal import Refusal

MEDIA_TYPE = "application/problem+json"
_BY_STATUS = {404: "not_found", 405: "method_not_allowed", 413: "body_too_large"}


@dataclass(frozen=True)
class Problem:
    """`detail` are the numbers and names that the words need; `fields` name what was wrong with the input."""

    code: str
    rule: str = ""
    detail: Mapping[str, str | int] | None = None
    fields: Sequence[Mapping[str, str]] = ()


def problem_body(problem: Problem, language: str) -> dict[str, object]:
    """The problem in the words of one language; its HTTP status is in it."""
    answer = answer_to(problem.code)
    words = answer.words[language].filled(problem.detail or {})
    body: dict[str, object] = {
        "type": f"urn:lobby:problem:{problem.code}",
        "title": words.title,
        "status": answer.status,
        "code": problem.code,
        "rule": problem.rule,
        "what_is_safe": words.what_is_safe,
        "what_to_do": words.what_to_do,
    }
    if problem.detail:
        body["params"] = dict(problem.detail)
    if problem.fields:
        body["fields"] = list(problem.fields)
    return body


def problem_response(problem: Problem, language: str) -> Response:
    body, status = problem_body(problem, language), answer_to(problem.code).status
    headers = {"cache-control": "no-store", "content-language": language}
    wait_s = (problem.detail or {}).get("wait_s")
    if status == 429 and wait_s:
        headers["retry-after"] = str(wait_s)
    return JSONResponse(body, status, headers, MEDIA_TYPE)


def problem_of(error: Exception) -> Problem:
    """What an error means to the one who asked."""
    match error:
        case Refusal():
            return Problem(error.code, error.rule, error.detail)
        case DeviceError():
            return Problem(_device_code(error), "", {"device": error.device, "reason": error.reason})
        case LedgerUnusable() | LedgerClosed():
            return Problem("ledger_unusable")
        case RequestValidationError():
            return Problem("invalid_input", fields=[_field(one) for one in error.errors()])
        case HTTPException():
            return Problem(_BY_STATUS.get(error.status_code, "http_error"))
    return Problem("internal_error")


def language_of(accept_language: str) -> str:
    """zh or en, whichever the reader names first; English for programs that name none."""
    for wish in accept_language.lower().split(","):
        for language in ("zh", "en"):
            if wish.strip().startswith(language):
                return language
    return "en"


def spoken(refusal: Refusal, language: str = "en") -> str:
    """A refusal as one line for the command line: what happened, what is safe, what to do."""
    words = answer_to(refusal.code).words[language].filled(refusal.detail)
    rule = f" ({refusal.rule})" if refusal.rule else ""
    return f"{words.title}{rule} {words.what_is_safe} {words.what_to_do}"


def answer_errors(app: FastAPI) -> None:
    """Let the app answer every error with a problem; what it does not know is caught further out."""

    async def answer(request: Request, error: Exception) -> Response:
        return problem_response(problem_of(error), language_of(request.headers.get("accept-language", "")))

    for kind in (Refusal, DeviceError, LedgerUnusable, LedgerClosed, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, answer)


def _device_code(error: DeviceError) -> str:
    if isinstance(error, Unavailable):
        return "device_unavailable"
    return "device_outcome_unknown" if isinstance(error, OutcomeUnknown) else "device_rejected"


def _field(error: Mapping[str, object]) -> dict[str, str]:
    """Where and what kind. Never what was sent: it may be a code, a PIN or a name; so may an extra field's name."""
    kind, place = str(error["type"]), error["loc"]
    parts = list(place) if isinstance(place, tuple) else []
    if kind == "extra_forbidden":
        parts = parts[:-1]
    return {"where": ".".join(str(part) for part in parts), "problem": kind}
