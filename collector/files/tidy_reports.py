"""Reports whose lines above the table say what all rows have in common."""

import re
from collections.abc import Sequence
from typing import Final

from collector.files.headings import heading_of
from collector.files.tables import Cell
from collector.files.tidied import Line, Looked, Step, cell, widened
from metering.unit_names import unit_of

_LABEL: Final = re.compile(r"\s*([^:\uff1a]{2,12})\s*[:\uff1a]\s*(.*)")


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
