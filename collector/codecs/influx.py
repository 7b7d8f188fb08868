"""Influx line protocol, as Telegraf and many loggers write it: a line a point, fields with types.

Keys are measurement, tags and field, `power,meter=m1/total_kwh`; where a route chooses tags, only
their values: power/m1/total_kwh. Texts and switches are no readings.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final, Literal, NamedTuple

import msgspec

from collector.codecs.parts.points import before_field, unit_said
from collector.codecs.parts.quantities import named, unit_in
from collector.codecs.parts.rows import NO_VALUE, Row, number, partly
from collector.codecs.parts.text import text_of
from collector.codecs.parts.times import instant
from collector.codecs.payload import malformed, untimed
from metering.messages import Decoded, Message

_ESCAPED: Final = re.compile(r"\\([,= \\])")
_NAME: Final = r"(?:\\.|[^,= \\\n])+"
_TEXT: Final = r'"(?:\\[\s\S]|[^"\\])*"'
_HEAD: Final = re.compile(rf"((?:\\.|[^, \\\n])+)((?:,{_NAME}={_NAME})*)[ \t]+")
_TAG: Final = re.compile(rf",({_NAME})=({_NAME})")
_FIELD: Final = re.compile(rf"({_NAME})=({_TEXT}|[^, \t\"\n]+)")
_TIME: Final = re.compile(r"[ \t]+(-?\d{1,20})[ \t\r]*")
_WHOLE: Final = re.compile(r"[+-]?\d{1,20}[iu]")
_SWITCH: Final = re.compile(r"t|T|true|True|TRUE|f|F|false|False|FALSE")
_QUOTE: Final = re.compile(r'(?<!\\)"')
_EARLIEST_MS: Final = 100_000_000_000  # 1973: what is before it was told in another unit


class Point(NamedTuple):
    """A line; time: as it is written, None where there is none."""

    measurement: str
    tags: dict[str, str]
    fields: dict[str, str]
    time: str | None


class Codec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How lines are written, and which tags tell meters apart.

    precision: of the time. units: by key.
    tags: whose values stand in keys, in this order. Unsaid, all of them do, with their names, as
        in a line that lacks one of those chosen: two meters never share a key unasked.
    """

    precision: Literal["ns", "us", "ms", "s"] = "ns"
    tags: tuple[str, ...] | None = None
    units: dict[str, str] = {}

    def __post_init__(self) -> None:
        """Name units as we do; refuse one that is none of ours."""
        msgspec.structs.force_setattr(self, "units", named(self.units))

    def decode(self, message: Message) -> Decoded:
        """Return the numbers of all lines."""
        lines = list(_lines(text_of("influx", message.payload)))
        if not lines:
            raise malformed("influx", "no line")
        return partly("influx", lines, lambda line: self._rows(_point(line)))

    def encode(
        self, measurement: str, tags: Mapping[str, str], fields: Mapping[str, float], time: int
    ) -> bytes:
        """Return one line; time: in units of the precision."""
        head = _written(measurement, ", ") + "".join(
            f",{_written(name)}={_written(value)}" for name, value in tags.items()
        )
        said = ",".join(f"{_written(name)}={value!r}" for name, value in fields.items())
        return f"{head} {said} {time}".encode()

    def _rows(self, point: Point) -> Iterator[Row]:
        at_ms = None if point.time is None else self._instant(point.time)
        before = before_field(point.measurement, point.tags, self.tags)
        said = unit_said(point.measurement, point.tags)
        for name, text in point.fields.items():
            key = f"{before}/{name}"
            unit = self.units.get(key) or said or unit_in(name)
            if not text.startswith('"') and not _SWITCH.fullmatch(text):
                yield Row(key, _number(text), unit, at_ms)

    def _instant(self, text: str) -> int:
        at_ms = instant("influx", text, self.precision)
        if at_ms < _EARLIEST_MS:
            why = f"the time {text} in {self.precision} is before 1973: see `precision`"
            raise untimed("influx", why)
        return at_ms


def _number(text: str) -> float:
    """Return a field's number; NO_VALUE where it is none."""
    value = number(text[:-1] if _WHOLE.fullmatch(text) else text)
    return NO_VALUE if value is None else value


def _lines(text: str) -> Iterator[str]:
    """Yield lines that are no comments; a text between quotes may go on in the next."""
    open_ = ""
    for line in text.split("\n"):
        stripped = (f"{open_}\n{line}" if open_ else line).strip()
        open_ = ""
        if len(_QUOTE.findall(stripped)) % 2 and not stripped.startswith("#"):
            open_ = stripped
        elif stripped and not stripped.startswith("#"):
            yield stripped
    yield from (one for one in open_.split("\n") if one.strip())  # nobody closed it


def _point(line: str) -> Point:
    head = _HEAD.match(line)
    if head is None:
        raise malformed("influx", f"no measurement and fields: {line[:60]!r}")
    tags = {_plain(name): _plain(value) for name, value in _TAG.findall(head[2])}
    place, fields = head.end(), {}
    while (found := _FIELD.match(line, place)) is not None:
        fields[_plain(found[1])] = found[2]
        place = found.end()
        if line[place : place + 1] != ",":
            break
        place += 1
    rest = _TIME.fullmatch(line, place)
    torn = line[place - 1] == "," or (rest is None and line[place:].strip())
    if not fields or torn:
        raise malformed("influx", f"no field, or no time, at {line[place : place + 60]!r}")
    return Point(_plain(head[1]), tags, fields, rest[1] if rest else None)


def _plain(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)


def _written(text: str, special: str = ",= ") -> str:
    return "".join(f"\\{one}" if one in special or one == "\\" else one for one in text)
