"""A message gateway and the phones behind it, without a wire: a request in, an answer out, and what the phones show.

Written from docs/gateway.md, apart from the driver: what one side misread the other would show.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import orjson

from simulators.phone import faults

MAX_TEXT = 500
"""Characters: a long text message is cut into parts of 67, and carriers take no more than seven or so."""

_PHONE = re.compile(r"\+?[0-9]{6,15}")
_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")


@dataclass(frozen=True)
class Shown:
    """A message as it stands on a phone. `number` counts all messages of the gateway, from 1."""

    number: int
    id: str
    phone: str
    text: str
    at: datetime


@dataclass(frozen=True)
class Answer:
    """`answered`: False where it was done and the answer never leaves."""

    status: int
    body: dict[str, str]
    answered: bool = True


class PhoneModel:
    """`token` is what the box must show. `keep` is called with each new message, before it is answered."""

    def __init__(self, token: str, *, now: Callable[[], datetime], keep: Callable[[Shown], None] | None = None) -> None:
        self._token = token
        self._now = now
        self._keep = keep
        self._shown: dict[str, Shown] = {}
        self._laid: set[str] = set()
        self._listeners: list[Callable[[], None]] = []

    # --- the wire

    def take(self, authorization: str, body: bytes) -> Answer:
        """One POST. Whoever carries it looks at `has(SLOW)` and `has(DOWN)`, which are the line's business."""
        if not hmac.compare_digest(authorization.encode(), f"Bearer {self._token}".encode()):
            return Answer(401, {"code": "token"})
        message = _read(body)
        if message is None:
            return Answer(400, {"code": "malformed"})
        return self._deliver(*message)

    def _deliver(self, ident: str, phone: str, text: str) -> Answer:
        earlier = self._shown.get(ident)
        if earlier is not None:
            return self._repeat(earlier, phone, text)
        if not _PHONE.fullmatch(phone):
            return Answer(422, {"code": "number_invalid"})
        if len(text) > MAX_TEXT:
            return Answer(422, {"code": "text_too_long"})
        if self.has(faults.REJECTS):
            return Answer(422, {"code": "number_unreachable"})
        self._show(ident, phone, text)
        return Answer(201, {"id": ident}, answered=not self.has(faults.REPLY_LOST))

    def _repeat(self, earlier: Shown, phone: str, text: str) -> Answer:
        if (earlier.phone, earlier.text) != (phone, text):
            return Answer(409, {"code": "id_reused"})
        return Answer(200, {"id": earlier.id}, answered=not self.has(faults.REPLY_LOST))

    def _show(self, ident: str, phone: str, text: str) -> None:
        shown = Shown(len(self._shown) + 1, ident, phone, text, self._now())
        if self._keep is not None:
            self._keep(shown)
        self._shown[ident] = shown
        self._changed()

    def remember(self, shown: Shown) -> None:
        """A message of an earlier life."""
        self._shown[shown.id] = shown

    # --- what people do to it and see of it

    def lay(self, name: str) -> None:
        """Raises `LookupError`."""
        if name not in {fault.name for fault in faults.FAULTS}:
            raise LookupError(f"no fault is called {name!r}")
        self._laid.add(name)
        self._changed()

    def clear(self, name: str) -> None:
        self._laid.discard(name)
        self._changed()

    def has(self, name: str) -> bool:
        return name in self._laid

    @property
    def laid(self) -> tuple[str, ...]:
        return tuple(sorted(self._laid))

    def messages(self, phone: str | None = None) -> tuple[Shown, ...]:
        """Oldest first; of one phone, or of all."""
        return tuple(shown for shown in self._shown.values() if phone in {None, shown.phone})

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` after every change; the answer takes it off again."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def _changed(self) -> None:
        for listener in tuple(self._listeners):
            listener()


def _read(body: bytes) -> tuple[str, str, str] | None:
    """id, phone and text; None where they are not all there, and nothing else."""
    try:
        fields = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(fields, dict) or fields.keys() != {"id", "phone", "text"}:
        return None
    ident, phone, text = fields["id"], fields["phone"], fields["text"]
    if not (isinstance(ident, str) and isinstance(phone, str) and isinstance(text, str)):
        return None
    return (ident, phone, text) if _ID.fullmatch(ident) and text else None
