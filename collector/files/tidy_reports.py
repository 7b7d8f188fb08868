"""Reports whose lines above the table say what all rows have in common."""

import re
from collections.abc import Sequence
from typing import Final

from collector.files.headings import heading_of, is_total, plain
from collector.files.tables import Cell
from collector.files.tidied import Line, Looked, Step, cell, widened
from metering.unit_names import unit_of

_BEGINS: Final = frozenset(("reportingstartdatetime", "报告期开始时间", "报告期开始日期时间",
                            "报告期开始", "报告开始日期时间", "报告开始时间"))  # fmt: skip
_ENDS: Final = frozenset(("reportingenddatetime", "报告期结束时间", "报告期结束日期时间",
                          "报告期结束", "报告结束日期时间", "报告结束时间"))  # fmt: skip
_NAMES: Final = frozenset(("name", "名称", "metername", "equipmentname", "表计名称", "设备名称"))
_PLACED: Final = frozenset(("id", "编号", "space", "空间", "costcenter", "成本中心"))
_LABEL: Final = re.compile(r"\s*([^:\uff1a]{2,12})\s*[:\uff1a]\s*(.*)")


def batch(looked: Looked) -> Step | None:
    """Part a report of many meters over one span, a column a carrier, into a row a value.

    As MyEMS writes them (its batch reports): the span stands above, a meter has a value under its
    own carrier alone. Where it has several, the carrier's name follows the meter's.
    """
    begins, ends = _said(looked.rows, _BEGINS), _said(looked.rows, _ENDS)
    at = next((n for n, (_, row) in enumerate(looked.rows) if _is_batch(row)), None)
    if not begins or not ends or at is None:
        return None
    head, names = looked.rows[at]
    name = next(n for n, one in enumerate(names) if plain(str(one)) in _NAMES)
    carriers = {n: heading for n in range(len(names)) if (heading := _carrier(names[n]))}

    def step(line: Line) -> list[Line]:
        number, row = line
        if number <= head:
            return (
                [(number, ["表号", "开始时间", "结束时间", "用量", "单位"])]
                if number == head
                else []
            )
        if is_total(cell(row, name)):
            return []
        values = {n: row[n] for n in carriers if cell(row, n)}
        made = []
        for n, value in values.items():
            called = cell(row, name) + (f" {carriers[n][0]}" if len(values) > 1 else "")
            made.append((number, [called, begins, ends, value, carriers[n][1]]))
        return made

    return step


def _is_batch(row: Sequence[Cell]) -> bool:
    words = {plain(str(one)) for one in row}
    return bool(words & _NAMES) and bool(words & _PLACED) and any(map(_carrier, row))


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


def of_one_meter(looked: Looked) -> Step | None:
    """Let all rows be of the one meter that a line above names, as 表号:0001."""
    if looked.header is None or looked.named or looked.places("channel"):
        return None
    said = {key for _, row in looked.above for key in _keys(row)}
    if len(said) != 1 or not (looked.places("value") or looked.places("current")):
        return None
    head, width, key = looked.line, len(looked.head), said.pop()

    def step(line: Line) -> list[Line]:
        number, row = line
        if number < head:
            return [line]
        return [(number, widened(row, width, "表号" if number == head else key))]

    return step


def _keys(row: Sequence[Cell]) -> list[str]:
    """Return the ids that a line names by a word and a colon."""
    found = []
    for at, one in enumerate(row):
        label = _LABEL.fullmatch(str(one))
        if label and heading_of(label[1]).role == "channel":
            key = label[2].strip() or next(
                (cell(row, n) for n in range(at + 1, len(row)) if cell(row, n)), ""
            )
            found += [key] if key and unit_of(key) is None else []
    return found
