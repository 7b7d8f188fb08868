"""What a heading says of its column, in the words of the systems that write such files."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from collector.files.answers import IGNORE
from collector.files.heading_grammar import role_of
from collector.files.heading_words import HEADINGS, TOTALS
from collector.files.tables import Cell, text_of
from metering.unit_names import unit_of

_ROLES: Final = {one: role for role, all_of in HEADINGS.items() for one in all_of.split()}
ROLES: Final = (*HEADINGS, "sharp", "peak", "flat", "valley", "deep")
_RATE: Final = re.compile(
    r"(?:正向)?(?:有功)?(?:用电量|电量|电能|示数)?[((]?(?P<zh>尖峰|高峰|低谷|深谷|尖|峰|平|谷)"
    r"[))]?(?:段|时段|时)?(?:用电量|电量|电能|示数|表码)?"
    r"|(?P<en>sharp|criticalpeak|superpeak|onpeak|peak|shoulder|midpeak|flat|offpeak|valley|night)"
    r"(?:usage|energy|kwh|rate)?"
)
_RATES: Final = {
    "尖": "sharp", "尖峰": "sharp", "峰": "peak", "高峰": "peak", "平": "flat", "谷": "valley",
    "低谷": "valley", "深谷": "deep", "sharp": "sharp", "criticalpeak": "sharp",
    "superpeak": "sharp", "onpeak": "peak", "peak": "peak", "shoulder": "flat", "midpeak": "flat",
    "flat": "flat", "offpeak": "valley", "valley": "valley", "night": "valley",
}  # fmt: skip
RATES: Final = ("sharp", "peak", "flat", "valley", "deep")
_BRACKETS: Final = re.compile(r"[\[(（](?P<in>[^\])）]{1,20})[\])）]")
_HOUR: Final = re.compile(
    r"(?:h|he|hour|第)?(?P<h>\d{1,2})(?:[:：时点](?P<m>\d{2})?)?分?(?:00)?"
    r"(?:\s*[-~–至到]\s*(?P<h2>\d{1,2})[:：时点]?(?P<m2>\d{2})?分?)?(?:小时)?",
    re.ASCII | re.IGNORECASE,
)
_SIMPLE: Final = str.maketrans(  # as headings are written in Hong Kong and on Taiwan
    "號電時間數單氣熱開結終總計讀備註帳戶編費額稱機構網關際區處點測樣統採錄讀據錶實電資產",
    "号电时间数单气热开结终总计读备注账户编费额称机构网关际区处点测样统采录读据表实电资产",
)
_MOST_OF_TOTAL: Final = 24  # characters
_TOTAL: Final = re.compile(
    r"(?:[本当全各年月日周旬季度页总累上下半小楼层区]|当期|本期)*(?:合计|总计|小计|累计|汇总|共计|总和|平均)(?:值|数|用量|电量)?"
    r"|(?:平均|最大|最小|最高|最低|峰)(?:值|数|负荷)|第?[一二三四]季度?|[上下]半年|全年|合\s*计"
    r"|average|mean|maximum|minimum|max|min"
)
_QUERIED: Final = {  # columns of InfluxDB; the first two are of the query, and not of a row
    "_start": IGNORE, "_stop": IGNORE, "_time": "at", "_value": "value", "table": IGNORE,
    "result": IGNORE,
}  # fmt: skip
_POINT: Final = re.compile(r"p(?:oint)?_?(\d{1,2})", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading as it stands, the role that its words have, and the unit in its brackets."""

    text: str
    role: str
    unit: str = ""


def plain(text: str) -> str:
    """Return a heading without blanks and signs, in lower case."""
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_SIMPLE)
    return re.sub(r"[\s_:*“”\"'#]+|-(?!\d)|\.$", "", folded)


def heading_of(cell: Cell, told: str = "") -> Heading:
    """Return what a heading says. told: the role that a person gave it."""
    text = text_of(cell)
    return _said_by(text, told) if text else Heading("", told)


@lru_cache(maxsize=8192)  # the first rows of a table are looked at again and again
def _said_by(text: str, told: str) -> Heading:
    unit, bare = _unit(text)
    if told or text in _QUERIED:
        return Heading(text, told or _QUERIED[text], unit)
    word = plain(text)
    less = plain(bare)
    role = _ROLES.get(word) or _rate(word) or _rate(less) or _ROLES.get(less)
    role = role or role_of(word) or role_of(less)
    if not role and is_total(text):
        return Heading(text, IGNORE, unit)
    if not role and unit_of(bare):
        return Heading(text, "value", unit_of(bare) or "")
    return Heading(text, role or "", unit)


def _unit(text: str) -> tuple[str, str]:
    """Return the unit in a heading, and the heading without it."""
    for found in _BRACKETS.finditer(text):
        unit = unit_of(found["in"])
        if unit:
            return unit, text[: found.start()] + text[found.end() :]
    last = text.rsplit(None, 1)
    last = last if len(last) == 2 else text.rsplit("_", 1)
    unit = unit_of(last[1]) if len(last) == 2 else None
    return (unit, last[0]) if unit else ("", _BRACKETS.sub("", text))


def _rate(word: str) -> str:
    found = _RATE.fullmatch(word)
    return _RATES[found["zh"] or found["en"]] if found else ""


def minutes_of(cell: Cell) -> tuple[int, int | None] | None:
    """Return the time of day that heads a column, in minutes, and that at which it ends if said.

    1 to 24 and 0:00 to 23:00 are told apart where all headings are known.
    """
    text = text_of(cell)
    found = _HOUR.fullmatch(text)
    if not found or not text:
        return None
    minutes = int(found["h"]) * 60 + int(found["m"] or 0)
    until = int(found["h2"]) * 60 + int(found["m2"] or 0) if found["h2"] else None
    if minutes > 1440 or (until is not None and not minutes < until <= 1440):
        return None
    return minutes, until


def point_of(cell: Cell) -> int | None:
    """Return which of a day's points heads a column: P1 to P96."""
    found = _POINT.fullmatch(text_of(cell))
    return int(found[1]) if found else None


def is_total(cell: Cell) -> bool:
    """Return whether a cell says that its row sums others, or is their mean or extreme."""
    text = text_of(cell)
    if not text or len(text) > _MOST_OF_TOTAL or text[0].isdecimal():
        return False
    word = plain(text)
    return word in TOTALS or _TOTAL.fullmatch(word) is not None
