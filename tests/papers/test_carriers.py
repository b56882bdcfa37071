"""Which carrier a number comes from, and one word for a carrier however somebody wrote it."""

from __future__ import annotations

import pytest

from edge.parcels.facts import MailClass
from kiosk_ui.carriers import CARRIERS, carrier_name, carrier_word, suggested, suggested_class
from kiosk_ui.texts import Lang, Texts

TEXTS = Texts.load()


@pytest.mark.parametrize(
    ("number", "carrier"),
    [
        ("SF1234567890123", "sf"),
        ("sf 1234 5678 90123", "sf"),
        ("YT1234567890123", "yto"),
        ("JT1234567890123", "jt"),
        ("JDVA12345678901", "jd"),
        ("EA123456789CN", "ems"),
        ("RA123456789CN", "post"),
        ("73123456789012", "zto"),
        ("773012345678901", "sto"),
        ("4312345678901", "yunda"),
        ("12", ""),
        ("", ""),
    ],
)
def test_a_number_tells_its_carrier_where_carriers_number_alike(number: str, carrier: str) -> None:
    assert suggested(number) == carrier


def test_registered_mail_says_so_in_its_number() -> None:
    assert suggested_class("RA123456789CN") is MailClass.REGISTERED
    assert suggested_class("SF1234567890123") is MailClass.EXPRESS


@pytest.mark.parametrize("written", ["顺丰", "顺丰速运", "SF Express", "sf", " SF "])
def test_one_carrier_has_one_word_however_it_is_written(written: str) -> None:
    assert carrier_word(TEXTS, written) == "sf"


@pytest.mark.parametrize("lang", Lang)
@pytest.mark.parametrize("carrier", CARRIERS)
def test_every_carrier_is_known_again_by_its_name(carrier: str, lang: Lang) -> None:
    assert carrier_word(TEXTS, carrier_name(TEXTS, lang, carrier)) == carrier


def test_an_unknown_carrier_stays_as_it_was_written() -> None:
    assert carrier_word(TEXTS, "大件物流") == "大件物流"
    assert carrier_name(TEXTS, Lang.EN, "大件物流") == "大件物流"
