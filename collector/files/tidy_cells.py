"""Cells as spreadsheets mark text, and values that carry their unit."""

import re
from typing import Final

from collector.files.headings import is_total
from collector.files.tables import Cell, Merged
from collector.files.tidied import Line, Looked, Step, cell, widened
from metering.unit_names import unit_of

_QUOTED: Final = re.compile(r'="([^"]*)"')
_UNSEEN: Final = dict.fromkeys((0, 0xFEFF, 0x200B, 0x200E, 0x200F, 0x2060, 0xAD))
_WITH_UNIT: Final = re.compile(r"([+-]?[\d.,，]*\d)\s*([^\d\s.,，][^\d]*)")


def without_marks(looked: Looked) -> Step | None:
    """Take away what nobody sees, and the apostrophe, or ="", by which digits are kept as text."""
    marked = any(_bare(one) != one for _, row in looked.rows for one in row)

    def step(line: Line) -> list[Line]:
        return [(line[0], [_bare(one) for one in line[1]])]

    return step if marked else None


def _bare(one: Cell) -> Cell:
    if not isinstance(one, str):
        return one
    if not one.isascii() or "\0" in one:
        plain = one.translate(_UNSEEN)
        one = one if plain == one else plain
    if one[:1] not in {"'", "’", "="}:
        return one
    quoted = _QUOTED.fullmatch(one.strip())
    if quoted:
        return quoted[1]
    return one[1:] if one[:1] in {"'", "’"} and len(one) > 1 else one


def with_units(looked: Looked) -> Step | None:
    """Part values like 5 kWh and 3.2万度 from their units, where no column has these."""
    places = looked.places("value")
    if len(places) != 1 or looked.places("unit"):
        return None
    at, head, width = places[0], looked.line, len(looked.head)
    texts = [text for text in looked.column(at) if not is_total(text)]
    parted = [_parted(text) for text in texts]
    if not texts or not any(parted):
        return None

    def step(line: Line) -> list[Line]:
        number, row = line
        if number <= head:
            return [(number, widened(row, width, "单位") if number == head else row)]
        merged = at < len(row) and isinstance(row[at], Merged)
        found = None if merged else _parted(cell(row, at))
        if found is None:
            return [(number, widened(row, width, ""))]
        return [(number, widened([*row[:at], found[0], *row[at + 1 :]], width, found[1]))]

    return step


def _parted(text: str) -> tuple[str, str] | None:
    """Return number and unit of a text that has both."""
    found = _WITH_UNIT.fullmatch(text)
    return (found[1], found[2]) if found and unit_of(found[2]) else None
