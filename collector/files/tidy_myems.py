"""The workbooks of MyEMS that say what was used, or what registers showed, by many meters at once.

Made after its public code (myems-api/excelexporters); each becomes a row a value.
"""

import re
from collections.abc import Callable, Sequence
from typing import Final

from collector.files.headings import heading_of, is_total, plain
from collector.files.tables import Cell
from collector.files.tidied import Line, Looked, Step, cell

_BEGINS: Final = frozenset(
    ("reportingstartdatetime", "startdatetime", "报告期开始时间", "报告期开始日期时间",
     "报告期开始", "报告开始日期时间", "报告开始时间", "开始时间")
)  # fmt: skip
_ENDS: Final = frozenset(
    ("reportingenddatetime", "enddatetime", "报告期结束时间", "报告期结束日期时间",
     "报告期结束", "报告结束日期时间", "报告结束时间", "结束时间")
)  # fmt: skip
_NAMES: Final = frozenset(("name", "名称", "metername", "equipmentname", "表计名称", "设备名称"))
_PLACED: Final = frozenset(("id", "编号", "space", "空间", "costcenter", "成本中心"))
_CATEGORY: Final = frozenset(("energycategory", "能源分类"))
_REGISTERS: Final = (frozenset(("startvalue", "起始值")), frozenset(("endvalue", "结束值")))
_PERIOD: Final = re.compile(
    r"\s*(?P<base>Base Period|基准期|基期)?(?:Reporting Period|报告期)?\s*-\s*(?P<of>.+?)\s*"
)
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_BILLED: Final = {
    "energycategory": "表号", "能源分类": "表号", "billingperiodstart": "开始日期",
    "计费周期开始": "开始日期", "billingperiodend": "结束日期", "结算期结束日期": "结束日期",
    "quantity": "用量", "数量": "用量", "unit": "单位", "单位": "单位",
}  # fmt: skip
_SPANNED: Final[list[Cell]] = ["表号", "开始时间", "结束时间", "用量", "单位"]
_READ: Final[list[Cell]] = ["表号", "时间", "读数"]
Rows = Callable[[list[Cell]], list[list[Cell]]]


def batch(looked: Looked) -> Step | None:
    """Part a report of many meters over one span, a column a carrier.

    The span stands above, a meter has a value under its own carrier alone. Where it has several,
    the carrier's name follows the meter's.
    """
    begins, ends = _said(looked.rows, _BEGINS), _said(looked.rows, _ENDS)
    at = next((n for n, (_, row) in enumerate(looked.rows) if _is_batch(row)), None)
    if not begins or not ends or at is None:
        return None
    head, names = looked.rows[at]
    name = _place(names, _NAMES)
    carriers = {n: heading for n in range(len(names)) if (heading := _carrier(names[n]))}

    def rows(row: list[Cell]) -> list[list[Cell]]:
        values = {n: row[n] for n in carriers if cell(row, n)}
        called = cell(row, name)
        return [
            [called + (f" {carriers[n][0]}" if len(values) > 1 else ""), begins, ends, value,
             carriers[n][1]]
            for n, value in values.items()
        ]  # fmt: skip

    return _written(head, name, _SPANNED, rows)


def of_days(looked: Looked) -> Step | None:
    """Part a report of many meters with a column for the use of each day."""
    at = next((n for n, (_, row) in enumerate(looked.rows) if _is_of(row, _CATEGORY)), None)
    if at is None:
        return None
    head, names = looked.rows[at]
    name = _place(names, _NAMES)
    days = {n: cell(names, n) for n in range(len(names)) if _DAY.fullmatch(cell(names, n))}
    if not days:
        return None

    def rows(row: list[Cell]) -> list[list[Cell]]:
        called = cell(row, name)
        return [
            [called, f"{day} 00:00", f"{day} 24:00", row[n], ""]
            for n, day in days.items()
            if cell(row, n)
        ]

    return _written(head, name, _SPANNED, rows)


