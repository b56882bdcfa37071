"""How a name is spelled: pinyin and its initials, made once when the name comes in and sealed with it.

pypinyin costs 12 MB of memory even without its phrases (57 MB with them), so it is loaded when the first Chinese name
comes in and not at start; phrases do not matter for names, but surnames have readings of their own.
"""

from __future__ import annotations

import os
import re
import unicodedata
from typing import NamedTuple

from edge.people.masking import surname


class Spelling(NamedTuple):
    """`initials` such as `zxs`, `full` such as `zhang xiao san`; both empty for an empty name."""

    initials: str
    full: str


# Read otherwise as a surname than as a word (现代汉语词典, 姓氏 readings).
_SURNAMES = {
    "曾": "zeng", "单": "shan", "仇": "qiu", "解": "xie", "查": "zha", "区": "ou", "任": "ren",
    "朴": "piao", "盖": "ge", "尉": "wei", "乐": "yue", "华": "hua", "覃": "qin", "翟": "zhai",
    "缪": "miao", "宓": "mi", "折": "she", "冼": "xian", "种": "chong", "秘": "bi", "员": "yun",
    "洗": "xian", "令": "ling", "繁": "po", "能": "nai", "召": "shao", "祭": "zhai", "黑": "he",
    "句": "gou", "幺": "yao", "那": "na", "卜": "bu", "长": "zhang", "沈": "shen", "石": "shi",
    "万": "wan", "尉迟": "yu chi", "单于": "chan yu", "长孙": "zhang sun", "万俟": "mo qi",
    "澹台": "tan tai", "令狐": "ling hu",
}  # fmt: skip

_LETTERS = re.compile(r"[a-z]+")


def spell(name: str) -> Spelling:
    """The spelling by which a name is found. Latin names are their own."""
    plain = unicodedata.normalize("NFKC", name).strip()
    words = _LETTERS.findall((plain if plain.isascii() else _reading(plain)).lower())
    return Spelling("".join(word[0] for word in words), " ".join(words))


def _reading(name: str) -> str:
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")  # read by pypinyin when it is first imported
    from pypinyin import lazy_pinyin

    head = surname(name)
    special = _SURNAMES.get(head)
    rest = name[len(head) :] if special else name
    return f"{special or ''} {' '.join(_without_marks(part) for part in lazy_pinyin(rest))}"


def _without_marks(text: str) -> str:
    """é, ü and the like as plain letters; pypinyin hands on what is not Chinese."""
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
