"""The gateway on the wire: a message to bytes, and an answer to what it means. No I/O. Contract: docs/gateway.md.

An answer is proof only where it repeats the id of the message: a hotel's login page says 200 too.
"""

from __future__ import annotations

import re

import orjson

from drivers.errors import DeviceError, OutcomeUnknown, Rejected, Unavailable
from drivers.ports import OutgoingMessage

MAX_ANSWER = 64 * 1024
"""Bytes; no gateway has more to say about one message."""

_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")

_TURNED_AWAY = {
    401: "not_allowed",
    403: "not_allowed",
    404: "wrong_address",
    405: "wrong_address",
    408: "busy",
    425: "busy",
    429: "busy",
    501: "wrong_address",
    503: "busy",
}
"""Answers that are about us or about now, never about this message: it was not taken and may be sent again."""


def encode(message: OutgoingMessage) -> bytes:
    return orjson.dumps({"id": message.id, "phone": message.phone, "text": message.text})


def judge(device: str, message: OutgoingMessage, status: int, body: bytes) -> DeviceError | None:
    """What an answer means for this message; None where the gateway has taken it."""
    if status in _TURNED_AWAY:
        return Unavailable(device, _TURNED_AWAY[status])
    if 200 <= status < 300:
        return None if _fields(body).get("id") == message.id else OutcomeUnknown(device, "garbage")
    if 300 <= status < 400:
        return Unavailable(device, "wrong_address")  # never followed: the token is for this address alone
    if 400 <= status < 500:
        return Rejected(device, _code(body) or f"http_{status}")
    return OutcomeUnknown(device, f"http_{status}")


def _code(body: bytes) -> str:
    """The gateway's own word for its refusal, where it is one."""
    code = _fields(body).get("code")
    return code if isinstance(code, str) and _CODE.fullmatch(code) else ""


def _fields(body: bytes) -> dict[str, object]:
    try:
        fields = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return fields if isinstance(fields, dict) else {}
