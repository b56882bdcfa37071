"""The driver of every board with lockable slots: parcel locker, key cabinet, door controller."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from drivers.board import codec
from drivers.board.acknowledging import Acknowledging
from drivers.board.codec import EventSaid, Garbage, Heartbeat, Reply, StatusSaid, Topics
from drivers.board.pending import Pending
from drivers.board.picture import Picture, Timing
from drivers.board.reports import Reports
from drivers.errors import OutcomeUnknown, Rejected, Unavailable
from drivers.given import Monotonic
from drivers.mqtt.line import Line
from drivers.mqtt.link import LinkLost, Message, NotDelivered
from drivers.ports import BoardReport, DeviceStatus, Health, SlotChanged, SlotState, StatusChanged


class MqttBoard:
    """One board on the box's line; a `SlotBoard`. The line is run beside it."""

    def __init__(self, name: str, box: str, line: Line, clock: Monotonic, timing: Timing | None = None) -> None:
        self._name = name
        self._line = line
        self._clock = clock
        self._timing = timing or Timing()
        self._topics = Topics(box, name)
        self._picture = Picture(name, self._timing)
        self._pending = Pending(name)
        self._reports = Reports()
        self._acknowledging = Acknowledging(self._topics, line)
        self._told_status = self.status()
        line.attach(self)

    # -- the port --------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        return self._name

    @property
    def garbage(self) -> int:
        """Messages of this board that could not be understood, since the start."""
        return self._picture.garbage

    async def run(self) -> None:
        """Notice when the board falls silent and pass acknowledgements on, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._acknowledging.run(), name=f"{self._name}-acknowledge")
            while True:
                self._tell()
                now_s = self._clock.mono_s()
                await asyncio.sleep(max(0.0, self._picture.changes_at_s(now_s) - now_s) + 0.001)

    def status(self) -> DeviceStatus:
        return self._picture.status(self._clock.mono_s())

    def slots(self) -> Mapping[str, SlotState]:
        return self._picture.slots(self._clock.mono_s())

    async def pulse(self, act: str, slot: str) -> None:
        """Release one lock. Returns when the board says that it pulsed (or that it opened, or jammed after it).

        Raises `Unavailable` when nothing was sent or nobody got it, `Rejected` when the board refused (or this id was
        sent before), `OutcomeUnknown` when neither was heard by the deadline and a margin for the answer.
        """
        command = self._command(act, slot)
        with self._pending.expecting(act) as answer:
            try:
                async with asyncio.timeout(self._timing.deadline_s + self._timing.margin_s):
                    await self._send(act, command)
                    refusal = await answer
            except TimeoutError:
                raise OutcomeUnknown(self._name, "no_reply") from None
        if refusal:
            raise Rejected(self._name, refusal)

    async def next_report(self) -> BoardReport:
        return await self._reports.take()

    async def acknowledge(self, boot: str, seq: int) -> None:
        """Tell the board, as soon as it can be told; what is lost on the way it will ask for by sending again."""
        self._acknowledging.note(boot, seq)

    # -- sending ---------------------------------------------------------------------------------------------

    def _command(self, act: str, slot: str) -> Message:
        now_s = self._clock.mono_s()
        absence = self._picture.absence(now_s)
        deadline = self._picture.deadline_up_ms(now_s)
        if absence or deadline is None:
            raise Unavailable(self._name, absence or "not_seen")
        return codec.pulse_command(self._topics, act, slot, self._picture.boot, deadline)

    async def _send(self, act: str, command: Message) -> None:
        """A link that is lost now may have carried the command: the board's answer may come over the next one."""
        try:
            await self._line.send(command)
        except NotDelivered as error:
            self._pending.forget(act)
            raise Unavailable(self._name, error.reason) from None
        except LinkLost:
            return

    # -- listening -------------------------------------------------------------------------------------------

    def filters(self) -> tuple[str, ...]:
        return self._topics.listened()

    def line_changed(self, reason: str | None) -> None:
        self._picture.line_changed(reason)
        self._acknowledging.line_changed()
        self._tell()

    def heard(self, message: Message) -> bool:
        if message.topic == self._topics.reply:
            return self._heard_reply(message)
        if not self._topics.covers(message.topic):
            return False
        try:
            self._take(codec.understand(self._topics, message))
        except Garbage:
            self._picture.take_garbage(self._clock.mono_s())
        self._tell()
        return True

    def _heard_reply(self, message: Message) -> bool:
        """The reply topic is shared: an answer is ours when we asked, or when it says that this board gives it."""
        asked_here = self._pending.knows(message.correlation.decode(errors="replace"))
        try:
            reply = codec.understand(self._topics, message)
        except Garbage:
            reply = None
        if not isinstance(reply, Reply) or (asked_here and reply.device != self._name):
            if asked_here:
                self._picture.take_garbage(self._clock.mono_s())
                self._tell()
            return asked_here
        if reply.device != self._name:
            return False
        report = self._pending.take(reply)
        if report is not None and (asked_here or not self._reports.full):
            self._reports.put(report)
        return True

    def _take(self, heard: codec.Heard) -> None:
        match heard:
            case Heartbeat():
                self._picture.take_heartbeat(heard, self._clock.mono_s())
            case StatusSaid():
                self._picture.take_status(heard)
            case SlotState():
                self._picture.take_state(heard)
            case EventSaid(event, after):
                if not self._reports.full and self._acknowledging.is_next(event, after):
                    self._acknowledging.handed_on(event)
                    self._reports.put(event)
            case Reply():
                pass  # heard on its own topic

    def _tell(self) -> None:
        """Report what changed in the picture since it was last told."""
        now_s = self._clock.mono_s()
        status, before = self._picture.status(now_s), self._told_status
        if status != before:
            self._told_status = status
            self._reports.put(StatusChanged(status))
            if before.health is Health.OFFLINE and status.health is not Health.OFFLINE:
                self._acknowledging.ask(self._picture.boot)
        for state in self._picture.changed_slots(now_s):
            self._reports.put(SlotChanged(self._name, state))
