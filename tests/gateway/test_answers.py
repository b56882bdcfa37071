"""Gateways of other makes, proxies and login pages: each answer has one meaning, and silence is never taken for yes."""

from __future__ import annotations

import asyncio
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import DeviceError, OutcomeUnknown, Rejected, Unavailable
from drivers.gateway import HttpGateway, HttpTransport
from drivers.gateway.codec import MAX_ANSWER, judge
from drivers.ports import DeviceStatus, Health
from tests.gateway.stands import MESSAGE, answering

TAKEN = b'{"id":"n0001"}'


def outcome_of(answer: bytes) -> DeviceError | None:
    async def whole() -> DeviceError | None:
        async with answering(answer) as where:
            try:
                await HttpGateway("gateway", HttpTransport(f"http://{where}/")).send(MESSAGE)
            except DeviceError as error:
                return error
            return None

    return asyncio.run(whole())


def http(status: str, body: bytes, *headers: str) -> bytes:
    lines = (f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers)
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@pytest.mark.parametrize(
    "answer",
    [
        http("200 OK", TAKEN),
        http("201 Created", TAKEN),
        http("202 Accepted", b'{"id": "n0001", "parts": 2}'),
        b"HTTP/1.0 200 OK\r\n\r\n" + TAKEN,
        b"HTTP/1.1 100 Continue\r\n\r\n" + http("200 OK", TAKEN),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n"
        + TAKEN[:7]
        + b"\r\n7\r\n"
        + TAKEN[7:]
        + b"\r\n0\r\n\r\n",
    ],
    ids=["200", "201", "202", "until the end", "after 100", "chunked"],
)
def test_an_answer_that_repeats_the_id_is_proof(answer: bytes) -> None:
    assert outcome_of(answer) is None


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (http("200 OK", b"<html>Welcome to the hotel</html>"), "garbage"),
        (http("200 OK", b'{"id":"n0002"}'), "garbage"),
        (http("200 OK", b"[]"), "garbage"),
        (http("204 No Content", b""), "garbage"),
        (b"+OK POP3 ready\r\n\r\n", "garbage"),
        (http("200 OK", b"x" * (MAX_ANSWER + 1)), "garbage"),
        (http("200 OK", TAKEN)[:-3], "cut_off"),
        (b"HTTP/1.1 200 OK\r\nContent-", "cut_off"),
        (b"", "cut_off"),
        (http("500 Internal Server Error", b""), "http_500"),
        (http("502 Bad Gateway", b"upstream"), "http_502"),
        (http("504 Gateway Timeout", b""), "http_504"),
    ],
)
def test_what_is_no_proof_leaves_the_outcome_unknown(answer: bytes, reason: str) -> None:
    outcome = outcome_of(answer)
    assert isinstance(outcome, OutcomeUnknown)
    assert outcome.reason == reason


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("301 Moved Permanently", "wrong_address"),
        ("302 Found", "wrong_address"),
        ("401 Unauthorized", "not_allowed"),
        ("403 Forbidden", "not_allowed"),
        ("404 Not Found", "wrong_address"),
        ("405 Method Not Allowed", "wrong_address"),
        ("429 Too Many Requests", "busy"),
        ("503 Service Unavailable", "busy"),
    ],
)
def test_an_answer_about_us_or_about_now_costs_no_message(status: str, reason: str) -> None:
    outcome = outcome_of(http(status, b'{"code":"whatever"}', "Location: https://elsewhere.invalid/"))
    assert isinstance(outcome, Unavailable)
    assert outcome.reason == reason


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"code":"number_invalid"}', "number_invalid"),
        (b'{"code":"Call 110 now!"}', "http_422"),
        (b'{"code":7}', "http_422"),
        (b"no", "http_422"),
    ],
)
def test_a_refusals_code_is_a_word_or_its_number(body: bytes, reason: str) -> None:
    outcome = outcome_of(http("422 Unprocessable Content", body))
    assert isinstance(outcome, Rejected)
    assert outcome.reason == reason


@given(status=st.integers(100, 999), body=st.binary(max_size=200))
def test_no_answer_without_the_id_is_ever_taken_for_yes(status: int, body: bytes) -> None:
    assert isinstance(judge("gateway", MESSAGE, status, body), DeviceError)


def test_a_name_that_nobody_knows_and_a_port_where_nobody_is_are_told_apart() -> None:
    async def reason(url: str) -> str:
        with pytest.raises(Unavailable) as absence:
            await HttpGateway("gateway", HttpTransport(url)).send(MESSAGE)
        return absence.value.reason

    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        assert asyncio.run(reason(f"http://127.0.0.1:{port}/")) == "refused"
        assert asyncio.run(reason(f"https://127.0.0.1:{port}/")) == "refused"
    assert asyncio.run(reason("https://gateway.invalid/")) == "no_such_host"


def test_a_peer_without_tls_is_not_spoken_to() -> None:
    async def whole() -> str:
        async with answering(b"HTTP/1.1 400 Bad Request\r\n\r\n", after=b"\x16\x03") as where:  # a TLS handshake
            with pytest.raises(Unavailable) as absence:
                await HttpGateway("gateway", HttpTransport(f"https://{where}/")).send(MESSAGE)
            return absence.value.reason

    assert asyncio.run(whole()) == "tls"


def test_before_the_first_message_nobody_claims_to_know() -> None:
    gateway = HttpGateway("gateway", HttpTransport("https://gateway.invalid/"))
    assert gateway.status() == DeviceStatus("gateway", Health.DEGRADED, "untried")
