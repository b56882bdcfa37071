"""Carriers: what the house calls them, and which one a tracking number most likely comes from.

The register keeps a carrier as its short word (`sf`) where it is a known one, and as it was written where it is not.
"""

from __future__ import annotations

import re

from edge.parcels.facts import MailClass
from edge.parcels.rules import clean_number
from kiosk_ui.texts import Lang, Texts

CARRIERS = ("sf", "zto", "yto", "sto", "yunda", "jt", "jd", "ems", "post", "dhl")

# How carriers number their waybills, as far as it is public and stable. First match wins; the desk may always overrule.
_NUMBERS = (
    (r"SF\d{12,15}", "sf"),
    (r"YT\d{13,15}|8[0-9]{17}", "yto"),
    (r"JT\d{13}", "jt"),
    (r"JD[A-Z]{0,2}\d{10,15}", "jd"),
    (r"E[A-Z]\d{9}[A-Z]{2}|1[01]\d{11}", "ems"),  # UPU S10: E… is express mail
    (r"[RCLU][A-Z]\d{9}[A-Z]{2}|9[6-9]\d{11}", "post"),  # UPU S10: R… registered, C… parcels, L… and U… small packets
    (r"77\d{13}|268\d{9}|55\d{11}", "sto"),
    (r"7[3-689]\d{10}(?:\d{2,3})?", "zto"),
    (r"(?:31|43|46)\d{11,13}", "yunda"),
    (r"\d{10}", "dhl"),
)
_REGISTERED = re.compile(r"R[A-Z]\d{9}[A-Z]{2}")
_ENDINGS = re.compile(r"(快递|速运|速递|快运|物流|express)$")
_ALSO = {"邮政": "post", "中国邮政": "post", "邮局": "post", "京东": "jd", "极兔速递": "jt", "邮政ems": "ems"}


def suggested(number: str) -> str:
    """The carrier that numbers its waybills like this; empty when nobody is known to."""
    number = clean_number(number)
    return next((carrier for pattern, carrier in _NUMBERS if re.fullmatch(pattern, number)), "")


def suggested_class(number: str) -> MailClass:
    """Registered mail says so in its number (UPU S10, R…); everything else that comes to a desk is mostly express."""
    return MailClass.REGISTERED if _REGISTERED.fullmatch(clean_number(number)) else MailClass.EXPRESS


def carrier_word(texts: Texts, written: str) -> str:
    """The house's word for a carrier however somebody wrote it (顺丰速运, SF, sf); as written where it is not known."""
    plain = written.strip()
    word = _ENDINGS.sub("", "".join(plain.casefold().split()))
    for carrier in CARRIERS:
        names = {_ENDINGS.sub("", "".join(texts.plain(lang, f"carrier.{carrier}").casefold().split())) for lang in Lang}
        if word == carrier or word in names:
            return carrier
    return _ALSO.get(word, plain)


def carrier_name(texts: Texts, lang: Lang, written: str) -> str:
    """What to call a carrier on a screen, on paper or in a message."""
    word = carrier_word(texts, written)
    return texts.plain(lang, f"carrier.{word}") if word in CARRIERS else written
