"""From a document to bytes, read back by the simulator's own understanding of ESC/POS."""

from __future__ import annotations

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from drivers.ports import Align, Block, Code128, Document, Feed, Pair, QrCode, Rule, Text
from drivers.printer.codec import Unprintable, encode
from drivers.printer.commands import CUT, INITIALISE, first_real_time, harmless_raster
from drivers.printer.layout import Charset, Paper, columns, wrap
from simulators.printer.model import Body, PrinterModel
from simulators.printer.paper import BarMark, DotsMark, QrMark, Slip, TextMark

WIDE = Paper()
NARROW = Paper(384)
PAPERS = st.sampled_from([Paper(dots, charset) for dots in (384, 576) for charset in Charset])

GBK_TEXT = st.text(st.characters(codec="gbk", exclude_categories=["C", "Z"]), min_size=1, max_size=12)
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
BLOCKS: st.SearchStrategy[Block] = st.one_of(
    st.builds(Text, ANY_TEXT, st.sampled_from(Align), st.sampled_from([1, 2]), st.booleans()),
    st.builds(Pair, ANY_TEXT, ANY_TEXT),
    st.just(Rule()),
    st.builds(Feed, st.integers(-3, 100)),
    st.builds(QrCode, st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=60)),
    st.builds(Code128, st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=12)),
)


def printed(document: Document, paper: Paper = WIDE) -> Slip:
    """The slip that comes out of a printer of the right kind."""
    chinese = {Charset.NONE: "", Charset.GB2312: "gb2312", Charset.GBK: "gb18030"}[paper.charset]
    model = PrinterModel(Body(dots=paper.dots, chinese=chinese, buffer=1_000_000))
    model.receive(INITIALISE + encode(document, paper).data + CUT)
    assert model.held == 0
    (slip,) = model.slips
    return slip


# --- words


@given(GBK_TEXT)
def test_what_gbk_has_is_printed_as_text_and_reads_the_same(text: str) -> None:
    slip = printed(Document((Text(text),)))
    assert slip.text == text


def test_a_rare_character_of_a_name_is_not_exchanged_for_its_equal() -> None:
    assert printed(Document((Text("凉\uf979"),))).text == "凉\uf979"


def test_a_letter_with_a_loose_accent_is_set_as_one() -> None:
    assert printed(Document((Text("cafe\u0301"),))).text == "café"


@pytest.mark.parametrize("text", ["䶮", "㐂", "𠮷", "Ñandú", "€"])
def test_what_gbk_has_not_is_printed_as_a_picture(text: str) -> None:
    (mark,) = printed(Document((Text(text),))).marks
    assert isinstance(mark, DotsMark)
    assert any(mark.rows)


def test_only_the_line_that_needs_it_becomes_a_picture() -> None:
    slip = printed(Document((Text("张先生"), Text("䶮先生"), Text("李先生"))))
    assert [type(mark) for mark in slip.marks] == [TextMark, DotsMark, TextMark]


def test_a_small_chinese_font_gets_pictures_for_what_it_lacks() -> None:
    marks = printed(Document((Text("中文"), Text("镕"))), Paper(charset=Charset.GB2312)).marks
    assert [type(mark) for mark in marks] == [TextMark, DotsMark]


def test_a_printer_without_chinese_gets_every_chinese_line_as_a_picture() -> None:
    marks = printed(Document((Text("中文"), Text("ABC"))), Paper(charset=Charset.NONE)).marks
    assert [type(mark) for mark in marks] == [DotsMark, TextMark]


def test_a_picture_line_stands_where_the_text_line_would() -> None:
    for align in Align:
        text, dots = printed(Document((Text("龚", align), Text("䶮", align)))).marks
        assert isinstance(text, TextMark)
        assert isinstance(dots, DotsMark)
        first = min(byte for row in rows_of(dots) for byte, bits in enumerate(row) if bits)
        assert abs(first * 8 - text.left) <= 12


def test_without_a_font_the_line_is_printed_with_a_sign_and_the_outcome_says_so() -> None:
    body = encode(Document((Text("䶮先生"),)), WIDE, fonts=())
    assert body.substituted
    assert "〓先生".encode("gbk") in body.data


def test_a_character_that_the_font_lacks_is_shown_as_a_sign_and_the_outcome_says_so() -> None:
    assert encode(Document((Text("\U0010fffd\ue000"),)), WIDE).substituted
    assert not encode(Document((Text("䶮"),)), WIDE).substituted


def test_bold_and_large_reach_the_paper() -> None:
    (mark,) = printed(Document((Text("大Ab", size=2, bold=True),))).marks
    assert isinstance(mark, TextMark)
    assert {(glyph.wide, glyph.tall, glyph.bold) for glyph in mark.glyphs} == {(2, 2, True)}
    plain = printed(Document((Text("大", size=2, bold=True), Text("小")))).marks[1]
    assert isinstance(plain, TextMark)
    assert {(glyph.wide, glyph.tall, glyph.bold) for glyph in plain.glyphs} == {(1, 1, False)}


