"""The paper as a picture: a scanner reads the codes off it, and a person the words."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from drivers.ports import Code128, Document, PrintOutcome, PrintResult, QrCode, Text
from simulators.printer import faults
from simulators.printer.model import Body
from simulators.printer.picture import png
from tests.printer.stand import SLIP, Stand, Table


def scanned(picture: bytes, folder: Path) -> set[str]:
    """What zbarimg reads, as `kind:data`."""
    file = folder / "slip.png"
    file.write_bytes(picture)
    done = subprocess.run(["zbarimg", "--quiet", str(file)], capture_output=True, text=True, check=False)
    return set(done.stdout.split())


@pytest.mark.parametrize("dots", [384, 576])
@pytest.mark.parametrize(
    ("qr", "bars"),
    [
        ("https://lobby.example/p/7f3k9q", "SF1234567890"),
        ("P1:" + "A1B2C3" * 30, "20260512"),
        ("x", "1604{}"),
        ("领取码:8341-2290", "A1"),
    ],
)
def test_a_scanner_reads_both_codes_off_the_slip(virtual: Table, tmp_path: Path, dots: int, qr: str, bars: str) -> None:
    async def story(stand: Stand) -> None:
        printer = await stand.printer()
        document = Document((Text("包裹领取单"), QrCode(qr), Code128(bars), Text("完")))
        assert await printer.print(document) == PrintOutcome(PrintResult.PRINTED)
        assert scanned(png(stand.model.slips[-1]), tmp_path) == {f"QR-Code:{qr}", f"CODE-128:{bars}"}

    virtual.try_out(story, Body(dots=dots))


def test_the_picture_is_as_wide_as_the_paper_and_as_long_as_what_came_out(virtual: Table) -> None:
    from simulators.printer.picture import TOP_EDGE, picture

    async def story(stand: Stand) -> None:
        printer = await stand.printer()
        await printer.print(SLIP)
        slip = stand.model.slips[-1]
        assert picture(slip).size == (576, TOP_EDGE + slip.height)
        stand.model.lay(faults.PAPER_OUT, at_dot=100)
        await printer.print(SLIP)
        assert picture(stand.model.slips[-1]).size == (576, TOP_EDGE + 100)

    virtual.try_out(story)


def test_words_are_black_on_white(virtual: Table) -> None:
    from simulators.printer.picture import picture

    async def story(stand: Stand) -> None:
        await (await stand.printer()).print(Document((Text("领"),)))
        image = picture(stand.model.slips[-1])
        assert image.getextrema() == (0, 255)
        inked = image.point(lambda grey: 255 - grey).getbbox()
        assert inked is not None
        left, top, right, bottom = inked
        assert right - left <= 24
        assert bottom - top <= 30

    virtual.try_out(story)
