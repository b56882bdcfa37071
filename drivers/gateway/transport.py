"""How a message reaches the gateway: one HTTP/1.1 POST over a connection of its own, read and written by h11.

A transport opens a link; a link lives for one message. What goes wrong while it opens is an `OSError` before anything
was sent; what goes wrong on the link is an `OSError` after it.
"""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Protocol
from urllib.parse import SplitResult, urlsplit

import h11

from drivers.gateway.codec import MAX_ANSWER

_READ_SIZE = 16 * 1024


class GatewayUnusable(Exception):
    """The gateway's address or token cannot be used; the text says what is wrong, and never the token."""


class NotHttp(OSError):
    """What came back is no HTTP, or more of it than any gateway has to say."""


class Link(Protocol):
    """One open connection. `post` gives the status and the body of the answer."""

    async def post(self, body: bytes) -> tuple[int, bytes]: ...

    def close(self) -> None: ...


class Transport(Protocol):
    async def open(self) -> Link: ...


def read_token(path: Path) -> str:
    """The bearer token that alone stands in a file. Raises `GatewayUnusable`."""
    try:
        token = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise GatewayUnusable(f"the gateway's token file {path} cannot be read: {type(error).__name__}") from None
    if not token or not token.isprintable() or " " in token:
        raise GatewayUnusable(f"the gateway's token file {path} must hold the token and nothing else")
    return token


class HttpTransport:
    """An address of a gateway. Codes and phone numbers travel to it: in clear only within this machine.

    Raises `GatewayUnusable`.
    """

    def __init__(self, url: str, token: str = "") -> None:
        parts = urlsplit(url)
        self._host = parts.hostname or ""
        self._secure = _security(url, parts.scheme, self._host)
        self._port = _port(parts) or (443 if self._secure else 80)
        self._netloc = parts.netloc
        self._target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._token = token

    async def open(self) -> Link:
        reader, writer = await asyncio.open_connection(self._host, self._port, ssl=self._secure)
        return _HttpLink(reader, writer, self._head)

    def _head(self, length: int) -> h11.Request:
        headers = [
            ("Host", self._netloc),
            ("Content-Type", "application/json"),
            ("Content-Length", str(length)),
            ("Accept", "application/json"),
            ("Connection", "close"),
        ]
        if self._token:
            headers.append(("Authorization", f"Bearer {self._token}"))
        return h11.Request(method="POST", target=self._target, headers=headers)


class _HttpLink:
    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: Callable[[int], h11.Request]
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._head = head
        self._http = h11.Connection(h11.CLIENT)

    async def post(self, body: bytes) -> tuple[int, bytes]:
        for event in (self._head(len(body)), h11.Data(data=body), h11.EndOfMessage()):
            self._writer.write(self._http.send(event) or b"")
        await self._writer.drain()
        return await self._answer()

    def close(self) -> None:
        self._writer.transport.abort()  # the answer is complete, or nobody waits for it any more

    async def _answer(self) -> tuple[int, bytes]:
        status, body = 0, bytearray()
        while True:
            event = await self._next_event()
            if isinstance(event, h11.Response):
                status = event.status_code
            elif isinstance(event, h11.Data):
                body += event.data
                if len(body) > MAX_ANSWER:
                    raise NotHttp("too long")
            elif isinstance(event, h11.EndOfMessage):
                return status, bytes(body)

    async def _next_event(self) -> object:
        came = b"?"
        try:
            while (event := self._http.next_event()) is h11.NEED_DATA:
                came = await self._reader.read(_READ_SIZE)
                self._http.receive_data(came)
        except h11.RemoteProtocolError as error:
            raise (NotHttp("not HTTP") if came else ConnectionResetError("ended too early")) from error
        return event


def _security(url: str, scheme: str, host: str) -> ssl.SSLContext | None:
    if scheme not in {"http", "https"} or not host or "@" in url:
        raise GatewayUnusable("the gateway's address must be https://host/path, without a user or password in it")
    if scheme == "https":
        return ssl.create_default_context()
    if not _is_this_machine(host):
        raise GatewayUnusable(f"{url!r}: codes and phone numbers leave this machine over https only")
    return None


def _port(parts: SplitResult) -> int | None:
    try:
        return parts.port
    except ValueError:
        raise GatewayUnusable(f"{parts.geturl()!r} has no valid port") from None


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