def of_registers(looked: Looked) -> Step | None:
    """Part what registers showed when a span began and when it ended, as meters are tracked."""
    begins, ends = _said(looked.rows, _BEGINS), _said(looked.rows, _ENDS)
    at = next((n for n, (_, row) in enumerate(looked.rows) if _is_of(row, *_REGISTERS)), None)
    if not begins or not ends or at is None:
        return None
    head, names = looked.rows[at]
    name = _place(names, _NAMES)
    places = [(_place(names, words), when)
              for words, when in zip(_REGISTERS, (begins, ends), strict=True)]  # fmt: skip

    def rows(row: list[Cell]) -> list[list[Cell]]:
        return [[cell(row, name), when, row[n]] for n, when in places if cell(row, n)]

    return _written(head, name, _READ, rows)


def of_two_periods(looked: Looked) -> Step | None:
    """Put the period that a report compares with under the one that it reports."""
    at = next((n for n, (_, row) in enumerate(looked.rows) if len(_periods(row)[0]) > 1), None)
    if at is None:
        return None
    head, names = looked.rows[at]
    base, reported = _periods(names)
    if list(base) != list(reported):
        return None

    def step(line: Line) -> list[Line]:
        number, row = line
        if number <= head:
            return [(number, list(base))] if number == head else []
        parts = [[row[n] if n < len(row) else "" for n in of.values()] for of in (base, reported)]
        return [(number, part) for part in parts if any(cell(part, n) for n in range(len(part)))]

    return step


def of_a_bill(looked: Looked) -> Step | None:
    """Read a tenant's bill, of which each row is a carrier over its own span."""
    at = next((n for n, (_, row) in enumerate(looked.rows) if _is_bill(row)), None)
    if at is None:
        return None
    head, names = looked.rows[at]
    meant: list[Cell] = [_BILLED.get(plain(str(one)), "备注" if cell(names, n) else "")
                         for n, one in enumerate(names)]  # fmt: skip
    from_, value = meant.index("开始日期"), meant.index("用量")

    def step(line: Line) -> list[Line]:
        number, row = line
        if number <= head:
            return [(head, meant)] if number == head else []
        return [line] if cell(row, from_) or cell(row, value) else []

    return step


def _written(head: int, name: int, headings: list[Cell], rows: Rows) -> Step:
    """Return the step that writes rows under headings of ours; sums are left out."""

    def step(line: Line) -> list[Line]:
        number, row = line
        if number <= head:
            return [(number, headings)] if number == head else []
        if is_total(cell(row, name)):
            return []
        return [(number, one) for one in rows(row)]

    return step


def _periods(row: Sequence[Cell]) -> tuple[dict[str, int], dict[str, int]]:
    """Return by their headings the columns of the period compared with, and of the reported."""
    found: tuple[dict[str, int], dict[str, int]] = ({}, {})
    for at in range(len(row)):
        one = _PERIOD.fullmatch(cell(row, at))
        if one:
            found[one["base"] is None].setdefault(one["of"], at)
    return found


def _place(row: Sequence[Cell], words: frozenset[str]) -> int:
    return next(n for n, one in enumerate(row) if plain(str(one)) in words)


def _is_batch(row: Sequence[Cell]) -> bool:
    words = {plain(str(one)) for one in row}
    return bool(words & _NAMES) and bool(words & _PLACED) and any(map(_carrier, row))


def _is_of(row: Sequence[Cell], *more: frozenset[str]) -> bool:
    words = {plain(str(one)) for one in row}
    return all(words & one for one in (_NAMES, _PLACED, *more))


def _is_bill(row: Sequence[Cell]) -> bool:
    meant = {_BILLED.get(plain(str(one))) for one in row}
    return set(_BILLED.values()) <= meant


def _carrier(one: Cell) -> tuple[str, str] | None:
    """Return what a column is of and its unit, where its heading says a unit of energy or water."""
    heading = heading_of(one)
    if not heading.unit:
        return None
    return re.sub(r"\s*[(\uff08][^)\uff09]*[)\uff09]\s*$", "", heading.text).strip(), heading.unit


def _said(rows: Sequence[Line], words: frozenset[str]) -> str:
    """Return what stands behind a label."""
    for _, row in rows:
        for at, one in enumerate(row):
            if plain(str(one)) in words:
                return next((cell(row, n) for n in range(at + 1, len(row)) if cell(row, n)), "")
    return ""
