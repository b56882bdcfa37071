"""A receipt printer without its wire: bytes in, status bytes out, paper with marks. Time and trouble come from outside.

It holds what it received in a buffer, as real ones do: out of paper it stops in the middle and goes on after the
refill, unless the buffer was cleared before. Whoever carries its bytes calls `receive`, sends on what `take` gives,
calls `work` when `due_at` has come, and reads no more than `room` bytes from the wire.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from simulators.printer import faults
from simulators.printer.head import Head
from simulators.printer.paper import Slip
from simulators.printer.wire import Command, RealTimeEar, next_command

ASB_ONLINE, ASB_ERROR, ASB_PAPER = 0x02, 0x04, 0x08
TYPE_CHINESE, TYPE_CUTTER = 0x01, 0x02


@dataclass(frozen=True)
class Body:
    """What kind of printer it is. `chinese`: the codec of its font, `""` for none.

    `reads_ahead`: it reads on while the head still moves, so that only the process id tells when the paper is out.
    """

    dots: int = 576
    chinese: str = "gb18030"
    process_id: bool = True
    clears: bool = True
    reads_ahead: bool = False
    answers: bool = True
    buffer: int = 4096
    maker: str = "LOBBY"
    model: str = "SIM-80"
    firmware: str = "1.00 ESC/POS"
    serial: str = "SIM0000001"


class PrinterModel:
    def __init__(self, body: Body | None = None, *, now: Callable[[], float] = lambda: 0.0, keep: int = 50) -> None:
        self.body = body or Body()
        self.dropped = False  # the link is to be broken now
        self._now = now
        self._ear = RealTimeEar()
        self._buffer = bytearray()
        self._out = bytearray()
        self._head = Head(self.body.dots, self.body.chinese, keep=keep)
        self._laid: dict[str, int] = {}  # fault -> where it strikes: dots travelled or bytes received; 0 is at once
        self.received = 0  # bytes since it was switched on
        self._auto = 0
        self._told = b""
        self._jammed = False
        self._dots_per_s = 0
        self._free_at = 0.0  # when the head has done what it was told
        self._owed: list[bytes] = []  # process ids to be told then
        self._listeners: list[Callable[[], None]] = []

    # --- what carries its bytes

    @property
    def room(self) -> int:
        """Bytes that it can take now."""
        return max(0, self.body.buffer - len(self._buffer))

    def receive(self, data: bytes) -> None:
        """Bytes from the host. Check `dropped` after it."""
        if faults.LINK_DROP in self._laid:
            data = data[: self._laid[faults.LINK_DROP] - self.received]
        if self._ear.may_hear(data):
            for byte in data:
                self._take_in(byte)
        else:
            self.received += len(data)
            self._buffer += data
        if self._strikes(faults.LINK_DROP, self.received):
            del self._laid[faults.LINK_DROP]
            self.dropped = True
        self.work()

    def work(self) -> None:
        """Go on with what is in the buffer, as far as paper, cover, cutter and time allow."""
        while not self.trouble and (self.body.reads_ahead or self._now() >= self._free_at):
            found = next_command(bytes(self._buffer), chinese=self._head.chinese)
            if found is None:
                break
            command, length = found
            if command.name == "GS V" and faults.CUTTER_ERROR in self._laid:
                self._jammed = True
                break
            del self._buffer[:length]
            self._obey(command)
        self._pay()
        self._changed()

    def due_at(self) -> float | None:
        """When to call `work` again; None while there is nothing to wait for."""
        waits = (self._owed or self._buffer) and not self.trouble and self._now() < self._free_at
        return self._free_at if waits else None

    def take(self) -> bytes:
        """What it has to say to the host."""
        said = bytes(self._out)
        self._out.clear()
        return said

    def hung_up(self) -> None:
        """The host has gone. What was received stays in the buffer, a half command too."""
        self.dropped = False
        self._out.clear()

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` after every change; the answer takes it off again."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    # --- what people do to it

    def lay(self, name: str, *, at_dot: int = 0, at_byte: int = 0, dots_per_s: int = 400) -> None:
        """A fault from now on, or (`at_dot`, `at_byte`) once so much more was printed or received."""
        if name not in {fault.name for fault in faults.FAULTS}:
            raise LookupError(f"no fault is called {name!r}")
        at = self.received + at_byte if name in {faults.SILENT, faults.LINK_DROP} else self._head.travelled + at_dot
        self._laid[name] = at
        if name == faults.PAPER_OUT:
            self._head.run_out(at_dot)
        elif name == faults.SLOW:
            self._dots_per_s = dots_per_s
        elif name == faults.LINK_DROP and not at_byte:
            del self._laid[name]
            self.dropped = True
        self._changed()

    def clear(self, name: str) -> None:
        """Take a fault back: refill, close the cover, free the cutter …; then it goes on with what it holds."""
        self._laid.pop(name, None)
        if name == faults.PAPER_OUT:
            self._head.paper_left = None
        elif name == faults.CUTTER_ERROR:
            self._jammed = False
        elif name == faults.SLOW:
            self._dots_per_s = 0
            self._free_at = self._now()
        self.work()

    def refill(self) -> None:
        self.clear(faults.PAPER_LOW)
        self.clear(faults.PAPER_OUT)

    def power_cycle(self) -> None:
        """Off and on again: what it held is gone, and so is the link."""
        self._forget()
        self._head.reset()
        self._auto, self._jammed = 0, False
        self.dropped = True
        self._changed()

    def feed(self, lines: int = 1) -> None:
        """The button on the case."""
        if not self.trouble:
            self._head.feed_lines(lines)
            self._changed()

    # --- what can be seen of it

    @property
    def trouble(self) -> str:
        """Why it stands still: `cover`, `paper`, `cutter`, or `""`."""
        if self._strikes(faults.COVER_OPEN, self._head.travelled):
            return "cover"
        if self._head.paper_left == 0:
            return "paper"
        return "cutter" if self._jammed else ""

    @property
    def laid(self) -> tuple[str, ...]:
        return tuple(sorted(self._laid))

    @property
    def slips(self) -> tuple[Slip, ...]:
        """The pieces of paper that came off, oldest first; the oldest are forgotten."""
        return tuple(self._head.slips)

    @property
    def paper(self) -> Slip:
        """What hangs out of it, not yet cut."""
        return self._head.paper

    @property
    def held(self) -> int:
        """Bytes in its buffer."""
        return len(self._buffer)

    # --- inside

    def _strikes(self, fault: str, reached: int) -> bool:
        return fault in self._laid and reached >= self._laid[fault]

    def _take_in(self, byte: int) -> None:
        self.received += 1
        self._buffer.append(byte)
        for command in self._ear.listen(byte):
            self._at_once(command)

    def _obey(self, command: Command) -> None:
        before = self._head.travelled
        if command.name == "ESC @":
            self._auto = 0
        self._head.obey(command)
        self._answer(command)
        if self._dots_per_s:
            took_s = (self._head.travelled - before) / self._dots_per_s
            self._free_at = max(self._now(), self._free_at) + took_s

    def _answer(self, command: Command) -> None:
        match command.name, command.args:
            case "GS a", args:
                self._auto, self._told = args[0], b""
            case "GS r", args if args[0] in {1, 49}:
                self._say(bytes((0x03 * self._low | 0x0C * (self._head.paper_left == 0),)))
            case "GS I", args:
                self._say(self._identity(args[0]))
            case "GS (", args if args[:1] == b"H":
                self._process_id(command.data)

    def _process_id(self, data: bytes) -> None:
        if self.body.process_id and faults.NO_PROCESS_ID not in self._laid and data[:2] == b"00":
            self._owed.append(data[2:6])
            self._pay()

    def _pay(self) -> None:
        if self._now() >= self._free_at and not self.trouble:
            for ident in self._owed:
                self._say(b"\x37\x22" + ident + b"\x00")
            self._owed.clear()

    def _identity(self, number: int) -> bytes:
        if number in {2, 50}:
            return bytes((TYPE_CUTTER | (TYPE_CHINESE if self.body.chinese else 0),))
        texts = {
            65: self.body.firmware,
            66: self.body.maker,
            67: self.body.model,
            68: self.body.serial,
            69: f"CHINA {self.body.chinese.upper()}" if self.body.chinese else "",
        }
        return b"_" + texts[number].encode("ascii") + b"\x00" if number in texts else b""

    def _at_once(self, command: Command) -> None:
        """Real-time commands, also off-line and with a full buffer."""
        if command.name == "DLE EOT":
            self._say(self._real_time(command.args[0]))
        elif command.name == "DLE ENQ" and command.args[0] in {1, 2} and self._jammed:  # else there is nothing to leave
            self._jammed = False
            if command.args[0] == 2:
                self._forget()
        elif command.name == "DLE DC4 8" and self.body.clears:
            self._jammed = False
            self._forget()
            self._say(b"\x37\x25\x00")

    def _forget(self) -> None:
        self._buffer.clear()
        self._owed.clear()
        self._head.forget_line()

    def _real_time(self, question: int) -> bytes:
        bits = {
            1: 0x08 * bool(self.trouble),
            2: 0x04 * (self.trouble == "cover") | 0x20 * (self.trouble == "paper") | 0x40 * self._jammed,
            3: 0x08 * self._jammed,
            4: 0x0C * self._low | 0x60 * (self._head.paper_left == 0),
        }
        return bytes((0x12 | bits[question],)) if question in bits else b""

    def _auto_status(self) -> bytes:
        first = 0x10 | 0x08 * bool(self.trouble) | 0x20 * (self.trouble == "cover")
        third = 0x03 * self._low | 0x0C * (self._head.paper_left == 0)
        return bytes((first, 0x08 * self._jammed, third, 0x00))

    @property
    def _low(self) -> bool:
        return faults.PAPER_LOW in self._laid or self._head.paper_left == 0

    def _say(self, said: bytes) -> None:
        if self.body.answers and not self._strikes(faults.SILENT, self.received):
            self._out += said

    def _changed(self) -> None:
        status = self._auto_status()
        if self._auto & (ASB_ONLINE | ASB_ERROR | ASB_PAPER) and status != self._told:
            self._told = status
            self._say(status)
        for listener in tuple(self._listeners):
            listener()
