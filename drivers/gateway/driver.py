"""The message gateway's port over HTTP. Its answers, errors and silences become the house's three words for failure."""

from __future__ import annotations

import asyncio
import socket
import ssl
from dataclasses import dataclass

from drivers.errors import DeviceError, OutcomeUnknown, Rejected, Unavailable
from drivers.gateway.codec import encode, judge
from drivers.gateway.transport import Link, NotHttp, Transport
from drivers.ports import DeviceStatus, Health, OutgoingMessage


@dataclass(frozen=True)
class Patience:
    """How long to wait for the connection (TLS included), and then for the answer."""

    connect_s: float = 5.0
    answer_s: float = 15.0


class HttpGateway:
    """One gateway. Implements `MessageGateway`: sending the same id again is safe, so the caller may always retry.

    Reasons: `Unavailable` with refused, no_such_host, tls, unreachable, busy, not_allowed, wrong_address;
    `OutcomeUnknown` with no_answer, cut_off, garbage, http_5xx; `Rejected` with the gateway's own code.
    """

    def __init__(self, name: str, transport: Transport, patience: Patience | None = None) -> None:
        self._name = name
        self._transport = transport
        self._patience = patience or Patience()
        self._status = DeviceStatus(name, Health.DEGRADED, "untried")

    @property
    def name(self) -> str:
        return self._name

    def status(self) -> DeviceStatus:
        """As the last message found it; `untried` before the first."""
        return self._status

    async def send(self, message: OutgoingMessage) -> None:
        try:
            await self._deliver(message)
        except Rejected:
            self._say(Health.ONLINE)  # it answers; this one message it does not want
            raise
        except DeviceError as error:
            self._say(Health.DEGRADED if error.reason == "busy" else Health.OFFLINE, error.reason)
            raise
        self._say(Health.ONLINE)

    async def _deliver(self, message: OutgoingMessage) -> None:
        body = encode(message)
        link = await self._open()
        try:
            status, answer = await self._post(link, body)
        finally:
            link.close()
        failure = judge(self._name, message, status, answer)
        if failure is not None:
            raise failure

    async def _open(self) -> Link:
        try:
            async with asyncio.timeout(self._patience.connect_s):
                return await self._transport.open()
        except OSError as error:
            raise Unavailable(self._name, _why_unreachable(error)) from None

    async def _post(self, link: Link, body: bytes) -> tuple[int, bytes]:
        try:
            async with asyncio.timeout(self._patience.answer_s):
                return await link.post(body)
        except TimeoutError:
            raise OutcomeUnknown(self._name, "no_answer") from None
        except NotHttp:
            raise OutcomeUnknown(self._name, "garbage") from None
        except OSError:
            raise OutcomeUnknown(self._name, "cut_off") from None

    def _say(self, health: Health, reason: str = "") -> None:
        self._status = DeviceStatus(self._name, health, reason)


def _why_unreachable(error: OSError) -> str:
    match error:
        case ConnectionRefusedError():
            return "refused"
        case socket.gaierror():
            return "no_such_host"
        case ssl.SSLError():
            return "tls"
        case _:
            return "unreachable"
