"""Where the demo's processes listen: a usual port where it is free, another where it is not."""

from __future__ import annotations

import socket
from contextlib import ExitStack, closing

from edge.chance import SystemChance

HOST = "127.0.0.1"
LOBBY_PORT = 8090
SERVICE_PORT = 8080

# Below the ports that Linux gives to outgoing connections (32768 and up): between the choice and the listening nobody
# takes one of these by accident.
_FIRST, _COUNT = 20_000, 12_000
_TRIES = 200


class Claims(ExitStack):
    """The usual ports are wanted by every demo of a machine: who has claimed one keeps it until `close`."""

    def choose(self, usual: int) -> int:
        """The usual port if nobody has it, else a free one. Raises `OSError` where there is none."""
        if _is_free(usual) and self._claim(usual):
            return usual
        return choose_several(1)[0]

    def _claim(self, port: int) -> bool:
        """An abstract address (unix(7)): one process can hold it, and it ends with that process."""
        claim = self.enter_context(closing(socket.socket(socket.AF_UNIX)))
        try:
            claim.bind(f"\0lobby-demo:{port}")
        except OSError:
            return False
        return True


def choose_several(count: int) -> list[int]:
    """So many different free ports. Raises `OSError` where there are not so many."""
    chance, found = SystemChance(), dict[int, None]()
    for _ in range(_TRIES):
        if len(found) == count:
            return list(found)
        port = _FIRST + chance.below(_COUNT)
        if _is_free(port):
            found[port] = None
    raise OSError("no free port")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True
