"""Headings in two rows, as merged cells leave them: a group above its parts, or units below."""

import re
from collections.abc import Sequence
from typing import Final

from collector.files.headings import heading_of, is_total
from collector.files.tables import Cell
from collector.files.tidied import Line, Looked, Step, cell
from metering.unit_names import unit_of

_TIMED: Final = frozenset(("at", "date", "month", "year", "from", "to", "channel", "gateway"))
_FIGURE: Final = re.compile(r"[+-]?[\d.,:/年月日-]+")
_UNIT: Final = re.compile(r"(?P<of>.*?)(?P<unit>\s*[(（][^)）]*[)）])?")
_BRACKETS: Final = re.compile(r"[\[\]()（）【】\s]")


def in_two_rows(looked: Looked) -> Step | None:
    """Join headings of which a row below says the parts or the units, or one above the groups."""
    below, above = looked.below[:1], looked.above[-1:]
    if looked.header is None:
        return None
    if below and _continues(looked.head, below[0][1]):
        joined, head, second = _joined(looked.head, below[0][1]), looked.line, below[0][0]
    elif above and _groups(above[0][1], looked.head):
        joined, head, second = _joined(above[0][1], looked.head), looked.line, above[0][0]
    else:
        return None

    def step(line: Line) -> list[Line]:
        if line[0] == head:
            return [(head, joined)]
        return [] if line[0] == second else [line]

    return step


def _continues(head: Sequence[Cell], row: Sequence[Cell]) -> bool:
    """Return whether a row goes on with headings: words alone, and none where rows are named."""
    width = max(len(head), len(row))
    said = [at for at in range(width) if cell(row, at)]
    if not said or any(_FIGURE.fullmatch(cell(row, at)) or is_total(row[at]) for at in said):
        return False
    named = [at for at in range(len(head)) if heading_of(head[at]).role in _TIMED]
    if not named or any(cell(row, at) not in {"", cell(head, at)} for at in named):
        return False
    said = [at for at in said if at not in named]  # a merged cell stands in both rows
    if not said:
        return False
    units = all(unit_of(cell(row, at)) for at in said)
    parts = any(not cell(head, at) for at in said)
    return units or parts


def _groups(row: Sequence[Cell], head: Sequence[Cell]) -> bool:
    """Return whether a row above the headings groups them: several of them are called alike."""
    named = [at for at in range(len(head)) if heading_of(head[at]).role in _TIMED]
    others = [cell(head, at) for at in range(len(head)) if at not in named and cell(head, at)]
    return (
        len(set(others)) < len(others)
        and sum(1 for at in range(len(row)) if cell(row, at)) > 1
        and not any(cell(row, at) and cell(row, at) != cell(head, at) for at in named)
    )


def _joined(head: Sequence[Cell], row: Sequence[Cell]) -> list[Cell]:
    found: list[Cell] = []
    group = ""
    for at in range(max(len(head), len(row))):
        above, below = cell(head, at), cell(row, at)
        group = above or group
        if below in {"", above} or not group or heading_of(below).role in _TIMED:
            found.append(below or above)
        elif unit_of(below):
            found.append(f"{group}({_BRACKETS.sub('', below)})")
        else:
            part = _UNIT.fullmatch(group)
            found.append(f"{part['of']}{below}{part['unit'] or ''}" if part else below)
    return found
