"""Reading what a printer says back: every kind of answer, mixed, in any pieces, and any bytes at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.printer.commands import ID_SPACE, process_id
from drivers.printer.status import (
    Answer,
    AutoStatus,
    Cleared,
    Info,
    Noise,
    PrinterState,
    Processed,
    RealTime,
    Report,
    StatusParser,
    learn,
)

WELL = bytes((0x10, 0x00, 0x00, 0x00))
IDENT = process_id(0x1234)

ANSWERS: list[tuple[bytes, Report]] = [
    (b"\x12", RealTime(0x12)),
    (b"\x7e", RealTime(0x7E)),
    (WELL, AutoStatus(PrinterState())),
    (bytes((0x18, 0x00, 0x0C, 0x00)), AutoStatus(PrinterState(offline=True, paper_out=True))),
    (b"\x00", Answer(0x00)),
    (b"\x0f", Answer(0x0F)),
    (b"\x37\x22" + IDENT + b"\x00", Processed(IDENT)),
    (b"\x37\x25\x00", Cleared()),
    (b"_TM-m30III 2.17\x00", Info("TM-m30III 2.17")),
]

LONG = [answer for answer in ANSWERS if len(answer[0]) > 1 and not answer[0].startswith(b"_")]
"""More than one byte, and not a text, in which any byte may stand."""


def parse(*pieces: bytes) -> list[Report]:
    parser = StatusParser()
    return [report for piece in pieces for report in parser.feed(piece)]


@pytest.mark.parametrize(("wire", "report"), ANSWERS)
def test_each_answer_is_read(wire: bytes, report: Report) -> None:
    assert parse(wire) == [report]


@given(st.lists(st.sampled_from(ANSWERS), max_size=20), st.data())
def test_answers_are_read_in_whatever_pieces_they_come(
    answers: list[tuple[bytes, Report]], data: st.DataObject
) -> None:
    stream = b"".join(wire for wire, _ in answers)
    assert parse(*in_pieces(stream, data)) == [report for _, report in answers]


@given(
    st.sampled_from([ANSWERS[2], ANSWERS[3], ANSWERS[6], ANSWERS[7]]),
    st.integers(0, 7),
    st.sampled_from([0x12, 0x3E, 0x7A]),
)
def test_a_real_time_answer_may_land_inside_another_one(answer: tuple[bytes, Report], at: int, bits: int) -> None:
    wire, report = answer
    assert set(parse(wire[:at] + bytes((bits,)) + wire[at:])) == {report, RealTime(bits)}


@given(st.integers(0, ID_SPACE - 1), st.integers(0, 7))
def test_every_process_id_survives_a_real_time_answer_and_flow_control(number: int, at: int) -> None:
    wire = b"\x37\x22" + process_id(number) + b"\x00"
    assert Processed(process_id(number)) in parse(wire[:at] + b"\x16\x13\x11" + wire[at:])


@given(st.binary(max_size=200), st.data())
def test_any_bytes_are_borne_and_read_the_same_in_any_pieces(stream: bytes, data: st.DataObject) -> None:
    assert parse(stream) == parse(*in_pieces(stream, data))


@given(st.binary(max_size=60))
def test_after_any_rubbish_the_next_answers_are_understood_again(rubbish: bytes) -> None:
    rubbish += b"\x00" * 8  # what was begun ends, at the latest, with the next few bytes
    assert parse(rubbish + b"\x37\x22" + IDENT + b"\x00")[-1] == Processed(IDENT)


def test_a_broken_off_automatic_status_does_not_swallow_the_next_one() -> None:
    assert parse(WELL[:2] + WELL) == [Noise(0x10), Noise(0x00), AutoStatus(PrinterState())]


def test_a_text_without_end_is_given_up() -> None:
    assert parse(b"_" + b"x" * 200 + b"\x37\x25\x00")[-1] == Cleared()


@pytest.mark.parametrize(
    ("question", "bits", "trouble"),
    [
        (1, 0x12, ""),
        (1, 0x1A, "offline"),
        (2, 0x16, "cover"),
        (2, 0x32, "paper"),
        (2, 0x52, "offline"),
        (3, 0x1A, "cutter"),
        (3, 0x32, "offline"),
        (4, 0x1E, ""),
        (4, 0x72, "paper"),
    ],
)
def test_a_real_time_answer_names_the_trouble(question: int, bits: int, trouble: str) -> None:
    assert learn(PrinterState(), question, bits).trouble == trouble


def test_paper_nearly_out_is_no_trouble() -> None:
    state = learn(PrinterState(), 4, 0x1E)
    assert (state.paper_low, state.trouble) == (True, "")


@pytest.mark.parametrize(
    ("block", "trouble"),
    [("18000000", "offline"), ("38000000", "cover"), ("18080000", "cutter"), ("18000c00", "paper"), ("10000300", "")],
)
def test_an_automatic_status_names_the_trouble(block: str, trouble: str) -> None:
    (report,) = parse(bytes.fromhex(block))
    assert isinstance(report, AutoStatus)
    assert report.state.trouble == trouble


def in_pieces(stream: bytes, data: st.DataObject) -> list[bytes]:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    return [stream[start:end] for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
