"""The `Printer` port, held against the simulator on every wire, or against the printer that LOBBY_DEVICE names."""

from __future__ import annotations

import asyncio

import pytest

from drivers.errors import Rejected
from drivers.ports import Code128, Document, Grade, Health, PrintResult, QrCode, Text
from drivers.printer.commissioning import Commissioning
from drivers.printer.trial import trial_slip
from tests.printer.stand import SLIP, Stand, Table

BEST = {
    Grade.PROCESS_ID: PrintResult.PRINTED,
    Grade.STATUS_ONLY: PrintResult.PARSED,
    Grade.BLIND: PrintResult.BLIND,
}
"""The best that a printer of each grade can say."""


def test_a_healthy_printer_says_the_best_that_it_can_prove(any_table: Table) -> None:
    async def story(stand: Stand) -> None:
        known = await stand.learn()
        outcome = await stand.driver(known).print(SLIP)
        assert outcome.result is BEST[known.grade]

    any_table.try_out(story)


def test_its_status_is_known_after_a_look_and_after_a_slip(any_table: Table) -> None:
    async def story(stand: Stand) -> None:
        known = await stand.learn()
        printer = stand.driver(known)
        assert (printer.status().health, printer.status().reason) == (Health.OFFLINE, "starting")
        well = Health.DEGRADED if known.grade is Grade.BLIND else Health.ONLINE
        assert (await printer.look()).health is well
        await printer.print(SLIP)
        assert printer.status().health is well

    any_table.try_out(story)


def test_slips_asked_for_at_once_come_one_after_the_other(any_table: Table) -> None:
    async def story(stand: Stand) -> None:
        known = await stand.learn()
        printer = stand.driver(known)
        outcomes = await asyncio.gather(*(printer.print(Document((Text(f"第 {turn} 张"),))) for turn in range(3)))
        assert [outcome.result for outcome in outcomes] == [BEST[known.grade]] * 3

    any_table.try_out(story)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (Document((QrCode(""),)), "qr_characters"),
        (Document((QrCode("a\x10\x04"),)), "qr_characters"),
        (Document((QrCode("x" * 1001),)), "qr_too_long"),
        (Document((Code128("编号"),)), "code128_characters"),
        (Document((Code128("W" * 60),)), "code128_too_long"),
    ],
)
def test_what_cannot_be_put_on_paper_is_refused_before_anything_is_sent(
    any_table: Table, document: Document, reason: str
) -> None:
    async def story(stand: Stand) -> None:
        printer = stand.driver(Commissioning(Grade.PROCESS_ID))
        with pytest.raises(Rejected) as refused:
            await printer.print(document)
        assert refused.value.reason == reason
        assert stand.model.received == 0

    any_table.try_out(story)


def test_the_trial_slip_prints(any_table: Table) -> None:
    async def story(stand: Stand) -> None:
        known = await stand.learn()
        outcome = await stand.driver(known).print(trial_slip("printer-1", known))
        assert outcome.result is BEST[known.grade]

    any_table.try_out(story)


def test_a_cancelled_print_leaves_the_printer_usable(any_table: Table) -> None:
    async def story(stand: Stand) -> None:
        known = await stand.learn()
        printer = stand.driver(known)
        printing = asyncio.create_task(printer.print(SLIP))
        await asyncio.sleep(0)
        printing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await printing
        assert (await printer.print(SLIP)).result is BEST[known.grade]

    any_table.try_out(story)
