"""What stands on a slip: its number, what it is, whose it is behind a mask, and codes that a scanner reads."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from drivers.ports import Code128, Document, Pair, QrCode, Text
from drivers.printer.codec import encode
from drivers.printer.layout import Paper
from edge.settings import BoxSettings
from edge.slips import SlipRow, SlipState
from kiosk_ui.papers import SlipPapers
from kiosk_ui.texts import Texts
from simulators.printer.model import PrinterModel
from simulators.printer.picture import png

BOX = BoxSettings(name_zh="梧桐里 3 栋", name_en="Wutong Lane, building 3", desk_phone="8801")
FORMS = {"parcel_label": "L", "drop_off_receipt": "D", "collection_slip": "C"}
DATA = {
    "parcel": "P000123",
    "number": "SF1234567894471",
    "carrier": "顺丰",
    "mail_class": "express",
    "quantity": "2",
    "care": "fresh valuable",
    "unit": "3-1204",
    "name": "张*三",
    "phone_tail": "1204",
    "cell": "B05",
    "shelf": "",
    "state": "in_cell",
    "deliverer": "唐*杰",
    "signature": "slip",
    "staff": "陈敏",
    "taker": "李*",
    "taken_against": "screen",
    "handed_by": "陈敏",
    "registered_at": "2026-11-22T06:05:00.000Z",
    "collected_at": "2026-11-22T16:26:00.000Z",
    "free_hours": "48",
}


@pytest.fixture(scope="module")
def papers() -> SlipPapers:
    return SlipPapers(Texts.load(), BOX)


def slip(form: str, language: str = "zh", copy: int = 0) -> SlipRow:
    number = f"{FORMS[form]}-000042"
    return SlipRow(number, form, "parcel:P000123", language, copy, SlipState.NUMBERED, "", "2026-11-22T06:05:00.000Z")


def words(document: Document) -> str:
    said = [block.text for block in document.blocks if isinstance(block, Text)]
    said += [f"{block.label}={block.value}" for block in document.blocks if isinstance(block, Pair)]
    return "\n".join(said)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("form", FORMS)
def test_every_form_bears_its_serial_number_and_its_name_in_both_languages(
    papers: SlipPapers, form: str, language: str
) -> None:
    text = words(papers.document(slip(form, language), DATA))
    assert f"{FORMS[form]}-000042" in text
    titles = {"parcel_label": ("包裹标签", "Parcel label"), "drop_off_receipt": ("收件回执", "Drop-off receipt")}
    for title in titles.get(form, ("领取单", "Collection slip")):
        assert title in text


@pytest.mark.parametrize("form", FORMS)
def test_a_reprint_says_so_and_keeps_its_number(papers: SlipPapers, form: str) -> None:
    first, again = words(papers.document(slip(form), DATA)), words(papers.document(slip(form, copy=2), DATA))
    assert "补打" not in first
    assert "补打 REPRINT 2" in again
    assert f"{FORMS[form]}-000042" in again


def test_times_are_the_buildings_own(papers: SlipPapers) -> None:
    text = words(papers.document(slip("collection_slip"), DATA))
    assert "领取=2026-11-23 00:26" in text


def test_a_carrier_is_called_as_the_reader_calls_it(papers: SlipPapers) -> None:
    assert "快递公司=顺丰" in words(papers.document(slip("parcel_label"), DATA))
    assert "Carrier=SF Express" in words(papers.document(slip("parcel_label", "en"), DATA))
    own = {**DATA, "carrier": "大件物流"}
    assert "Carrier=大件物流" in words(papers.document(slip("parcel_label", "en"), own))


@pytest.mark.rule("P8")
def test_the_receipt_of_a_cell_states_the_free_period_and_that_of_a_shelf_does_not(papers: SlipPapers) -> None:
    assert "免费存放=48 小时" in words(papers.document(slip("drop_off_receipt"), DATA))
    shelved = {**DATA, "cell": "", "shelf": "2"}
    text = words(papers.document(slip("drop_off_receipt"), shelved))
    assert "免费存放" not in text
    assert "存放=前台架 2" in text


@pytest.mark.rule("P1")
@pytest.mark.parametrize(("signature", "line"), [("slip", "交件人签字：____"), ("pin", "签收方式=本人密码登录")])
def test_the_deliverer_signs_on_the_receipt_unless_they_stand_for_it_otherwise(
    papers: SlipPapers, signature: str, line: str
) -> None:
    text = words(papers.document(slip("drop_off_receipt"), {**DATA, "signature": signature}))
    assert line in text
    assert ("交件人签字" in text) == (signature == "slip")


@pytest.mark.rule("P3")
def test_the_collection_slip_says_who_took_it_and_against_what(papers: SlipPapers) -> None:
    text = words(papers.document(slip("collection_slip"), DATA))
    assert "领取人=李*" in text
    assert "签收方式=已在屏幕上签字" in text
    on_paper = words(papers.document(slip("collection_slip"), {**DATA, "taken_against": "slip"}))
    assert "领取人签字：____" in on_paper


def test_what_is_not_known_leaves_no_empty_line(papers: SlipPapers) -> None:
    bare = {**DATA, "care": "", "handed_by": "", "taken_against": "", "staff": ""}
    for form in FORMS:
        blocks = papers.document(slip(form), bare).blocks
        assert [block for block in blocks if isinstance(block, Pair) and not block.value] == []


def test_a_form_that_the_house_does_not_know_is_an_error_of_ours(papers: SlipPapers) -> None:
    with pytest.raises(LookupError):
        papers.document(replace(slip("parcel_label"), form="ticket"), DATA)


@pytest.mark.parametrize(
    ("form", "codes"),
    [("parcel_label", ["P000123"]), ("drop_off_receipt", ["D-000042"]), ("collection_slip", ["C-000042"])],
)
def test_a_scanner_reads_the_slip_off_the_paper(
    papers: SlipPapers, form: str, codes: list[str], tmp_path: Path
) -> None:
    document = papers.document(slip(form), DATA)
    said = [block.data for block in document.blocks if isinstance(block, Code128 | QrCode)]
    assert said == codes
    picture = tmp_path / "slip.png"
    picture.write_bytes(printed(document))
    read = subprocess.run(["zbarimg", "--quiet", "--raw", str(picture)], capture_output=True, text=True, check=True)
    assert read.stdout.split() == codes


def printed(document: Document) -> bytes:
    """The document through the real codec and a printer's head, as a picture."""
    model, data = PrinterModel(), b"\x1b@" + encode(document, Paper()).data + b"\x1dV\x42\x00"
    while data:
        room = model.room
        model.receive(data[:room])
        data = data[room:]
        model.work()
    return png(model.slips[-1])


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("form", FORMS)
def test_every_form_can_be_put_on_58_and_80_mm_paper_without_a_lost_character(
    papers: SlipPapers, form: str, language: str
) -> None:
    data: Mapping[str, str] = {**DATA, "name": "李*", "unit": "12-2-1204", "carrier": "中国邮政"}
    for dots in (384, 576):
        body = encode(papers.document(slip(form, language), data), Paper(dots=dots))
        assert not body.substituted
