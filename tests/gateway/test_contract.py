"""What the house may rely on from every message gateway, over HTTP and in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

import pytest

from drivers.errors import OutcomeUnknown, Rejected, Unavailable
from drivers.gateway import HttpGateway, Patience
from drivers.ports import Health
from simulators.phone import faults
from tests.gateway.stands import MESSAGE, REAL, Stand, fresh_message, in_memory, over_http, real_gateway

with_a_gateway = pytest.mark.parametrize("stand", [over_http, in_memory, *([None] if REAL else [])])
"""The simulator on both wires, and the real gateway where one is named."""

BRIEF = Patience(connect_s=5.0, answer_s=0.05)
Script = Callable[[Stand], Awaitable[None]]
Sends = Callable[[HttpGateway], Awaitable[None]]
AnyStand = Callable[..., AbstractAsyncContextManager[Stand]] | None


@pytest.fixture(params=[over_http, in_memory], ids=["http", "memory"])
def play(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Runs a script against a fresh gateway."""

    def run(script: Script, **options: object) -> None:
        async def whole() -> None:
            async with request.param(**options) as stand:
                await script(stand)

        asyncio.run(whole())

    return run


Play = Callable[..., None]


def with_any(stand: AnyStand, script: Sends, token: str | None = None) -> None:
    """Runs a script that needs nothing but the port."""

    async def whole() -> None:
        if stand is None:
            await script(real_gateway(token))
            return
        async with stand(**({} if token is None else {"token": token})) as simulated:
            await script(simulated.gateway)

    asyncio.run(whole())


@with_a_gateway
def test_every_gateway_takes_a_message_and_its_repeat(stand: AnyStand) -> None:
    async def script(gateway: HttpGateway) -> None:
        message = fresh_message()
        await gateway.send(message)
        await gateway.send(message)
        assert gateway.status().health is Health.ONLINE

    with_any(stand, script)


@with_a_gateway
def test_every_gateway_refuses_what_is_no_number(stand: AnyStand) -> None:
    async def script(gateway: HttpGateway) -> None:
        with pytest.raises(Rejected):
            await gateway.send(replace(fresh_message(), phone="nobody"))

    with_any(stand, script)


@with_a_gateway
def test_every_gateway_wants_its_token(stand: AnyStand) -> None:
    async def script(gateway: HttpGateway) -> None:
        with pytest.raises(Unavailable, match="not_allowed"):
            await gateway.send(fresh_message())

    with_any(stand, script, token="another")


@pytest.mark.rule("P2")
def test_a_message_reaches_the_phone_as_it_was_written(play: Play) -> None:
    async def script(stand: Stand) -> None:
        await stand.gateway.send(MESSAGE)
        assert [(s.phone, s.text) for s in stand.phone.messages()] == [(MESSAGE.phone, MESSAGE.text)]
        assert stand.gateway.status().health is Health.ONLINE

    play(script)


def test_the_same_id_again_is_accepted_and_not_shown_twice(play: Play) -> None:
    async def script(stand: Stand) -> None:
        await stand.gateway.send(MESSAGE)
        await stand.gateway.send(MESSAGE)
        assert stand.shown == [MESSAGE.text]

    play(script)


def test_an_id_that_comes_back_with_other_words_is_refused(play: Play) -> None:
    async def script(stand: Stand) -> None:
        await stand.gateway.send(MESSAGE)
        with pytest.raises(Rejected) as refusal:
            await stand.gateway.send(replace(MESSAGE, text="other"))
        assert refusal.value.reason == "id_reused"
        assert stand.shown == [MESSAGE.text]

    play(script)


def test_a_gateway_that_is_down_got_nothing(play: Play) -> None:
    async def script(stand: Stand) -> None:
        stand.phone.lay(faults.DOWN)
        with pytest.raises(Unavailable) as absence:
            await stand.gateway.send(MESSAGE)
        assert absence.value.reason == "refused"
        assert stand.gateway.status().health is Health.OFFLINE
        assert stand.shown == []

    play(script)


def test_a_gateway_that_comes_back_takes_what_was_refused(play: Play) -> None:
    async def script(stand: Stand) -> None:
        stand.phone.lay(faults.DOWN)
        with pytest.raises(Unavailable):
            await stand.gateway.send(MESSAGE)
        stand.phone.clear(faults.DOWN)
        await _until_taken(stand)
        assert stand.shown == [MESSAGE.text]
        assert stand.gateway.status().health is Health.ONLINE

    play(script)


async def _until_taken(stand: Stand) -> None:
    """The port is open again as soon as the simulator's own task has run."""
    while True:
        try:
            return await stand.gateway.send(MESSAGE)
        except Unavailable:
            await asyncio.sleep(0)


def test_no_answer_in_time_is_unknown_and_the_repeat_is_harmless(play: Play) -> None:
    async def script(stand: Stand) -> None:
        stand.phone.lay(faults.SLOW)
        with pytest.raises(OutcomeUnknown) as silence:
            await stand.gateway.send(MESSAGE)
        assert silence.value.reason == "no_answer"
        stand.phone.clear(faults.SLOW)
        stand.gateway._patience = Patience()
        await stand.gateway.send(MESSAGE)
        assert stand.shown == [MESSAGE.text]

    play(script, patience=BRIEF)


def test_a_receipt_that_is_lost_is_unknown_and_the_repeat_is_harmless(play: Play) -> None:
    async def script(stand: Stand) -> None:
        stand.phone.lay(faults.REPLY_LOST)
        with pytest.raises(OutcomeUnknown) as loss:
            await stand.gateway.send(MESSAGE)
        assert loss.value.reason == "cut_off"
        assert stand.shown == [MESSAGE.text]
        stand.phone.clear(faults.REPLY_LOST)
        await stand.gateway.send(MESSAGE)
        assert stand.shown == [MESSAGE.text]

    play(script)


def test_a_refusal_carries_the_gateways_own_code_and_leaves_it_online(play: Play) -> None:
    async def script(stand: Stand) -> None:
        stand.phone.lay(faults.REJECTS)
        with pytest.raises(Rejected) as refusal:
            await stand.gateway.send(MESSAGE)
        assert refusal.value.reason == "number_unreachable"
        assert stand.shown == []
        assert stand.gateway.status().health is Health.ONLINE

    play(script)


@pytest.mark.parametrize("phone", ["", "12", "not a number", "1990000120４"])
def test_what_is_no_number_is_refused(play: Play, phone: str) -> None:
    async def script(stand: Stand) -> None:
        with pytest.raises(Rejected) as refusal:
            await stand.gateway.send(replace(MESSAGE, phone=phone))
        assert refusal.value.reason == "number_invalid"

    play(script)


def test_a_wrong_token_is_our_fault_and_never_the_messages(play: Play) -> None:
    async def script(stand: Stand) -> None:
        with pytest.raises(Unavailable) as absence:
            await stand.gateway.send(MESSAGE)
        assert absence.value.reason == "not_allowed"
        assert stand.shown == []

    play(script, token="another")