@given(ANY_TEXT, st.integers(8, 48))
def test_no_line_is_wider_than_the_paper_and_nothing_but_blanks_is_lost(text: str, room: int) -> None:
    lines = wrap(text, room)
    assert all(columns(line) <= room for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_chinese_punctuation_does_not_begin_a_line() -> None:
    assert wrap("一二三四，五六", 8) == ["一二三", "四，五六"]


def test_words_are_not_torn_apart() -> None:
    assert wrap("the free period ends", 10) == ["the free", "period", "ends"]


def test_a_label_and_its_value_stand_at_the_two_edges() -> None:
    (mark,) = printed(Document((Pair("编号", "A-7"),)), NARROW).marks
    assert isinstance(mark, TextMark)
    assert mark.text == "编号" + " " * 25 + "A-7"
    assert sum(glyph.across for glyph in mark.glyphs) == 384


def test_a_value_that_is_too_long_goes_below_at_the_right() -> None:
    label, value = printed(Document((Pair("存放地点", "前台货架第三层靠窗的蓝色箱子里"),)), NARROW).marks
    assert label.text == "存放地点"
    assert value.text == " " * 2 + "前台货架第三层靠窗的蓝色箱子里"


# --- symbols


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=20))
def test_a_code128_holds_what_was_asked_for(data: str) -> None:
    bars, label = printed(Document((Code128(data),))).marks
    assert isinstance(bars, BarMark)
    assert (bars.data, label.text) == (data, data)


@pytest.mark.parametrize("digits", ["1604", "2026160512", "00001620", "160412345678"])
def test_digits_that_would_be_a_real_time_code_are_written_another_way(digits: str) -> None:
    assert printed(Document((Code128(digits),))).marks[0].text == f"[CODE128 {digits}]"


def test_a_qr_code_holds_what_was_asked_for_and_fits_the_narrow_paper() -> None:
    data = "P1:" + "A" * 183  # a release pass
    (mark,) = printed(Document((QrCode(data),)), NARROW).marks
    assert isinstance(mark, QrMark)
    assert mark.data == data
    assert (len(mark.modules) + 8) * mark.scale <= 384


@pytest.mark.parametrize("size", [1, 14, 15, 106, 107, 331, 332, 997, 998, 1000])
def test_the_size_of_a_qr_code_is_known_before_it_is_printed(size: int) -> None:
    symbol = segno.make_qr(b"x" * size, error="m", mode="byte", boost_error=False)
    dots = max((dots for dots in (6, 5, 4, 3) if (symbol.symbol_size()[0]) * dots <= 576), default=0)
    (mark,) = printed(Document((QrCode("x" * size),))).marks
    assert isinstance(mark, QrMark)
    assert (mark.scale, len(mark.modules)) == (dots, symbol.symbol_size(border=0)[0])


# --- what must never be in the bytes


@given(st.lists(BLOCKS, max_size=6), PAPERS)
def test_no_document_holds_a_real_time_code_or_leaves_a_command_open(blocks: list[Block], paper: Paper) -> None:
    try:
        body = encode(Document(tuple(blocks)), paper)
    except Unprintable:
        return
    assert first_real_time(INITIALISE + body.data + CUT) == -1
    printed(Document(tuple(blocks)), paper)


@given(st.binary(max_size=300))
def test_a_picture_is_made_harmless_without_losing_a_dot(rows: bytes) -> None:
    rows += b"\x10\x04\x10\x05\x10\x10\x14"
    made = harmless_raster(rows)
    assert first_real_time(made) == -1
    assert all(after & before == before for before, after in zip(rows, made, strict=True))
    assert len(made) == len(rows)


@given(ANY_TEXT)
def test_no_text_can_give_the_printer_a_command(text: str) -> None:
    slip = printed(Document((Text("\x1b@\x1dV\x00\x10\x14" + text), Text("完"))))
    assert slip.marks[-1].text == "完"
    assert all(isinstance(mark, (TextMark, DotsMark)) for mark in slip.marks)


@given(st.lists(BLOCKS, max_size=4), PAPERS, st.floats(0, 1))
def test_wherever_a_job_breaks_off_the_flush_sets_the_printer_free(
    blocks: list[Block], paper: Paper, where: float
) -> None:
    try:
        data = encode(Document(tuple(blocks)), paper).data
    except Unprintable:
        return
    model = PrinterModel(Body(dots=paper.dots, chinese="gb18030", buffer=1_000_000))
    model.receive(data[: round(where * len(data))] + bytes(paper.longest_command) + INITIALISE + b"free\n")
    assert model.paper.text.endswith("free")


def rows_of(mark: DotsMark) -> list[bytes]:
    width = mark.across // 8
    return [mark.rows[at : at + width] for at in range(0, len(mark.rows), width)]
