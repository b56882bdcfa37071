"""What can go wrong with the broker itself. Whoever holds the broker (demo, tests) makes them happen."""

from __future__ import annotations

from simulators.faults import Fault

FAULTS = (
    Fault(
        "broker.plug_pulled",
        "消息服务断电",
        "Broker's plug pulled",
        "The broker is killed and stays down until the fault is taken back.",
    ),
    Fault(
        "broker.retained_lost",
        "消息服务重启并丢失保留状态",
        "Broker restarts and forgets",
        "The broker restarts without what it had retained; every device must tell its state again.",
        once=True,
    ),
)
