"""Slot boards on the wire: topics and JSON payloads, to and from values. No I/O.

Contract: docs/asyncapi.yaml. Whatever a board sends is foreign: every field is checked, and what does not fit is
`Garbage`, never a guess. Fields that are not known are ignored, so that a newer board still speaks to an older box.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TypeVar

import orjson

from drivers.mqtt.link import Message
from drivers.ports import BoardEvent, Door, Lock, Occupied, SlotState, Stage

ROOT = "lobby/v1"

COMMAND_EXPIRY_S = 3
"""A broker drops a command that it could not hand on for this long. Convenience only: the deadline is what protects."""

MAX_INT = 2**53
"""Above it JSON numbers are not safe everywhere (RFC 8259, section 6)."""

MAX_WORD = 64
"""No id, slot or reason of a board is longer."""

E = TypeVar("E", bound=StrEnum)


class Garbage(Exception):
    """A message of a board that cannot be understood; the text says what is wrong with it."""


@dataclass(frozen=True)
class Heartbeat:
    boot: str
    up_ms: int


@dataclass(frozen=True)
class StatusSaid:
    online: bool
    boot: str
    firmware: str


@dataclass(frozen=True)
class Reply:
    """`device` is who says so; the reply topic is shared by all boards of a box."""

    act: str
    stage: Stage
    reason: str
    device: str


@dataclass(frozen=True)
class EventSaid:
    """`after` is the `seq` of the event before it that is still unacknowledged, 0 without one."""

    event: BoardEvent
    after: int


Heard = Heartbeat | StatusSaid | SlotState | EventSaid | Reply


@dataclass(frozen=True)
class Topics:
    """The topics of one board of one box."""

    box: str
    device: str

    @cached_property
    def _root(self) -> str:
        return f"{ROOT}/{self.box}/{self.device}"

    @cached_property
    def _own(self) -> str:
        return f"{self._root}/"

    @cached_property
    def _states_root(self) -> str:
        return f"{self._root}/state/"

    @cached_property
    def heartbeat(self) -> str:
        return f"{self._root}/hb"

    @cached_property
    def status(self) -> str:
        return f"{self._root}/status"

    @cached_property
    def event(self) -> str:
        return f"{self._root}/event"

    @cached_property
    def states(self) -> str:
        return f"{self._root}/state/+"

    @cached_property
    def reply(self) -> str:
        return f"{ROOT}/{self.box}/edge/reply"

    def command(self, operation: str) -> str:
        return f"{self._root}/cmd/{operation}"

    def listened(self) -> tuple[str, ...]:
        """What the box subscribes to, without overlaps."""
        return (self.heartbeat, self.status, self.event, self.states, self.reply)

    def slot_in(self, topic: str) -> str | None:
        """The slot that a state topic names, None for another topic."""
        if not topic.startswith(self._states_root):
            return None
        slot = topic.removeprefix(self._states_root)
        return slot if "/" not in slot else None

    def covers(self, topic: str) -> bool:
        """Whether a topic is this board's own (the shared reply topic is not)."""
        return topic.startswith(self._own)


def pulse_command(topics: Topics, act: str, slot: str, boot: str, deadline_up_ms: int) -> Message:
    """Release one lock, on this boot, before the board's own clock passes the deadline."""
    return _command(topics, "pulse", act, {"id": act, "boot": boot, "deadline_up_ms": deadline_up_ms, "slot": slot})


def ack_command(topics: Topics, boot: str, seq: int) -> Message:
    """The events of that boot up to `seq` are in the journal. It moves nothing, so it has no deadline.

    With a `seq` that was acknowledged before (0 at first) it asks for all that is still unacknowledged.
    """
    name = f"ack-{seq}"
    return _command(topics, "ack", name, {"id": name, "boot": boot, "seq": seq})


def _command(topics: Topics, operation: str, act: str, body: dict[str, str | int]) -> Message:
    return Message(
        topics.command(operation),
        orjson.dumps(body),
        qos=1,
        retain=False,
        expiry_s=COMMAND_EXPIRY_S,
        response_topic=topics.reply,
        correlation=act.encode(),
    )


def understand(topics: Topics, message: Message) -> Heard:
    """What a board said. Raises `Garbage`; also for a retained message where only live ones count."""
    topic = message.topic
    if message.retain and topic != topics.status and topics.slot_in(topic) is None:
        raise Garbage("retained")
    body = _body(message.payload)
    if topic == topics.heartbeat:
        return Heartbeat(_word(body, "boot"), _number(body, "up_ms"))
    if topic == topics.reply:
        return _reply(body, message.correlation)
    if topic == topics.status:
        state = _word(body, "state")
        if state not in {"online", "offline"}:
            raise Garbage("status: state")
        return StatusSaid(state == "online", _word(body, "boot"), _word(body, "firmware", missing=""))
    if topic == topics.event:
        return _event(topics.device, body)
    slot = topics.slot_in(topic)
    if slot is None or not _is_word(slot):
        raise Garbage("topic")
    return _state(slot, body)


def _reply(body: dict[str, object], correlation: bytes) -> Reply:
    act = _word(body, "id")
    if correlation != act.encode():
        raise Garbage("reply: correlation")
    return Reply(act, _choice(body, "stage", Stage), _word(body, "reason", missing=""), _word(body, "device"))


def _event(device: str, body: dict[str, object]) -> EventSaid:
    event = BoardEvent(
        device=device,
        boot=_word(body, "boot"),
        seq=_number(body, "seq"),
        up_ms=_number(body, "up_ms"),
        kind=_word(body, "kind"),
        slot=_word(body, "slot", missing=""),
        cause=_word(body, "cause", missing=""),
        detail=_word(body, "detail", missing=""),
    )
    return EventSaid(event, _number(body, "after", missing=0))


def _state(slot: str, body: dict[str, object]) -> SlotState:
    return SlotState(
        slot=slot,
        boot=_word(body, "boot"),
        seq=_number(body, "seq"),
        lock=_choice(body, "lock", Lock),
        door=_choice(body, "door", Door),
        occupied=_choice(body, "occupied", Occupied, missing=Occupied.UNKNOWN),
        tag=_word(body, "tag", missing=""),
        fault=_word(body, "fault", missing=""),
    )


def _body(payload: bytes) -> dict[str, object]:
    try:
        body = orjson.loads(payload)
    except orjson.JSONDecodeError:
        raise Garbage("not JSON") from None
    if not isinstance(body, dict):
        raise Garbage("not an object")
    return body


def _word(body: dict[str, object], key: str, *, missing: str | None = None) -> str:
    """A short printable text. Without `missing` it must be there and not be empty."""
    value = body.get(key, missing)
    if not isinstance(value, str) or not (_is_word(value) or value == missing):
        raise Garbage(key)
    return value


def _is_word(value: str) -> bool:
    return 0 < len(value) <= MAX_WORD and value.isprintable()


def _number(body: dict[str, object], key: str, *, missing: int | None = None) -> int:
    value = body.get(key, missing)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MAX_INT:
        raise Garbage(key)
    return value


def _choice(body: dict[str, object], key: str, choices: type[E], *, missing: E | None = None) -> E:
    value = body.get(key, missing)
    try:
        return choices(value if isinstance(value, str) else "")
    except ValueError:
        raise Garbage(key) from None
