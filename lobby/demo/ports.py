"""Where the demo's processes listen: a usual port where it is free, another where it is not."""

from __future__ import annotations

import socket
from contextlib import suppress

HOST = "127.0.0.1"
LOBBY_PORT = 8090
SERVICE_PORT = 8080


def choose(usual: int = 0) -> int:
    """The usual port if nobody has it, else a free one."""
    for port in (usual, 0):
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((HOST, port))
            return int(probe.getsockname()[1])
    raise OSError("no free port")
