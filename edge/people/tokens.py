"""Secrets that a browser or a person carries: long random tokens, and short codes that live once and briefly."""

from __future__ import annotations

import hmac
from hashlib import sha256

from edge.chance import Chance, digits
from edge.ledger import Ledger
from edge.people.known import Coded
from edge.people.moment import Moment, remaining_ms
from edge.people.plain import plain_digits

TOKEN_BYTES = 32
SCREEN_CODE_DIGITS = 12  # may be tried by any browser on the network, and must not be lockable by one
SETUP_CODE_DIGITS = 8  # is tried for one person at one screen, under that one's budget


def new_token(chance: Chance) -> str:
    return chance.bytes(TOKEN_BYTES).hex()


def token_hash(token: str) -> str:
    """Enough without a salt: nobody can try 2^256 tokens."""
    return sha256(token.encode()).hexdigest()


def new_code(chance: Chance, count: int) -> str:
    return digits(chance, count)


def code_hash(ledger: Ledger, purpose: str, code: str) -> str:
    """Keyed, because a code of some digits is found by trying once its plain hash is known."""
    return ledger.hmac(purpose, plain_digits(code).encode()).hex()


def code_fits(ledger: Ledger, purpose: str, coded: Coded | None, code: str, now: Moment) -> bool:
    """Whether this is the code and it still lives."""
    if coded is None or not remaining_ms(coded.since, coded.life_ms, now):
        return False
    return hmac.compare_digest(coded.code_hash, code_hash(ledger, purpose, code))


def grouped(code: str) -> str:
    """As it is printed and read aloud: in fours."""
    return " ".join(code[i : i + 4] for i in range(0, len(code), 4))
