"""Bugs to be planted, each as somebody might write it: the simulated days must find every one of them."""

from __future__ import annotations

import asyncio
import sys
from collections import deque
from typing import Any

import pytest

from drivers.board import codec
from drivers.mqtt.link import Message
from drivers.ports import BoardEvent
from edge.acts.engine import Acts
from edge.ledger import Tx
from edge.ledger.journal import Journal
from edge.ledger.writer import Job, Writer
from edge.parcels.flows import placing
from simulators.locker.firmware import Firmware
from simulators.locker.wire import Command

Plant = pytest.MonkeyPatch
STALE_S = 60.0
DROP_OFF = "edge.parcels.flows.drop_off"  # the package has a function of that name
SETTLED_IN = 120  # entries until everybody is registered


def no_deadline_check(patch: Plant) -> None:
    """The board runs a command whenever it comes, and the wire may hold it up."""

    def refusal_now(self: Firmware, command: Command) -> str:
        return "retained" if command.retained else "stale_boot" if command.word("boot") != self.boot else ""

    patch.setattr(Firmware, "_refusal_now", refusal_now)


def no_dedup_at_the_board(patch: Plant) -> None:
    def refusal(self: Firmware, command: Command, _act: str, slot: str) -> str:
        return self._refusal_now(command) or self._refusal_of_slot(slot)

    patch.setattr(Firmware, "_refusal", refusal)


def act_before_journal(patch: Plant) -> None:
    """The command leaves while the decision is still being taken."""
    request = Acts.request

    def at_once(self: Acts, tx: Tx, *, device: str, slot: str, purpose: str, about: str) -> str:
        act = request(self, tx, device=device, slot=slot, purpose=purpose, about=about)
        board: Any = self._boards[device]
        if board._line._link is not None and board.status().health.value == "online":
            board._line._link.post(board._command(act, slot))
        return act

    patch.setattr(Acts, "request", at_once)


def forgotten_fold(patch: Plant) -> None:
    """Cells that are given back stay taken in the tables."""
    append = Journal.append

    def forgetful(self: Journal, fact: Any, *more: Any) -> Any:
        folds = self._folds
        if fact.kind == "parcel.cell_released":
            self._folds = {}
        try:
            return append(self, fact, *more)
        finally:
            self._folds = folds

    patch.setattr(Journal, "append", forgetful)


def two_owners_of_a_cell(patch: Plant) -> None:
    """Which cells are free is looked up now and then, and not in each decision."""
    looked: dict[str, Any] = {}

    def now_and_then(db: Any, board: Any) -> Any:
        loop = asyncio.get_running_loop()
        if looked.get("loop") is not loop or loop.time() - looked["at_s"] > STALE_S:
            looked.update(loop=loop, at_s=loop.time(), wall=placing.wall_now(db, board))
        return looked["wall"]

    patch.setattr(sys.modules[DROP_OFF], "wall_now", now_and_then)


def answer_before_commit(patch: Plant) -> None:
    """Callers are told while their facts still wait for the next transaction."""
    run = Writer.run

    def early(self: Writer, waiting: deque[Job]) -> list[Job]:
        if self._db.in_transaction:
            self._db.execute("COMMIT")
        done = run(self, waiting)
        if self._journal.mark()[0] < SETTLED_IN:
            self._db.execute("COMMIT")
        return done

    patch.setattr(Writer, "run", early)
    patch.setattr(Writer, "tidy", lambda _: None)
    patch.setattr("edge.ledger.writer._COMMIT", "SELECT 1")


def lost_outbox_event(patch: Plant) -> None:
    """Every event is acknowledged as soon as it is heard, and some are dropped on the way."""

    async def drop(self: Acts, event: BoardEvent) -> None:
        if event.seq % 5:
            await take(self, event)

    take = Acts._take_event
    patch.setattr(Acts, "_take_event", drop)


def retained_command(patch: Plant) -> None:
    command = codec.pulse_command

    def retained(*given: Any) -> Message:
        message = command(*given)
        return Message(
            message.topic,
            message.payload,
            message.qos,
            True,
            message.expiry_s,
            message.response_topic,
            message.correlation,
        )

    patch.setattr(codec, "pulse_command", retained)


PLANTS = (
    no_deadline_check,
    no_dedup_at_the_board,
    act_before_journal,
    forgotten_fold,
    two_owners_of_a_cell,
    answer_before_commit,
    lost_outbox_event,
    retained_command,
)
