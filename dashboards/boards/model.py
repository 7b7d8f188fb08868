"""What a board is: frozen values that pages draw, Grafana gets, and tests run."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal

Lang = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in both languages; `$name` in them stands for a variable's value."""

    zh: str
    en: str

    def of(self, lang: str) -> str:
        """Return the words of one language."""
        return self.en if lang == "en" else self.zh


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit by the format that Grafana writes its figures in, and as people read it.

    Grafana's own units turn 900 h into weeks, 2,000 t into "2 Gg" and leave thousands ungrouped;
    so most of ours are plain grouped numbers to it, and stand beside the figure's name.
    """

    id: str
    label: Text

    def of(self, lang: str) -> str:
        """Return it as people of one language read it."""
        return self.label.of(lang)


GROUPED: Final = "locale"  # a number with its thousands apart, as the reader's browser does it
PLAIN: Final = Unit("none", Text("", ""))
AMOUNT: Final = Unit(GROUPED, Text("", ""))  # whose unit stands beside it
KW: Final = Unit(GROUPED, Text("kW", "kW"))
KGCE: Final = Unit(GROUPED, Text("kgce", "kgce"))
TONNES: Final = Unit(GROUPED, Text("吨", "t"))
PERCENT: Final = Unit("percentunit", Text("%", "%"))
KGCE_PER_M2: Final = Unit(GROUPED, Text("kgce/m²", "kgce/m²"))
KGCE_PER_PERSON: Final = Unit(GROUPED, Text("kgce/人", "kgce/person"))
WATT_PER_M2: Final = Unit(GROUPED, Text("W/m²", "W/m²"))
HOURS: Final = Unit(GROUPED, Text("小时", "h"))
SQUARE_METRES: Final = Unit(GROUPED, Text("m²", "m²"))
INSTANT: Final = Unit("dateTimeAsIso", Text("", ""))


class Kind(StrEnum):
    """How a panel looks."""

    STAT = "stat"
    GAUGE = "gauge"  # a ratio
    BARS = "bars"  # over time
    LINES = "lines"  # over time
    CATEGORIES = "categories"  # bars over the text of the first column
    HEATMAP = "heatmap"  # day over time × hour in `metric`
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Threshold:
    """From this value upwards the figure has this state; None is the lowest."""

    value: float | None
    state: Literal["good", "warn", "bad", "plain"]


@dataclass(frozen=True, slots=True)
class Link:
    """Where a board or a row leads: one step down the hierarchy.

    board: the other board's uid. variables: its variables by the column of the row that fills
    each; `$name` takes the value of a variable of this board.
    """

    title: Text
    board: str
    variables: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Column:
    """How one column of a panel's answer is named and written; empty: what stands for null."""

    name: str
    title: Text
    unit: Unit | None = None
    decimals: int | None = None
    colour: str = ""
    link: Link | None = None
    hidden: bool = False
    thresholds: tuple[Threshold, ...] = ()
    empty: Text | None = None


@dataclass(frozen=True, slots=True)
class Variable:
    """A choice above the panels; its values are read as the viewer, so they are the viewer's own.

    sql: columns __value and __text, best first. hidden: follows from the others.
    refresh: whether its values depend on the period, else they are read when the board opens.
    """

    name: str
    label: Text
    sql: str
    multi: bool = False
    hidden: bool = False
    refresh: Literal["load", "time"] = "load"
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """One question's answer: a query over schema report, and how it is drawn.

    id: stable within its board, for links to a single panel. width: of 24. empty: what stands
    where the query knows nothing. timed: whether the period bounds it.
    """

    id: int
    title: Text
    description: Text
    kind: Kind
    unit: Unit
    sql: str
    width: int = 12
    height: int = 8
    decimals: int | None = None
    columns: tuple[Column, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    stack: bool = False
    timed: bool = True
    empty: Text = Text("无数据", "no data")
    max_points: int = 1500

    @property
    def series(self) -> bool:
        """Whether its answer is a series over time, with a column named time."""
        return self.kind in (Kind.BARS, Kind.LINES, Kind.HEATMAP)

    @property
    def monthly(self) -> bool:
        """Whether each of its points stands for a civil month."""
        return "month::timestamp" in self.sql or "date_trunc('month', local)" in self.sql


@dataclass(frozen=True, slots=True)
class Row:
    """Panels under one heading."""

    title: Text
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """One dashboard: a stable uid, what can be chosen, and rows of panels.

    since, until: the period that it opens with, as Grafana writes it: twelve whole months, unless
    it says otherwise. refresh_s: how old its figures may be.
    """

    uid: str
    title: Text
    description: Text
    variables: tuple[Variable, ...]
    rows: tuple[Row, ...]
    since: str = "now-1y/M"
    until: str = "now-1M/M"
    refresh_s: int = 300
    links: tuple[Link, ...] = ()
    tags: tuple[str, ...] = field(default=("commonwatt",))
    version: int = 1

    def panels(self) -> Iterator[Panel]:
        """Return all panels in their order."""
        for row in self.rows:
            yield from row.panels

    def panel(self, panel_id: int) -> Panel | None:
        """Return one panel, None where there is none with this id."""
        return next((one for one in self.panels() if one.id == panel_id), None)
