"""The driver and the gateway that it speaks to, over each wire that there is between them.

A real gateway is tried as well where it is named: LOBBY_GATEWAY (its address), LOBBY_GATEWAY_TOKEN_FILE and
LOBBY_GATEWAY_PHONE (a phone that may be written to).
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from drivers.gateway import HttpGateway, HttpTransport, Patience, read_token
from drivers.ports import OutgoingMessage
from simulators.phone.adapters import PATH, MemoryGateway, http_phone
from simulators.phone.model import PhoneModel

TOKEN = "t0ken-of-the-test"
MESSAGE = OutgoingMessage(id="n0001", phone="19900001204", text="取件码 408 216 55")
REAL = os.environ.get("LOBBY_GATEWAY", "")
AT = datetime(2026, 11, 22, 6, 26, tzinfo=UTC)


@dataclass(frozen=True)
class Stand:
    phone: PhoneModel
    gateway: HttpGateway

    @property
    def shown(self) -> list[str]:
        return [shown.text for shown in self.phone.messages()]


def phone_model() -> PhoneModel:
    return PhoneModel(TOKEN, now=lambda: AT)


@asynccontextmanager
async def over_http(token: str = TOKEN, patience: Patience | None = None) -> AsyncIterator[Stand]:
    model = phone_model()
    async with http_phone(model) as port:
        transport = HttpTransport(f"http://127.0.0.1:{port}{PATH}", token)
        yield Stand(model, HttpGateway("gateway", transport, patience))


@asynccontextmanager
async def in_memory(token: str = TOKEN, patience: Patience | None = None) -> AsyncIterator[Stand]:
    model = phone_model()
    yield Stand(model, HttpGateway("gateway", MemoryGateway(model, token), patience))


def real_gateway(token: str | None = None) -> HttpGateway:
    """The one that is named, with its own token or another one."""
    own = read_token(Path(os.environ["LOBBY_GATEWAY_TOKEN_FILE"]))
    return HttpGateway("gateway", HttpTransport(REAL, own if token is None else token))


def fresh_message() -> OutgoingMessage:
    """A message that no gateway has seen before, to the phone that may be written to."""
    phone = os.environ.get("LOBBY_GATEWAY_PHONE", MESSAGE.phone)
    return replace(MESSAGE, id=f"trial-{os.urandom(6).hex()}", phone=phone)


@asynccontextmanager
async def answering(answer: bytes, *, after: bytes = b"}") -> AsyncIterator[str]:
    """The port of a gateway of another make: it reads until `after` and sends these bytes, whatever it was asked."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(after)
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
