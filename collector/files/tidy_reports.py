"""Reports whose lines above the table say what all rows have in common."""

import re
from collections.abc import Sequence
from typing import Final

from collector.files.headings import RATES, heading_of, is_total
from collector.files.tables import Cell
from collector.files.tidied import Line, Looked, Step, cell, widened
from metering.unit_names import unit_of

_FIGURE: Final = re.compile(r"[+-]?[\d.,:/年月日 -]+")
_LABEL: Final = re.compile(r"\s*([^:\uff1a]{2,12})\s*[:\uff1a]\s*(.*)")


def of_meters(looked: Looked) -> Step | None:
    """Let rows be of the meter that a line above them names, as 表号:0001.

    Several may stand below each other, each under its own line and, as a rule, headings again.
    Where headings are said again, a line of one text above them names the meter too.
    """
    if looked.header is None or looked.named or looked.places("channel"):
        return None
    if not any(map(looked.places, ("value", "current", "total", *RATES))):
        return None
    said = {key for _, row in looked.above for key in _keys(row)}
    stacked = _stacked(looked)
    if len(said) != 1 and not (stacked and looked.above):
        return None
    return _Meters(looked, next(iter(said)) if len(said) == 1 else "", by_line=not said)


def _stacked(looked: Looked) -> bool:
    """Return whether the headings are said again, each time below a line of one text."""
    rows = looked.rows[looked.header or 0 :]
    again = [n for n, (_, row) in enumerate(rows) if n and _texts(row) == _texts(looked.head)]
    return bool(again) and all(_alone(rows[n - 1][1]) for n in again)


def _texts(row: Sequence[Cell]) -> list[str]:
    texts = [cell(row, at) for at in range(len(row))]
    while texts and not texts[-1]:
        texts.pop()
    return texts


def _alone(row: Sequence[Cell]) -> str:
    """Return the one text that a row holds; none where it holds more, or what may be a value."""
    texts = [text for text in _texts(row) if text]
    return texts[0] if len(texts) == 1 and not _FIGURE.fullmatch(texts[0]) else ""


class _Meters:
    """Rows with the meter that the last line named; by_line: any line of one text may name it."""

    def __init__(self, looked: Looked, key: str, *, by_line: bool) -> None:
        self._head, self._width = looked.line, len(looked.head)
        self._texts, self._by_line = _texts(looked.head), by_line
        above = [one for _, row in looked.above if (one := _alone(row))]
        self._first = key or (above[-1] if above else "")
        self._key = self._first
        self._waiting: Line | None = None

    def __call__(self, line: Line) -> list[Line]:
        """Return a row with its meter; lines that name one are kept back."""
        number, row = line
        if number < self._head:
            return [line]
        if number == self._head:
            self._key, self._waiting = self._first, None  # a table may be read again
            return [(number, widened(row, self._width, "表号"))]
        if _texts(row) == self._texts:
            self._key = _alone(self._waiting[1]) if self._waiting else self._key
            self._waiting = None
            return []
        done = self.rest()
        if not _texts(row):
            return done
        keys = _keys(row)
        if len(keys) == 1:
            self._key = keys[0]
        elif self._by_line and _alone(row) and not is_total(_alone(row)):
            self._waiting = line
        else:
            done.append((number, widened(row, self._width, self._key)))
        return done

    def rest(self) -> list[Line]:
        """Return the row that named no meter after all."""
        if self._waiting is None:
            return []
        (number, row), self._waiting = self._waiting, None
        return [(number, widened(row, self._width, self._key))]


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
