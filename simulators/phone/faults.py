"""What can go wrong with a message gateway."""

from __future__ import annotations

from simulators.faults import Fault

DOWN = "gateway.down"
SLOW = "gateway.slow"
REJECTS = "gateway.rejects"
REPLY_LOST = "gateway.reply_lost"

FAULTS = (
    Fault(DOWN, "短信网关断开", "Gateway down", "Nobody listens at its address: a connection is refused."),
    Fault(
        SLOW, "短信网关无应答", "Gateway does not answer", "It takes the request and answers only once this is over."
    ),
    Fault(REJECTS, "短信网关拒收", "Gateway rejects", "It refuses each new message: the number cannot be reached."),
    Fault(
        REPLY_LOST,
        "短信送达但回执丢失",
        "Receipt lost",
        "The phone shows the message, and the line breaks before the answer.",
    ),
)
