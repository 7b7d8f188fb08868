"""Years counted from 1911, as Taiwan writes them: 民國113年5月, 113/05/01, 1130501, 11305.

They are read so where the file says 民國, or a person does; else a year of three digits is asked
about.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from collector.files.headings import heading_of, plain
from collector.files.tables import Cell, text_of
from collector.files.tidied import Line, Looked
from collector.files.tidy_spans import SPANS

Years = Literal["roc"]
_BEFORE: Final = 1911
_SAID: Final = re.compile(
    r"(?:中[华華])?民[国國]\s*(元|\d{1,3}?)(?=\s*[-年/.]|\d{4}(?!\d))", re.ASCII
)
_WORD: Final = re.compile(r"(?:中[华華])?民[国國]")
_YEAR: Final = r"(?<!\d)(1[0-4]\d)"
_IN_TEXT: Final = re.compile(rf"{_YEAR}(?=\s*年)", re.ASCII)
_IN_TIMES: Final = re.compile(
    rf"{_YEAR}(?=\s*[-/.年]\s*\d{{1,2}}(?!\d)"
    r"|(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d)|(?:0[1-9]|1[0-2])$)",
    re.ASCII,
)
_ALONE: Final = re.compile(rf"{_YEAR}(?:\.0)?(?=\s*(?:年度?)?$)", re.ASCII)
_TIMES: Final = frozenset(("at", "date", "from", "to", "month"))


@dataclass(frozen=True, slots=True)
class YearDoubt:
    """The first year of three digits that nothing explains: line, heading, and what was read."""

    line: int
    heading: str
    text: str


class InRepublic:
    """A step: years since 1911 become common ones. doubt: one of them, where nobody said so."""

    def __init__(self, looked: Looked, doubt: YearDoubt | None) -> None:
        self.doubt = doubt
        self._head = looked.line if looked.header is not None else 0
        self._forms = _forms(looked)

    def __call__(self, line: Line) -> list[Line]:
        """Return a row with common years."""
        number, row = line
        if number <= self._head or not self._head:
            return [(number, [_in_text(one) for one in row])]
        return [(number, [_common(one, self._forms.get(at)) for at, one in enumerate(row)])]


def in_republic(looked: Looked, years: Years | None) -> InRepublic | None:
    """Return a step for a table with such years; None where it has none."""
    said = years is not None or any(
        _WORD.search(text_of(one)) for row in _near(looked) for one in row
    )
    doubt = _first(looked)
    if doubt is None and not said:
        return None
    return InRepublic(looked, None if said else doubt)


def _near(looked: Looked) -> list[Sequence[Cell]]:
    """Return titles and headings, and of the rows below them the columns of times."""
    top = [row for _, row in looked.rows[: (looked.header or 0) + 1]]
    forms = _forms(looked)
    return [*top, *([row[at] for at in forms if at < len(row)] for _, row in looked.below)]


def _first(looked: Looked) -> YearDoubt | None:
    """Return the first year of three digits."""
    forms = _forms(looked)
    for n, (line, row) in enumerate(looked.rows):
        above = looked.header is None or n <= looked.header
        for at, one in enumerate(row):
            form = _IN_TEXT if above else forms.get(at)
            if form is not None and form.search(text_of(one)):
                heading = text_of(looked.head[at]) if at < len(looked.head) else ""
                return YearDoubt(line, heading or "header", text_of(one))
    return None


def _forms(looked: Looked) -> dict[int, re.Pattern[str]]:
    """Return by column what a year looks like in it."""
    found = {}
    for at, one in enumerate(looked.head):
        role = heading_of(_WORD.sub("", text_of(one))).role
        if role == "year":
            found[at] = _ALONE
        elif role in _TIMES or plain(text_of(one)) in SPANS:
            found[at] = _IN_TIMES
    return found


def _common(one: Cell, form: re.Pattern[str] | None) -> Cell:
    if form is None:
        return one
    text = _SAID.sub(_told, text_of(one))
    new = form.sub(lambda found: str(int(found[1]) + _BEFORE), text)
    return one if new == text_of(one) else new


def _in_text(one: Cell) -> Cell:
    if not isinstance(one, str):
        return one
    text = _WORD.sub("", _SAID.sub(_told, one))
    return _IN_TEXT.sub(lambda found: str(int(found[1]) + _BEFORE), text)


def _told(found: re.Match[str]) -> str:
    return str((1 if found[1] == "元" else int(found[1])) + _BEFORE)
