"""What a message says: where, which code, until when, in the reader's language, and nothing that cannot be kept."""

from __future__ import annotations

import pytest

from edge.settings import BoxSettings
from kiosk_ui.texts import TextMissing, Texts
from kiosk_ui.wording import PhoneWording, grouped

BOX = BoxSettings(name_zh="梧桐里 3 栋", name_en="Wutong Lane 3", desk_phone="8801")
DATA = {
    "parcel": "P000123",
    "carrier": "sf",
    "tail": "4471",
    "cell": "B05",
    "shelf": "",
    "code": "40821634",
    "token": "LB1:0123456789abcdefghjkmnpqrs",
    "free_until": "2026-11-24T06:05:00+00:00",
}


@pytest.fixture(scope="module")
def wording() -> PhoneWording:
    return PhoneWording(Texts.load(), BOX)


@pytest.mark.rule("P2", "P8")
def test_a_message_about_a_cell_says_which_and_the_code_and_until_when_it_is_free(wording: PhoneWording) -> None:
    text = wording.message("parcel_in_cell", "zh", DATA)
    assert text == (
        "您的顺丰快件（尾号 4471）已放入梧桐里 3 栋 B05 格。取件码 408 216 34，免费存放至 11 月 24 日 14:05。"
        "不愿用柜请致电前台 8801，改由前台保管。\nLB1:0123456789abcdefghjkmnpqrs"
    )


@pytest.mark.rule("P2")
def test_it_is_said_in_english_to_who_reads_english(wording: PhoneWording) -> None:
    text = wording.message("parcel_at_desk", "en", {**DATA, "token": ""})
    assert text == (
        "Your SF Express parcel (ending 4471) is at the front desk, Wutong Lane 3. Give the code 408 216 34; you or a "
        "registered family member signs for it. Desk phone 8801."
    )


def test_a_desk_without_a_phone_promises_no_call() -> None:
    silent = PhoneWording(Texts.load(), BOX.model_copy(update={"desk_phone": ""}))
    for language in ("zh", "en"):
        for what in ("parcel_in_cell", "parcel_at_desk"):
            text = silent.message(what, language, DATA)
            assert "电" not in text
            assert "phone" not in text


def test_who_speaks_neither_is_told_in_chinese(wording: PhoneWording) -> None:
    assert wording.message("parcel_at_desk", "fr", DATA).startswith("您的顺丰快件")


def test_a_message_without_words_is_an_error_of_ours(wording: PhoneWording) -> None:
    with pytest.raises(TextMissing):
        wording.message("happy_birthday", "zh", DATA)


@pytest.mark.parametrize(
    ("code", "said"), [("40821634", "408 216 34"), ("408216", "408 216"), ("123456789", "123 456 789")]
)
def test_codes_are_said_in_threes(code: str, said: str) -> None:
    assert grouped(code) == said
