"""Rows that say which of a meter's registers they are of: 正向有功总, 峰, 平, 谷, 反向有功总.

The total is read, unless a person wants the rates, or there is none; what is fed back is no use.
"""

import re
from collections.abc import Callable
from typing import Final, Literal

from collector.files.headings import heading_of, plain
from collector.files.tidied import Line, Looked, Step, cell, widened

Wanted = Literal["total", "rates", "both"] | None
_HEADS: Final = frozenset(
    (
        "示数类型", "读数类型", "电量类型", "数据类型", "时段类型", "分时类型", "费率", "费率类型",
        "费率时段", "电能类型", "示数类别", "数据项", "数据项名称", "尖峰平谷", "用电类型",
        "registertype", "tariff", "rate", "register",
    )
)  # fmt: skip
_BACK: Final = re.compile(r"反向.*|.*(?:上网|馈网).*|无功.*|.*无功.*|export|reverse.*|reactive.*")
_ALL: Final = re.compile(
    r"(?:正向)?(?:有功)?(?:电能|电量|示数)?总?(?:示数|电量|电能)?|合计|total|import"
)


def of_rates(wanted: Wanted) -> Callable[[Looked], Step | None]:
    """Return what finds such a column; it adds the rate's name to the meter's key."""

    def find(looked: Looked) -> Step | None:
        places = [at for at, one in enumerate(looked.head) if plain(str(one)) in _HEADS]
        keys = looked.places("channel")
        if len(places) != 1 or not keys:
            return None
        said = {suffix_of(text) for text in looked.column(places[0])}
        if None in said or not said - {"back"}:
            return None
        totals = "" in said and wanted in {None, "total"}
        return Rates(looked, places[0], keys[0], totals=totals, both=wanted == "both")

    return find


def suffix_of(text: str) -> str | None:
    """Return what stands behind the key of a register: nothing for the total; None if unknown.

    back: of what is fed back or reactive, which is no use.
    """
    word = plain(text)
    if _BACK.fullmatch(word):
        return "back"
    rate = heading_of(text).role
    if rate in {"sharp", "peak", "flat", "valley", "deep"}:
        return f".{rate}"
    return "" if word and _ALL.fullmatch(word) else None


class Rates:
    """A step: rows of the wanted registers. left: what the others say of themselves."""

    def __init__(self, looked: Looked, at: int, key: int, *, totals: bool, both: bool) -> None:
        self._head, self._width = looked.line, len(looked.head)
        self._at, self._key, self._totals, self._both = at, key, totals, both
        said = dict.fromkeys(looked.column(at))
        self.left = [one for one in said if self._left_out(suffix_of(one) or "")]

    def __call__(self, line: Line) -> list[Line]:
        """Return a row under the key of its register, or none."""
        number, row = line
        if number <= self._head:
            bare = number == self._head
            return [(number, ["" if bare and n == self._at else c for n, c in enumerate(row)])]
        text, key = cell(row, self._at), cell(row, self._key)
        suffix = suffix_of(text)
        if suffix is None or not text:
            return [line]
        if self._left_out(suffix):
            return []
        row = widened(row, self._width)
        row[self._at], row[self._key] = "", f"{key}{suffix}"
        return [(number, row)]

    def _left_out(self, suffix: str) -> bool:
        return suffix == "back" or (not self._both and bool(suffix) == self._totals)
