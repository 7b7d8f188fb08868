"""Green Button (ESPI) XML: interval readings with their lengths, and the unit of their type."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, Final

from collector.files.guarded_xml import Depth, fed, parser
from collector.files.limits import Limits
from collector.files.refusals import CellError
from collector.files.sheet import local

_ESPI: Final = "http://naesb.org/espi"
_UNITS: Final = {38: "W", 42: "m3", 72: "Wh", 134: "L"}  # of ESPI's UomType, those that we count
# Of ESPI's FlowDirectionKind those that are no plain use: net, received from the customer, and the
# sum of both ways. Forward (1) and none (0) are use.
_FLOWS: Final = {"4": "net", "19": "export", "20": "total"}
_MOST_DIGITS: Final = 18
_POWERS: Final = range(-12, 13)


@dataclass(slots=True)
class Interval:
    """One reading: seconds since 1970 and their number; line: in the file."""

    line: int
    start_s: int
    duration_s: int
    value: int


@dataclass(slots=True)
class Series:
    """The readings of one entry; links: of the atom entry that holds them, by relation."""

    links: dict[str, list[str]] = field(default_factory=dict)
    readings: list[Interval] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ReadingType:
    """What a series counts: unit as here, empty where the file says none; power of ten.

    flow: empty of what was used; else export, net, or total of both ways.
    """

    unit: str = ""
    power: int = 0
    register: bool = False
    flow: str = ""


@dataclass(slots=True)
class Feed:
    """What a feed says: series, the types by their address, and which type a meter reading has."""

    series: list[Series] = field(default_factory=list)
    types: dict[str, ReadingType] = field(default_factory=dict)
    type_of: dict[str, str] = field(default_factory=dict)


def feed_of(source: IO[bytes], limits: Limits) -> Feed:
    """Return what a document says; CellError where it is none, or broken."""
    handlers = _Handlers(limits)
    for _ in fed(handlers.parser, source, limits):
        pass
    if not handlers.espi:
        raise CellError("not_green_button", handlers.root)
    return handlers.feed


def type_of(feed: Feed, series: Series) -> ReadingType:
    """Return the type of a series: by its links, or the only one that there is."""
    for up in series.links.get("up", []):
        for reading, kind in feed.type_of.items():
            if up.startswith(reading):
                return feed.types.get(kind, ReadingType())
    if len(feed.types) == 1:
        return next(iter(feed.types.values()))
    return ReadingType()


def meter_reading_of(feed: Feed, series: Series) -> str:
    """Return the address of the meter reading of a series, empty where it says none."""
    for up in series.links.get("up", []):
        return up.rsplit("/IntervalBlock", 1)[0]
    return ""


class _Handlers:
    """Elements as they come."""

    def __init__(self, limits: Limits) -> None:
        self.parser = parser()
        self.parser.StartElementHandler = self._begin
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._said
        self.feed, self.espi, self.root = Feed(), False, ""
        self._limits, self._depth, self._count = limits, Depth(), 0
        self._text: list[str] = []
        self._links: dict[str, list[str]] = {}
        self._waiting: list[Interval] = []
        self._kind: dict[str, str] | None = None
        self._fields: dict[str, str] = {}
        self._line = 0
        self._what = ""
        self._ends: dict[str, Callable[[], None]] = {
            "IntervalReading": self._reading,
            "ReadingType": self._type,
            "entry": self._entry,
        }

    def _begin(self, tag: str, fields: dict[str, str]) -> None:
        self._depth.enter()
        name = local(tag)
        self.root = self.root or name
        self.espi = self.espi or any(value == _ESPI for value in fields.values())
        self._text = []
        if name == "entry":
            self._links, self._what = {}, ""
        elif name == "link":
            self._links.setdefault(fields.get("rel", ""), []).append(fields.get("href", "")[:500])
        elif name in {"IntervalReading", "ReadingType"}:
            self._fields, self._line = {}, self.parser.CurrentLineNumber
        if name in {"IntervalBlock", "ReadingType", "MeterReading"}:
            self._what = name

    def _said(self, text: str) -> None:
        if len(self._text) < 100:
            self._text.append(text[:1000])

    def _end(self, tag: str) -> None:
        self._depth.leave()
        name = local(tag)
        if name in self._ends:
            self._ends[name]()
        else:
            self._fields.setdefault(name, "".join(self._text).strip())
        self._text = []

    def _reading(self) -> None:
        self._count += 1
        if self._count > self._limits.readings:
            raise CellError("too_many_rows", str(self._limits.readings))
        one = [self._whole(name) for name in ("start", "duration", "value")]
        self._waiting.append(Interval(self._line, *one))
        self._fields = {}

    def _whole(self, name: str) -> int:
        text = self._fields.get(name, "")
        bare = text.removeprefix("-")
        if not (bare.isascii() and bare.isdigit() and len(bare) <= _MOST_DIGITS):
            raise CellError("broken_xml", f"line {self._line}: {name} “{text[:20]}”")
        return int(text)

    def _type(self) -> None:
        self._kind = self._fields
        self._fields = {}

    def _entry(self) -> None:
        address = next(iter(self._links.get("self", [])), "")
        if self._kind is not None:
            self.feed.types[address] = _type(self._kind)
            self._kind = None
        if self._what == "MeterReading":
            kinds = [one for one in self._links.get("related", []) if "ReadingType" in one]
            self.feed.type_of[address] = kinds[0] if kinds else ""
        if self._waiting:
            self.feed.series.append(Series(self._links, self._waiting))
            self._waiting = []
        self._links = {}


def _type(fields: dict[str, str]) -> ReadingType:
    """Return a reading type; CellError where it counts what we do not."""
    code = fields.get("uom", "")
    if code and (not code.isdigit() or int(code[:6]) not in _UNITS):
        raise CellError("unknown_unit", f"uom {code}")
    power = fields.get("powerOfTenMultiplier", "") or "0"
    bare = power.removeprefix("-")
    if not bare.isdigit() or int(power[:4]) not in _POWERS:
        raise CellError("broken_xml", f"powerOfTenMultiplier {power[:20]}")
    register = fields.get("accumulationBehaviour") in {"1", "3", "9"}
    unit = _UNITS.get(int(code)) or "" if code else ""
    return ReadingType(unit, int(power), register, _FLOWS.get(fields.get("flowDirection", ""), ""))
