"""How names and phones look where others can read along (H3): 张*三, 何*, 欧阳*雪, M*** C***, ····4471."""

from __future__ import annotations

import re
import unicodedata

STAR = "*"

# Two-character surnames still in use; the mask keeps them whole, as people do when they call a name.
COMPOUND_SURNAMES = frozenset({
    "欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "夏侯", "长孙", "宇文",
    "轩辕", "端木", "百里", "东郭", "南宫", "西门", "独孤", "拓跋", "呼延", "第五", "公冶", "申屠", "太史", "仲孙",
    "闻人", "钟离", "濮阳", "澹台", "单于", "赫连", "万俟", "鲜于", "闾丘", "司空", "亓官", "司寇", "梁丘", "左丘",
    "纳兰", "羊舌", "公羊", "叶赫", "完颜", "段干", "谷梁", "淳于", "东门", "乐正", "巫马", "漆雕",
})  # fmt: skip

_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
_JOINER = "·"  # U+00B7, between the parts of a Uighur or transcribed name: 阿依古丽·买买提


def mask_name(name: str) -> str:
    """A name that its owner still recognises and a stranger does not learn."""
    name = unicodedata.normalize("NFC", name).strip()
    if not name:
        return ""
    return _mask_han(name) if _HAN.search(name) else _mask_spaced(name)


def surname(name: str) -> str:
    """The part before the given name: one character, or two for a compound surname."""
    return name[:2] if name[:2] in COMPOUND_SURNAMES and len(name) > 2 else name[:1]


def mask_phone(phone: str) -> str:
    """Its last four: enough to tell two phones of a family apart."""
    return f"····{phone_tail(phone)}" if phone else ""


def phone_tail(phone: str) -> str:
    return re.sub(r"\D", "", phone)[-4:]


def _mask_han(name: str) -> str:
    if _JOINER in name:
        return f"{name.split(_JOINER)[0][:1]}{STAR}{_JOINER}{STAR}"
    head = surname(name)
    given = name[len(head) :]
    return f"{head}{STAR}{given[-1]}" if len(given) > 1 or len(head) > 1 else f"{head}{STAR}" if given else STAR


def _mask_spaced(name: str) -> str:
    """Each part keeps its first letter; how long the rest is says nothing."""
    return " ".join(f"{part[0]}{STAR}" for part in re.split(r"[\s.]+", name) if part)
