"""paho's client, told to read and write its socket in whole pieces.

paho asks the kernel three times for each packet that comes and once for each that goes, and at each of these calls
another thread of ours may take the interpreter's lock: on a busy evening a quarter of the event loop's time.
"""

from __future__ import annotations

from collections.abc import Callable

from paho.mqtt.client import Client

READ_BYTES = 65_536


class BufferedClient(Client):
    """Takes what the socket has in one go, and gathers what is to be sent until `flush`."""

    gather: Callable[[], None] | None = None
    """Called when something waits for `flush`. While it is None, each packet leaves at once."""

    _read = b""
    _taken = 0
    _unsent = b""

    @property
    def has_unread(self) -> bool:
        """Bytes were taken from the socket that `loop_read` has not handled yet."""
        return self._taken < len(self._read)

    @property
    def has_unsent(self) -> bool:
        return bool(self._unsent)

    def flush(self) -> None:
        """Send what was gathered, or as much of it as the socket takes now. Raises OSError."""
        try:
            sent = super()._sock_send(self._unsent)
        except BlockingIOError:
            return
        self._unsent = self._unsent[sent:]

    def _sock_recv(self, bufsize: int) -> bytes:
        """At most `bufsize` bytes, `b""` at the end. Raises OSError, and of these BlockingIOError for "not now"."""
        if not self.has_unread:
            self._read, self._taken = super()._sock_recv(READ_BYTES), 0
        began = self._taken
        self._taken = min(began + bufsize, len(self._read))
        return self._read[began : self._taken]

    def _sock_send(self, buf: bytes | bytearray) -> int:
        if self.gather is None:
            return super()._sock_send(buf)
        if not self._unsent:
            self.gather()
        self._unsent += buf
        return len(buf)
