"""How a table is read: which column is what, once nothing is open any more."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ValueColumn:
    """A column that holds values.

    key: of the channel, where the column says it. suffix: added to the key that the row says.
    after_ms: from the row's day to the instant. length_ms: of the use, where the heading says it.
    month: after the row's own, or since January 1970; day: of that month, 0 for all of it.
    """

    place: int
    heading: str
    key: str = ""
    suffix: str = ""
    unit: str = ""
    after_ms: int = 0
    length_ms: int = 0
    month: int | None = None
    day: int = 0


@dataclass(frozen=True, slots=True)
class Layout:
    """What each column of a table holds, by its place.

    shape: long, periods (two instants), hours, channels, rates, or by the calendar: days, year
        and months (a column for each), month (of each row), instants. header_line: 0 where none is.
    at: the instant, or the end of the period; two columns are a day and a time of day.
    unit: of all values, where a line above the table says it.
    own_format: the documented one. left_out: headings of columns that are not read.
    rates_left: rates that are not read, for the total is. rates_both: both are read.
    year, month: columns that say it of their row. said_month: what is said above, since 1970.
    """

    shape: str
    header_line: int
    width: int
    headings: tuple[str, ...]
    at: tuple[int, ...]
    start: tuple[int, ...]
    values: tuple[ValueColumn, ...]
    gateway: int | None = None
    channel: int | None = None
    seq: int | None = None
    unit_column: int | None = None
    ratio: int | None = None
    duration: int | None = None
    unit: str = ""
    own_format: bool = False
    left_out: tuple[str, ...] = ()
    rates_left: tuple[str, ...] = ()
    rates_both: bool = False
    year: int | None = None
    month: int | None = None
    said_month: int | None = None

    @property
    def by_month(self) -> bool:
        """Whether the calendar says when the values of a row were used."""
        return any(one.month is not None or one.day for one in self.values)

    @property
    def wide(self) -> bool:
        """Whether a row holds several values; an empty cell there was not read."""
        return len(self.values) > 1
