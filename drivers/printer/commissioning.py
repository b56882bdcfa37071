"""What a printer can prove, asked once when it is set up, and kept by the caller.

Nothing is printed for it: an idle printer answers GS ( H, GS r, GS I and DLE DC4 fn 8 without using paper.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from drivers.errors import Unavailable
from drivers.ports import Grade
from drivers.printer.commands import ASK_PAPER, INITIALISE, ask_completion, ask_identity, process_id
from drivers.printer.layout import Charset, Paper
from drivers.printer.session import LinkLost, Session, Silent
from drivers.printer.transports import Transport

_FIRMWARE, _MAKER, _MODEL, _SERIAL, _FONT = 65, 66, 67, 68, 69
_TYPE = 2
_HAS_CHINESE = 0x01  # bit 0 of the type byte: some models name a Chinese font (69) and have none


@dataclass(frozen=True)
class Commissioning:
    """A printer's abilities. JSON-able: `to_json` and `from_json`. The default is what may be said of an unknown one.

    `clears`: it proves that its buffers are empty when told to clear them, so that a job broken off by lack of paper
    cannot go on by itself at the refill.
    """

    grade: Grade = Grade.BLIND
    clears: bool = False
    charset: Charset = Charset.GBK
    dots: int = 576
    maker: str = ""
    model: str = ""
    firmware: str = ""
    serial: str = ""

    @property
    def paper(self) -> Paper:
        return Paper(self.dots, self.charset)

    def to_json(self) -> dict[str, str | int | bool]:
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, str | int | bool]) -> Commissioning:
        """Raises `ValueError` or `TypeError` on what `to_json` did not write."""
        fields: dict[str, Any] = dict(kept)
        grade, charset = Grade(fields.pop("grade", None)), Charset(fields.pop("charset", None))
        return cls(grade=grade, charset=charset, **fields)


async def commission(
    name: str, transport: Transport, *, dots: int = 576, answer_s: float = 2.0, connect_s: float = 3.0
) -> Commissioning:
    """Ask a printer what it can prove. `dots` (576 on 80 mm, 384 on 58 mm) no printer tells: look at the paper.

    Raises `Unavailable` where it cannot be reached, or is in trouble (`cover`, `paper`, `cutter`, `offline`).
    """
    try:
        async with Session(transport, connect_s=connect_s, write_s=answer_s) as session:
            return await _Interview(name, session, answer_s).hold(dots)
    except LinkLost as error:
        raise Unavailable(name, "link") from error


class _Interview:
    def __init__(self, name: str, session: Session, answer_s: float) -> None:
        self._name = name
        self._session = session
        self._answer_s = answer_s

    async def hold(self, dots: int) -> Commissioning:
        await self._session.write(bytes(Paper(dots).longest_command))  # whatever was broken off before must not hear us
        if not await self._answers_health():
            return Commissioning(dots=dots)
        clears = await self._clears()
        await self._session.write(INITIALISE)
        if not await self._answers_in_order():
            return Commissioning(dots=dots)
        grade = Grade.PROCESS_ID if await self._answers_process_id() else Grade.STATUS_ONLY
        return Commissioning(
            grade=grade,
            clears=clears,
            charset=await self._charset(),
            dots=dots,
            maker=await self._text(_MAKER),
            model=await self._text(_MODEL),
            firmware=await self._text(_FIRMWARE),
            serial=await self._text(_SERIAL),
        )

    async def _answers_health(self) -> bool:
        try:
            state = await self._session.ask_health(self._answer_s)
        except Silent:
            return False
        if state.trouble:
            raise Unavailable(self._name, state.trouble)
        return True

    async def _clears(self) -> bool:
        try:
            await self._session.clear_buffers(self._answer_s)
        except Silent:
            return False
        return True

    async def _answers_in_order(self) -> bool:
        return await self._byte(ASK_PAPER) is not None

    async def _answers_process_id(self) -> bool:
        ident = process_id(0x5EED)
        await self._session.write(ask_completion(ident))
        try:
            await self._session.until(lambda: ident in self._session.heard.processed, self._answer_s)
        except Silent:
            return False
        return True

    async def _charset(self) -> Charset:
        kind = await self._byte(ask_identity(_TYPE))
        if kind is not None and not kind & _HAS_CHINESE:
            return Charset.NONE
        return Charset.GB2312 if "GB2312" in await self._text(_FONT) else Charset.GBK

    async def _byte(self, question: bytes) -> int | None:
        answers = self._session.heard.answers
        answers.clear()
        await self._session.write(question)
        try:
            await self._session.until(lambda: bool(answers), self._answer_s)
        except Silent:
            return None
        return answers[0]

    async def _text(self, number: int) -> str:
        infos = self._session.heard.infos
        infos.clear()
        await self._session.write(ask_identity(number))
        try:
            await self._session.until(lambda: bool(infos), self._answer_s)
        except Silent:
            return ""
        return infos[0]
