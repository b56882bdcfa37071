"""Where the demo's processes listen: a usual port where it is free, another where it is not."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Callable
from contextlib import suppress

HOST = "127.0.0.1"
LOBBY_PORT = 8090
SERVICE_PORT = 8080
_ASK_S = 1.0


def choose(usual: int = 0) -> int:
    """The usual port if nobody has it, else a free one."""
    for port in (usual, 0):
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((HOST, port))
            return int(probe.getsockname()[1])
    raise OSError("no free port")


def listens(port: int) -> Callable[[], bool]:
    """Whether somebody takes connections there."""

    def ask() -> bool:
        with suppress(OSError), socket.create_connection((HOST, port), timeout=_ASK_S):
            return True
        return False

    return ask


def healthy(port: int) -> Callable[[], bool]:
    """Whether the service there says that it is alive."""

    def ask() -> bool:
        connection = http.client.HTTPConnection(HOST, port, timeout=_ASK_S)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    return ask
