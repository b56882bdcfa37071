"""The one owner of the boards: sends, listens, and writes down what is known of each act."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from drivers.errors import OutcomeUnknown, Rejected, Unavailable
from drivers.ports import (
    ActReport,
    BoardEvent,
    BoardReport,
    Door,
    SlotBoard,
    SlotChanged,
    SlotState,
    Stage,
    StatusChanged,
)
from edge import eyes
from edge.acts.facts import (
    ActActuated,
    ActConfirmed,
    ActObserved,
    ActRefused,
    ActRequested,
    ActSettled,
    ActUnknown,
    BoardEventSeen,
    DeviceStatusSeen,
)
from edge.acts.state import UNSETTLED, ActRow, ActState
from edge.acts.tables import (
    act_row,
    last_act_on,
    last_event_seq,
    unfinished_acts,
    unsettled_act_on,
)
from edge.chance import new_id
from edge.clock import Clock
from edge.ledger import Ledger, Request, Tx
from edge.refusal import Refusal

SEND_WITHIN_S = 3.0  # as long as the command itself lives at the device: whoever asked still stands at the door
REPORTS_IN_FLIGHT = 200  # reports of one board being made durable at once; the rest wait in the driver


@dataclass(frozen=True)
class Seen:
    """An observation about an act, handed to the capability that asked for it; `act` includes it already."""

    act: ActRow
    what: str


Reaction = Callable[[Tx, Seen], None]
Look = Callable[[Tx, str, SlotState], None]
"""Given the device and how one of its slots stands, its door shut and nothing under way behind it."""

_T = TypeVar("_T")


@dataclass(frozen=True)
class _Armed:
    device: str
    slot: str
    send_before: float


@dataclass(frozen=True)
class _Waiting:
    enough: Callable[[ActRow], bool]
    told: asyncio.Future[ActRow]


class Acts:
    """Doors asked for, opened and seen. Give it `run()` as a supervised task."""

    def __init__(
        self,
        ledger: Ledger,
        boards: Mapping[str, SlotBoard],
        clock: Clock,
        *,
        watch_s: float,
        reactions: Sequence[Reaction] = (),
        looks: Sequence[Look] = (),
    ) -> None:
        self._ledger = ledger
        self._boards = boards
        self._clock = clock
        self._watch_s = watch_s
        self._reactions = tuple(reactions)
        self._looks = tuple(looks)
        self._armed: dict[str, _Armed] = {}
        self._performing: set[str] = set()
        self._waiting: dict[str, list[_Waiting]] = {}
        self._tasks: asyncio.TaskGroup | None = None

    # -- asking ------------------------------------------------------------------------------------------------

    def request(self, tx: Tx, *, device: str, slot: str, purpose: str, about: str) -> str:
        """Write down that a door shall open, inside the decision that allows it; `perform` may then do it once.

        Raises Refusal `door_busy` while another act on that door is unsettled.
        """
        last = last_act_on(tx.db, device, slot)
        if last is not None and last.state in UNSETTLED:
            raise Refusal("door_busy", slot=slot)
        if last is not None and last.state is ActState.JAMMED:
            eyes.settle(tx, f"act:{last.act}", finding="tried_again")  # what becomes of the next act is what counts
        act = new_id(tx.chance)
        tx.append(ActRequested(act=act, device=device, slot=slot, purpose=purpose, about=about))
        self._armed[act] = _Armed(device, slot, self._clock.mono_s() + SEND_WITHIN_S)
        return act

    def start(self, act: str) -> None:
        """Perform the act in the background, whatever becomes of the request that asked for it."""
        if act not in self._armed:
            return
        if self._tasks is None:
            raise RuntimeError("acts are not running")
        self._tasks.create_task(self.perform(act), name=f"act-{act}")

    async def perform(self, act: str) -> None:
        """Send the command, once, and write down what came of it. A second call does nothing.

        Only the process that wrote the request may send it: after a restart nothing is armed any more.
        """
        armed = self._armed.pop(act, None)
        if armed is None:
            return
        self._performing.add(act)
        try:
            row = await self._send(act, armed)
            if row is not None and row.state is ActState.ACTUATED:
                await self._watch(row)
        finally:
            self._performing.discard(act)

    async def _send(self, act: str, armed: _Armed) -> ActRow | None:
        """Pulse the lock and write down the answer; the act after it."""
        board = self._boards.get(armed.device)
        if board is None or self._clock.mono_s() > armed.send_before:
            return await self._note(act, _refuse, "too_late" if board else "no_such_device")
        try:
            await board.pulse(act, armed.slot)
        except (Unavailable, Rejected) as error:
            return await self._note(act, _refuse, error.reason)
        except OutcomeUnknown as error:
            return await self._note(act, _lose, error.reason)
        return await self._note(act, _actuate, "")

    async def _watch(self, pulsed: ActRow) -> None:
        """After the pulse somebody must see the door; if nobody does, the outcome is not known."""
        try:
            async with asyncio.timeout(self._watch_s):
                await self.until(pulsed.act, lambda row: row.state is not ActState.ACTUATED, known=pulsed)
        except TimeoutError:
            await self._note(pulsed.act, _lose, "not_seen")

    # -- telling -----------------------------------------------------------------------------------------------

    def state(self, act: str) -> ActRow:
        """The act as the tables have it. Raises Refusal `no_such_act`."""
        with self._ledger.reading() as db:
            row = act_row(db, act)
        if row is None:
            raise Refusal("no_such_act")
        return row

    async def until(self, act: str, enough: Callable[[ActRow], bool], known: ActRow | None = None) -> ActRow:
        """Wait until the act is as wanted; `known`, if the caller has it, spares a look. Put a timeout around it."""
        row = known or self.state(act)
        if enough(row):
            return row
        one = _Waiting(enough, asyncio.get_running_loop().create_future())
        waiting = self._waiting.setdefault(act, [])
        waiting.append(one)
        try:
            return await one.told
        finally:
            waiting.remove(one)
            if not waiting:
                self._waiting.pop(act, None)

    def confirm(self, tx: Tx, act: str, what: str) -> None:
        """A person at the door says what they see: `opened`, `not_opened`, `closed`. Settles an unknown act."""
        row = act_row(tx.db, act)
        if row is None:
            raise Refusal("no_such_act")
        tx.append(ActConfirmed(act=act, what=what))
        if row.state in UNSETTLED:
            self._armed.pop(act, None)
            tx.append(ActSettled(act=act, finding=what))
            eyes.settle(tx, f"act:{act}", finding=what)

    # -- listening ---------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Settle what a crash cut off, then listen to every board until cancelled."""
        await self.settle_at_start()
        async with asyncio.TaskGroup() as self._tasks:
            for board in self._boards.values():
                self._tasks.create_task(self._listen(board, self._tasks), name=f"listen-{board.name}")

    async def settle_at_start(self) -> None:
        """Acts of an earlier life: nobody knows how far they came, so nothing is repeated and a person looks."""

        def decide(tx: Tx) -> None:
            for row in unfinished_acts(tx.db):
                if row.act not in self._armed:
                    _lose(tx, row, "cut_off")

        await self._ledger.commit(Request(reserve=True), decide)

    async def _listen(self, board: SlotBoard, tasks: asyncio.TaskGroup) -> None:
        """Reports become durable in the order of their arrival, many in one group commit."""
        room = asyncio.Semaphore(REPORTS_IN_FLIGHT)
        while True:
            report = await board.next_report()
            if not self._is_news(report):
                continue
            await room.acquire()
            tasks.create_task(self.take(board, report)).add_done_callback(lambda _: room.release())

    async def take(self, board: SlotBoard, report: BoardReport) -> None:
        """Write down one thing that a board said; its events are acknowledged once they are durable."""
        match report:
            case ActReport():
                await self._take_reply(report)
            case BoardEvent():
                await self._take_event(report)
                await board.acknowledge(report.boot, report.seq)
            case SlotChanged():
                await self._take_state(report)
            case StatusChanged():
                await self._commit(lambda tx: _note_status(tx, report))

    def _is_news(self, report: BoardReport) -> bool:
        """Not the answer that `perform` is waiting for, and writes down itself."""
        if not isinstance(report, ActReport) or report.stage in (Stage.OPENED, Stage.JAMMED):
            return True
        return report.stage is not Stage.ACCEPTED and report.act not in self._performing

    async def _take_reply(self, report: ActReport) -> None:
        """What was seen, and what came late."""
        match report.stage:
            case Stage.OPENED | Stage.JAMMED:
                await self._note(report.act, self._observe_reply, report.stage.value)
            case Stage.PULSED:
                await self._note(report.act, _actuate, "")
            case Stage.REJECTED:
                await self._note(report.act, _refuse, report.reason)
            case Stage.ACCEPTED:
                pass

    def _observe_reply(self, tx: Tx, row: ActRow, what: str) -> ActRow:
        return self._observe(tx, row, what, "reply")

    async def _take_event(self, event: BoardEvent) -> None:
        def decide(tx: Tx) -> ActRow | None:
            if event.seq <= last_event_seq(tx.db, event.device, event.boot):
                return None
            tx.append(
                BoardEventSeen(
                    device=event.device,
                    boot=event.boot,
                    event_seq=event.seq,
                    what=event.kind,
                    slot=event.slot,
                    cause=event.cause,
                    detail=event.detail,
                )
            )
            return self._fold_into_act(tx, event)

        self._wake(await self._commit(decide))

    def _fold_into_act(self, tx: Tx, event: BoardEvent) -> ActRow | None:
        """Find the act that an event speaks of; an opening that nobody asked for goes to the needs-eyes list."""
        where = (event.device, event.slot)
        row: ActRow | None = None
        if event.kind in ("opened", "jammed"):
            row = (act_row(tx.db, event.cause) if event.cause else None) or unsettled_act_on(tx.db, *where)
        elif event.kind in ("closed", "occupied", "emptied"):
            row = last_act_on(tx.db, *where)
        if row is not None and event.kind == "closed":
            row = self._felt_at_closing(tx, row, event.detail)
        if row is not None:
            return self._observe(tx, row, event.kind, "event")
        if event.kind == "opened":
            eyes.raise_(tx, f"slot:{event.device}/{event.slot}", "forced", *where)
        elif event.kind == "fault":
            eyes.raise_(tx, f"slot:{event.device}/{event.slot}", event.detail or "fault", *where)
        return None

    def _felt_at_closing(self, tx: Tx, row: ActRow, detail: str) -> ActRow:
        """A closing door says what its sensor feels: what came or went while the board was away is known by that."""
        felt = {"yes": "occupied", "no": "emptied"}.get(detail)
        if felt is None or (felt == "occupied") is row.last_occupied:
            return row
        return self._observe(tx, row, felt, "event")

    async def _take_state(self, changed: SlotChanged) -> None:
        """How a door stands settles what its events did not: one may be lost, and without power none is written."""
        state = changed.state
        if state.door is Door.UNKNOWN:
            return

        def decide(tx: Tx) -> ActRow | None:
            row = last_act_on(tx.db, changed.device, state.slot)
            if row is not None:
                row = self._settle_by_state(tx, row, state)
            if state.door is Door.CLOSED and (row is None or row.state not in (*UNSETTLED, ActState.OPEN)):
                for look in self._looks:
                    look(tx, changed.device, state)
            return row

        self._wake(await self._commit(decide))

    def _settle_by_state(self, tx: Tx, row: ActRow, state: SlotState) -> ActRow:
        if state.door is Door.OPEN and row.state in (ActState.ACTUATED, ActState.UNKNOWN):
            return self._observe(tx, row, "opened", "state")
        if state.door is Door.CLOSED and row.state is ActState.OPEN:
            return self._observe(tx, self._felt_at_closing(tx, row, state.occupied.value), "closed", "state")
        return row

    def _observe(self, tx: Tx, row: ActRow, what: str, source: str) -> ActRow:
        """Write down what was seen of an act, and hand it on; the act as it is now."""
        if what in ("opened", "jammed") and what in row.seen:
            return row
        if what != "closed" or row.state is not ActState.CLOSED:  # event and state say it both
            tx.append(ActObserved(act=row.act, what=what, source=source))
        if what == "opened":
            eyes.settle(tx, f"act:{row.act}", finding="seen_open")
        if what == "jammed":
            eyes.raise_(tx, f"act:{row.act}", "jammed", row.device, row.slot)
        now = act_row(tx.db, row.act) or row
        for react in self._reactions:
            react(tx, Seen(now, what))
        return now

    # -- writing -----------------------------------------------------------------------------------------------

    async def _note(self, act: str, write: Callable[[Tx, ActRow, str], ActRow], word: str) -> ActRow | None:
        """Write down what became of an act; the act after it."""

        def decide(tx: Tx) -> ActRow | None:
            row = act_row(tx.db, act)
            return None if row is None else write(tx, row, word)

        row = await self._commit(decide)
        self._wake(row)
        return row

    async def _commit(self, decide: Callable[[Tx], _T]) -> _T:
        return await self._ledger.commit(Request(reserve=True), decide)

    def _wake(self, row: ActRow | None) -> None:
        if row is None:
            return
        for one in self._waiting.get(row.act, ()):
            if not one.told.done() and one.enough(row):
                one.told.set_result(row)


