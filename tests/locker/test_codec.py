"""Whatever bytes a board sends are understood rightly or refused: never a guess, never a crash."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from drivers.board import codec
from drivers.board.codec import EventSaid, Garbage, Heartbeat, Reply, StatusSaid, Topics
from drivers.mqtt.link import Message
from drivers.ports import BoardEvent, Door, Lock, Occupied, SlotState, Stage

TOPICS = Topics("box-1", "locker-1")
ROOT = "lobby/v1/box-1/locker-1"
OURS = [f"{ROOT}/hb", f"{ROOT}/status", f"{ROOT}/event", f"{ROOT}/state/B05", "lobby/v1/box-1/edge/reply"]

words = st.text(st.characters(min_codepoint=33, max_codepoint=0x4FFF, categories=("L", "N")), min_size=1, max_size=64)
numbers = st.integers(0, 2**53)
scalars = st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats() | st.text(max_size=80)
keys = st.sampled_from(
    ["id", "boot", "up_ms", "seq", "stage", "reason", "device", "state", "lock", "door", "occupied", "kind", "slot"]
)
almost_right = st.dictionaries(keys, scalars | st.lists(scalars, max_size=2)).map(
    lambda body: orjson.dumps(body, default=str)
)


@given(st.sampled_from(OURS), st.binary(max_size=300) | almost_right, st.binary(max_size=20), st.booleans())
@example(OURS[0], b'{"boot":"b","up_ms":NaN}', b"", False)
@example(OURS[0], b'{"boot":"b","up_ms":1e999}', b"", False)
@example(OURS[0], b'{"boot":"b","up_ms":true}', b"", False)
@example(OURS[0], b"[" * 5000, b"", False)
@example(OURS[1], b"\xff\xfe", b"", True)
def test_any_bytes_are_understood_or_called_garbage(
    topic: str, payload: bytes, correlation: bytes, retain: bool
) -> None:
    message = Message(topic, payload, retain=retain, correlation=correlation)
    try:
        heard = codec.understand(TOPICS, message)
    except Garbage:
        return
    assert isinstance(heard, Heartbeat | StatusSaid | EventSaid | SlotState | Reply)


def said(topic: str, **body: object) -> codec.Heard:
    return codec.understand(TOPICS, Message(topic, orjson.dumps(body), correlation=str(body.get("id", "")).encode()))


@given(words, numbers)
def test_a_heartbeat_is_read(boot: str, up_ms: int) -> None:
    assert said(f"{ROOT}/hb", boot=boot, up_ms=up_ms) == Heartbeat(boot, up_ms)


@given(words, st.sampled_from(["online", "offline"]), words)
def test_a_status_is_read(boot: str, state: str, firmware: str) -> None:
    heard = said(f"{ROOT}/status", state=state, boot=boot, firmware=firmware)
    assert heard == StatusSaid(state == "online", boot, firmware)


@given(words, numbers, st.sampled_from(Lock), st.sampled_from(Door), st.sampled_from(Occupied), words)
def test_a_state_is_read(boot: str, seq: int, lock: Lock, door: Door, occupied: Occupied, fault: str) -> None:
    heard = said(f"{ROOT}/state/B05", seq=seq, boot=boot, lock=lock, door=door, occupied=occupied, fault=fault)
    assert heard == SlotState("B05", boot, seq, lock, door, occupied, "", fault)


def test_a_key_cabinet_tells_a_tag_instead_of_a_parcel() -> None:
    heard = said(f"{ROOT}/state/K12", seq=1, boot="b", lock="locked", door="unknown", tag="E280116060")
    assert heard == SlotState("K12", "b", 1, Lock.LOCKED, Door.UNKNOWN, Occupied.UNKNOWN, "E280116060")


@given(words, numbers, numbers, words, words, words, numbers)
def test_an_event_is_read(boot: str, seq: int, up_ms: int, kind: str, slot: str, cause: str, after: int) -> None:
    heard = said(f"{ROOT}/event", boot=boot, seq=seq, up_ms=up_ms, kind=kind, slot=slot, cause=cause, after=after)
    assert heard == EventSaid(BoardEvent("locker-1", boot, seq, up_ms, kind, slot, cause), after)


@given(words, st.sampled_from(Stage), words)
def test_a_reply_is_read(act: str, stage: Stage, reason: str) -> None:
    heard = said(TOPICS.reply, id=act, stage=stage, reason=reason, device="locker-1")
    assert heard == Reply(act, stage, reason, "locker-1")


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        (f"{ROOT}/hb", b'{"boot":"b","up_ms":-1}'),
        (f"{ROOT}/hb", b'{"boot":"b","up_ms":"1"}'),
        (f"{ROOT}/hb", b'{"boot":"b","up_ms":true}'),
        (f"{ROOT}/hb", b'{"boot":"b","up_ms":1.5}'),
        (f"{ROOT}/hb", b'{"boot":"b","up_ms":9007199254740993}'),
        (f"{ROOT}/hb", b'{"boot":"","up_ms":1}'),
        (f"{ROOT}/hb", b'{"boot":"b\\u0000","up_ms":1}'),
        (f"{ROOT}/hb", b'{"boot":"' + b"b" * 65 + b'","up_ms":1}'),
        (f"{ROOT}/status", b'{"state":"asleep","boot":"b"}'),
        (f"{ROOT}/state/B05", b'{"seq":1,"boot":"b","lock":"ajar","door":"open"}'),
        (f"{ROOT}/state/B05", b'{"seq":1,"boot":"b","lock":"locked"}'),
        (f"{ROOT}/state/" + "B" * 65, b'{"seq":1,"boot":"b","lock":"locked","door":"open"}'),
        (TOPICS.reply, b'{"id":"a","stage":"exploded","device":"locker-1"}'),
        (f"{ROOT}/nonsense", b"{}"),
    ],
)
def test_what_nearly_fits_is_garbage(topic: str, payload: bytes) -> None:
    with pytest.raises(Garbage):
        codec.understand(TOPICS, Message(topic, payload, correlation=b"a"))


def test_an_answer_that_names_one_act_and_carries_another_is_garbage() -> None:
    body = orjson.dumps({"id": "act-1", "stage": "opened", "device": "locker-1"})
    with pytest.raises(Garbage):
        codec.understand(TOPICS, Message(TOPICS.reply, body, correlation=b"act-2"))


@pytest.mark.parametrize("topic", [f"{ROOT}/hb", f"{ROOT}/event", TOPICS.reply])
def test_what_lives_only_now_does_not_count_when_it_is_retained(topic: str) -> None:
    body = b'{"boot":"b","up_ms":1,"seq":1,"kind":"opened","id":"a","stage":"opened","device":"locker-1"}'
    codec.understand(TOPICS, Message(topic, body, correlation=b"a"))
    with pytest.raises(Garbage):
        codec.understand(TOPICS, Message(topic, body, correlation=b"a", retain=True))


def test_a_field_that_a_newer_board_adds_disturbs_nobody() -> None:
    assert said(f"{ROOT}/hb", boot="b", up_ms=1, temperature=41) == Heartbeat("b", 1)


def test_a_command_is_never_retained_and_dies_soon() -> None:
    command = codec.pulse_command(TOPICS, "act-1", "B05", "b", 12_345)
    assert command == Message(
        f"{ROOT}/cmd/pulse",
        b'{"id":"act-1","boot":"b","deadline_up_ms":12345,"slot":"B05"}',
        qos=1,
        retain=False,
        expiry_s=3,
        response_topic="lobby/v1/box-1/edge/reply",
        correlation=b"act-1",
    )
