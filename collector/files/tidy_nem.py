"""NEM12 and NEM13, the data of the Australian market: rows of days, or of bills, under meters.

Made after AEMO's Meter Data File Format Specification NEM12 & NEM13. Times are of the market, ten
hours before UTC all year.
"""

from collections.abc import Sequence
from typing import Final

from collector.files.refusals import CellError
from collector.files.tables import Cell
from collector.files.tidied import Line, Looked, Step, cell

_HEADINGS: Final[list[Cell]] = ["表号", "开始时间", "结束时间", "用量", "单位"]
_DAY: Final = 1440
_METER, _VALUES, _EVENT, _END = "200", "300", "400", "900"
_BILL: Final = "250"
_NULL: Final = "N"  # of the quality: nothing was read


def nem(looked: Looked) -> Step | None:
    """Part each day of NEM12 into its intervals, and read each bill of NEM13.

    Intervals of which nothing was read are left out. A file without its end record is cut short.
    """
    first = looked.rows[0][1] if looked.rows else []
    if cell(first, 0) != "100" or cell(first, 1).upper() not in {"NEM12", "NEM13"}:
        return None
    return _Days(looked.rows[0][0])


class _Days:
    """Rows as they come: of which meter they are, and the day that waits for its events."""

    def __init__(self, head: int) -> None:
        self._head = head
        self._key, self._unit, self._minutes = "", "", 30
        self._waiting: Line | None = None
        self._null: set[int] = set()
        self._ended = False

    def rest(self) -> list[Line]:
        """Return what waits at the end of the table; CellError where it has none."""
        if not self._ended:
            raise CellError("cut_short", _END)
        return []

    def __call__(self, line: Line) -> list[Line]:
        """Return the rows that are known once this one is."""
        number, row = line
        if number <= self._head:  # a table may be read again
            self.__init__(self._head)  # type: ignore[misc]
            return [(number, _HEADINGS)]
        kind = cell(row, 0)
        if kind == _EVENT:
            self._hear(row)
            return []
        done = self._day()
        if kind == _METER:
            length = cell(row, 8)
            self._key, self._unit = f"{cell(row, 1)} {cell(row, 4)}", cell(row, 7)
            self._minutes = int(length) if length.isdigit() and 0 < int(length) <= _DAY else 30
        elif kind == _VALUES:
            self._waiting = line
        elif kind == _BILL:
            done.append((number, _bill(row)))
        self._ended = kind == _END
        return done

    def _hear(self, row: Sequence[Cell]) -> None:
        first, last = cell(row, 1), cell(row, 2)
        if cell(row, 3).upper().startswith(_NULL) and first.isdigit() and last.isdigit():
            self._null |= set(range(int(first), min(int(last), _DAY) + 1))

    def _day(self) -> list[Line]:
        """Return the intervals of the day that waits."""
        if self._waiting is None:
            return []
        (number, row), null = self._waiting, self._null
        self._waiting, self._null = None, set()
        count = _DAY // self._minutes
        if cell(row, 2 + count).upper().startswith(_NULL):
            return []  # of the whole day
        return [
            (number, self._interval(cell(row, 1), n, row))
            for n in range(count)
            if n + 1 not in null
        ]

    def _interval(self, day: str, n: int, row: Sequence[Cell]) -> list[Cell]:
        begins, ends = (_at(day, minute * self._minutes) for minute in (n, n + 1))
        return [self._key, begins, ends, _number(cell(row, 2 + n)), self._unit]


def _bill(row: Sequence[Cell]) -> list[Cell]:
    key = f"{cell(row, 1)} {cell(row, 4)}"
    begins, ends = (_whole(cell(row, at)) for at in (9, 14))
    return [key, begins, ends, _number(cell(row, 18)), cell(row, 19)]


def _number(text: str) -> Cell:
    """Return a number, whose decimals come after a point here; what is none as it stands."""
    try:
        return float(text) if text.isascii() else text
    except ValueError:
        return text


def _whole(text: str) -> str:
    if len(text) != 14 or not text.isdigit():
        return text
    day, clock = text[:8], text[8:]
    return f"{day[:4]}-{day[4:6]}-{day[6:]} {clock[:2]}:{clock[2:4]}:{clock[4:]}+10:00"


def _at(day: str, minute: int) -> str:
    whole = f"{day[:4]}-{day[4:6]}-{day[6:8]}" if len(day) == 8 else day
    return f"{whole} {minute // 60:02}:{minute % 60:02}:00+10:00"
