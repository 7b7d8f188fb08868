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
from collector.codecs.parts.rows import Row, gathered, nothing, number
from collector.codecs.parts.text import text_of
from collector.codecs.parts.times import instant
from collector.codecs.payload import malformed
from metering.messages import Decoded, Message

_ESCAPED: Final = re.compile(r"\\([,= \\])")
_NAME: Final = r"(?:\\.|[^,= \\\n])+"
_TEXT: Final = r'"(?:\\.|[^"\\])*"'
_HEAD: Final = re.compile(rf"((?:\\.|[^, \\\n])+)((?:,{_NAME}={_NAME})*)[ \t]+")
_TAG: Final = re.compile(rf",({_NAME})=({_NAME})")
_FIELD: Final = re.compile(rf"({_NAME})=({_TEXT}|[^, \t\"\n]+)")
_TIME: Final = re.compile(r"[ \t]+(-?\d{1,20})[ \t\r]*")
_WHOLE: Final = re.compile(r"[+-]?\d{1,20}[iu]")
_SWITCH: Final = re.compile(r"t|T|true|True|TRUE|f|F|false|False|FALSE")
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
        text = text_of("influx", message.payload)
        points = list(_points(text))
        if not points:
            raise malformed("influx", "no line")
        rows = [row for point in points for row in self._rows(point)]
        return gathered("influx", rows) if rows else nothing()

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
            value = _number(name, text)
            if value is not None:
                key = f"{before}/{name}"
                yield Row(key, value, self.units.get(key) or said or unit_in(name), at_ms)

    def _instant(self, text: str) -> int:
        at_ms = instant("influx", text, self.precision)
        if 0 < at_ms < _EARLIEST_MS:
            why = f"the time {text} in {self.precision} is before 1973: see `precision`"
            raise malformed("influx", why)
        return at_ms


def _number(name: str, text: str) -> float | None:
    """Return a field's number; None for a text or a switch."""
    if text.startswith('"') or _SWITCH.fullmatch(text):
        return None
    value = number(text[:-1] if _WHOLE.fullmatch(text) else text)
    if value is None:
        raise malformed("influx", f"{name} is no number, text or switch: {text[:40]!r}")
    return value


def _points(text: str) -> Iterator[Point]:
    for line in text.split("\n"):
        if (stripped := line.strip()) and not stripped.startswith("#"):
            yield _point(stripped)


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
