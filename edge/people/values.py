"""What people write into a column, and what it means. Each reader raises a Refusal that says what is wrong with it."""

from __future__ import annotations

import re
from datetime import date
from typing import TypeVar

from edge.people.facts import Language, Standing
from edge.people.plain import plain
from edge.people.who import Role
from edge.refusal import Refusal

T = TypeVar("T")

LONGEST_NAME = 60
LONGEST_WORD = 20

_HAN = re.compile(r"[㐀-鿿\U00020000-\U0003ffff]")

_STANDINGS = {
    Standing.OWNER: "业主 户主 产权人 产权所有人 本人 房东 共有人 owner",
    Standing.FAMILY: "家属 家人 家庭成员 亲属 亲戚 配偶 妻子 丈夫 夫妻 父亲 母亲 父母 子女 儿子 女儿 孩子 "
    "祖父母 兄弟 姐妹 family",
    Standing.TENANT: "租户 租客 承租人 租赁 租住 租住人 合租 tenant",
}
_ROLES = {
    Role.FRONT_DESK: "前台 客服 客服前台 客户服务 接待 front_desk",
    Role.KEY_KEEPER: "钥匙管理员 钥匙管理 钥匙保管员 key_keeper",
    Role.SUPERVISOR: "主管 客服主管 领班 supervisor",
    Role.MANAGER: "经理 客服经理 物业经理 项目经理 manager",
    Role.SECURITY: "保安 安保 秩序维护员 秩序员 安管员 security",
}
_LANGUAGES = {Language.ZH: "zh 中 中文 汉语 普通话 chinese zh-cn zh_cn", Language.EN: "en 英 英文 英语 english"}
_YES = frozenset({"是", "同意", "已同意", "有", "y", "yes", "true", "1", "√", "✓", "✔", "对"})
_NO = frozenset({"否", "不同意", "未同意", "无", "没有", "n", "no", "false", "0", "×", "✗", "✘", "x"})
_DOCUMENTS = {
    "id_card": "身份证 居民身份证 二代身份证 中国身份证 id_card",
    "passport": "护照 外国护照 passport",
    "hk_macao_permit": "港澳居民来往内地通行证 港澳通行证 回乡证 hk_macao_permit",
    "taiwan_permit": "台湾居民来往大陆通行证 台胞证 taiwan_permit",
    "residence_permit": "港澳台居民居住证 居住证 residence_permit",
    "foreign_resident_card": "外国人永久居留身份证 外国人永久居留证 foreign_resident_card",
    "military": "军官证 士兵证 警官证 文职干部证 military",
}


def read_name(text: str) -> str:
    """A person's name. Offices pad two characters with a blank, so blanks between Chinese ones go."""
    name = plain(text)
    if _HAN.search(name):
        name = name.replace(" ", "").replace("•", "·").replace("．", "·")
    if not name:
        raise Refusal("missing")
    if len(name) > LONGEST_NAME:
        raise Refusal("too_long", longest=LONGEST_NAME)
    if not any(letter.isalpha() for letter in name) or any(letter.isdigit() for letter in name):
        raise Refusal("name_unreadable")
    return name


_SEVERAL = re.compile(r"[、,，;；/|]|\d\s+1[3-9]\d{9}")
_NOISE = re.compile(r"[\s\-－—–‐().（）]")
_PHONES = re.compile(r"1[3-9]\d{9}|0\d{9,11}|\+\d{8,15}")  # mobile; area code and number; abroad (E.164)


def read_phone(text: str) -> str:
    """A mobile without +86, a landline with its area code, or an E.164 number from abroad."""
    written = plain(text)
    if not written:
        raise Refusal("missing")
    if _SEVERAL.search(written):
        raise Refusal("several_phones")
    phone = re.sub(r"^00", "+", _NOISE.sub("", written))
    phone = re.sub(r"^\+?86(?=1[3-9]\d{9}$)", "", phone)
    phone = re.sub(r"^\+86(?=[2-9]\d{8,10}$)", "0", phone)
    if not _PHONES.fullmatch(phone):
        raise Refusal("phone_unreadable")
    return phone


def read_place(text: str, ending: str) -> str:
    """A building, entrance or room without the word behind it: 3栋, 3号楼, 3# are 3; 1204室 is 1204."""
    word = re.sub(rf"(?:{ending})+$", "", plain(text).upper().replace(" ", "")).strip("-")
    if not word:
        raise Refusal("missing")
    if len(word) > LONGEST_WORD or not re.fullmatch(r"[\w-]+", word):
        raise Refusal("place_unreadable")
    return word