def _actuate(tx: Tx, row: ActRow, _: str) -> ActRow:
    if row.state not in (ActState.REQUESTED, ActState.UNKNOWN):
        return row
    tx.append(ActActuated(act=row.act))
    return replace(row, state=ActState.ACTUATED, changed_at=tx.at)


def _refuse(tx: Tx, row: ActRow, reason: str) -> ActRow:
    """Nothing moved, and the device (or the box before it) said so."""
    if row.state not in (ActState.REQUESTED, ActState.UNKNOWN):
        return row
    tx.append(ActRefused(act=row.act, reason=reason))
    eyes.settle(tx, f"act:{row.act}", finding="refused")
    return replace(row, state=ActState.REFUSED, reason=reason, changed_at=tx.at)


def _lose(tx: Tx, row: ActRow, reason: str) -> ActRow:
    if row.state not in (ActState.REQUESTED, ActState.ACTUATED):
        return row
    tx.append(ActUnknown(act=row.act, reason=reason))
    eyes.raise_(tx, f"act:{row.act}", "outcome_unknown", row.device, row.slot)
    return replace(row, state=ActState.UNKNOWN, reason=reason, changed_at=tx.at)


def _note_status(tx: Tx, changed: StatusChanged) -> None:
    status = changed.status
    tx.append(DeviceStatusSeen(device=status.name, health=status.health.value, reason=status.reason))