BUILDING_WORDS = "号楼|栋|幢|座|楼|号|#"
ENTRANCE_WORDS = "单元|梯|门|座|号"
ROOM_WORDS = "室|房|号|户"
_SPREADSHEET_DATE = re.compile(
    r"\d{1,2}月\d{1,2}日|\d{1,2}-[A-Z]{3}|[A-Z]{3}-\d{2}|\d{4}[-/]\d{1,2}[-/]\d{1,2}", re.IGNORECASE
)


def read_room(text: str) -> str:
    """A room; one that a spreadsheet turned into a date (3-12 became 3月12日) cannot be known any more."""
    if _SPREADSHEET_DATE.fullmatch(plain(text)):
        raise Refusal("became_a_date")
    return read_place(text, ROOM_WORDS)


def split_unit(text: str) -> tuple[str, str, str]:
    """Building, entrance (or empty) and room out of one cell: 3-1204, 3栋2单元1204室."""
    if _SPREADSHEET_DATE.fullmatch(plain(text)):
        raise Refusal("became_a_date")
    parts = [part for part in re.split(r"号楼|单元|[栋幢座#\-－—–/\s]+", plain(text)) if part]
    if len(parts) not in (2, 3):
        raise Refusal("place_unreadable")
    entrance = read_place(parts[1], ENTRANCE_WORDS) if len(parts) == 3 else ""
    return read_place(parts[0], BUILDING_WORDS), entrance, read_place(parts[-1], ROOM_WORDS)


def read_standing(text: str) -> Standing:
    return _one_of(_STANDINGS, text, "standing_unknown")


def read_roles(text: str) -> frozenset[Role]:
    """One post or several: 前台、钥匙管理员."""
    words = [word for word in re.split(r"[、,，;；/+&\s]+", plain(text)) if word]
    if not words:
        raise Refusal("missing")
    return frozenset(_one_of(_ROLES, word, "role_unknown") for word in words)


def read_language(text: str) -> Language:
    return _one_of(_LANGUAGES, text, "language_unknown")


def read_yes_no(text: str) -> bool:
    word = plain(text).casefold()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise Refusal("yes_no_unknown")


def read_word(text: str) -> str:
    """A short free word: a carrier, a number."""
    word = plain(text)
    if not word:
        raise Refusal("missing")
    if len(word) > LONGEST_WORD:
        raise Refusal("too_long", longest=LONGEST_WORD)
    return word


def read_date(text: str) -> str:
    """ISO 8601, from 2026-11-22, 2026/11/22, 2026.11.22, 2026年11月22日 or 20261122."""
    parts = re.fullmatch(r"(\d{4})(?:[-/.年]?)(\d{1,2})(?:[-/.月]?)(\d{1,2})日?", plain(text))
    try:
        return date(*(int(part) for part in parts.groups())).isoformat() if parts else _no_date()
    except ValueError:
        return _no_date()


def _no_date() -> str:
    raise Refusal("date_unreadable")


def read_document_kind(text: str) -> str:
    word = plain(text).casefold()
    found = next((kind for kind, words in _DOCUMENTS.items() if word in words.split(" ")), None)
    if found is None:
        raise Refusal("document_kind_unknown")
    return found


def read_document_number(kind: str, text: str) -> str:
    number = re.sub(r"[\s\-]", "", plain(text)).upper()
    if kind in ("id_card", "residence_permit"):
        if not is_identity_number(number):
            raise Refusal("document_number_wrong")
    elif not re.fullmatch(r"[A-Z0-9一-鿿()]{5,24}", number):
        raise Refusal("document_number_wrong")
    return number


def is_identity_number(number: str) -> bool:
    """GB 11643-1999: 17 digits with a date in them and the check character of ISO 7064 MOD 11-2.

    The region (first six digits) is not judged: codes come and go, and people keep theirs.
    """
    if not re.fullmatch(r"\d{17}[\dX]", number):
        return False
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    total = sum((2 ** (17 - place)) % 11 * int(digit) for place, digit in enumerate(number[:17]))
    return "10X98765432"[total % 11] == number[17]


def _one_of(words: dict[T, str], text: str, code: str) -> T:
    word = plain(text).casefold()
    if not word:
        raise Refusal("missing")
    found = next((meaning for meaning, spoken in words.items() if word in spoken.split(" ")), None)
    if found is None:
        raise Refusal(code)
    return found
