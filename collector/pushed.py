"""Bodies that came over HTTP, cut into messages of which each can be kept, and read again, alone.

No broker has their topics: http/v1/{gateway}/data is one message of our own payload, and
http/v1/{gateway}/{codec}?{settings} one of any format.
"""

import tomllib
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl, urlencode

import msgspec

from collector.bounds import BOUNDS
from collector.codecs import Decode, configured
from collector.codecs.records import FIELDS
from collector.routing import FOREVER, PUSHED, Routing
from metering.errors import InputError
from metering.messages import Decoded, Message

ROWS: Final = 500  # of a message at most, half of what one may hold
MOST_BYTES: Final = BOUNDS.most_bytes  # of a message
_ROOM: Final = 1024  # bytes of a message beside its rows, and for the last of them
_SET: Final = "set"
_TOPIC: Final = "topic"

Numbered = list[tuple[int, str]]  # lines of a body, from 1


class Form(NamedTuple):
    """How a body is to be read.

    codec: the format's name. settings: of the format, each NAME=value as TOML. topic: under which
    a broker would have had it, for formats that look at it. lines: what a line of it is: a row
    under headings, an object, a message; or nothing of its own.
    """

    codec: str
    settings: tuple[str, ...] = ()
    topic: str = ""
    lines: str = ""


class Piece(NamedTuple):
    """One message of a body; lines: of the body, from 1, of its readings, or of all of it."""

    payload: bytes
    lines: Sequence[int]


class PushedAs:
    """The route of messages that were pushed in any format; the topic says in which."""

    topic_filter: Final = "http/v1/+/+/+"
    since_ms: Final = -FOREVER
    until_ms: Final = FOREVER

    def gateway_of(self, topic: str) -> str | None:
        """Return whose topic it is, None where it is none of ours."""
        levels = topic.partition("?")[0].split("/")
        ours = len(levels) == 5 and levels[:2] == ["http", "v1"] and all(levels)
        return f"{levels[2]}/{levels[3]}" if ours else None

    def decode_for(self, topic: str) -> Decode:
        """Return how messages of a topic are decoded; InputError where its format is gone."""
        path, _, query = topic.partition("?")
        asked = parse_qsl(query)
        given = [value for name, value in asked if name == _SET]
        decode = configured(path.rpartition("/")[2], settings_said(given)).decode
        shown = dict(asked).get(_TOPIC)
        if shown is None:
            return decode
        return lambda message: decode(message._replace(topic=shown))


ROUTES: Final = (PUSHED, PushedAs())
TABLE: Final = Routing(ROUTES)  # by which what is pushed is decoded


def topic_of(gateway: str, form: Form) -> str:
    """Return under which topic a message is kept."""
    asked = [(_SET, one) for one in form.settings]
    asked += [(_TOPIC, form.topic)] if form.topic else []
    return f"http/v1/{gateway}/{form.codec}" + (f"?{urlencode(asked)}" if asked else "")


def settings_said(given: Sequence[str]) -> dict[str, Any]:
    """Return settings of a format that are written as NAME=value; a word needs no quotes."""
    found: dict[str, Any] = {}
    for one in given:
        name, sign, text = one.partition("=")
        if not sign:
            raise _bad_setting(one)
        try:
            found[name.strip()] = tomllib.loads(f"value = {text}")["value"]
        except tomllib.TOMLDecodeError:
            found[name.strip()] = text
    return found


def cut(form: Form, body: bytes) -> list[Piece]:
    """Return the messages of a body, in its order; what is no text stays one message."""
    if not form.lines:
        return [Piece(body, ())]
    try:
        lines = body.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        return [Piece(body, ())]
    numbered = [(place, one) for place, one in enumerate(lines, 1) if one.strip()]
    if form.lines == "rows":
        before = f"{numbered[0][1]}\n" if numbered else ""
        return list(_packed(numbered[1:], (before, "\n", ""))) or [Piece(body, ())]
    if form.lines == "objects":
        return list(_objects(numbered)) or [Piece(body, ())]
    parts = _packed(numbered, ("", "\n", ""))
    return [Piece(one.payload, one.lines[:1]) for one in parts] or [Piece(body, ())]


def _packed(rows: Numbered, around: tuple[str, str, str]) -> Iterator[Piece]:
    """Yield rows in messages of bounded length. around: what stands before, between and after."""
    before, between, after = around
    most_bytes = MOST_BYTES - _ROOM - len(before.encode())
    for some in _shared(rows, most_bytes):
        text = before + between.join(text for _, text in some) + after
        yield Piece(text.encode(), [place for place, _ in some])


def _shared(rows: Numbered, most_bytes: int) -> Iterator[Numbered]:
    """Yield rows in parts of so many bytes at most, and so many rows; one row is never cut."""
    first, size = 0, 0
    for place, (_, text) in enumerate(rows):
        length = len(text.encode()) + 1
        if place > first and (place - first >= ROWS or size + length > most_bytes):
            yield rows[first:place]
            first, size = place, 0
        size += length
    if first < len(rows):
        yield rows[first:]


def _objects(lines: Numbered) -> Iterator[Piece]:
    """Yield lines of JSON: those of one reading together, each other one as a message."""
    for together, some in groupby(lines, lambda line: _is_reading(line[1])):
        if together:
            yield from _packed(list(some), ("[", ",", "]"))
        else:
            yield from (Piece(text.encode(), (place,)) for place, text in some)


def _is_reading(text: str) -> bool:
    """Return whether a line is one reading without a number, so that it can stand in a list."""
    try:
        said = msgspec.json.decode(text)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return False
    return (
        isinstance(said, dict)
        and set(said) <= set(FIELDS)
        and isinstance(said.get("channel"), str)
        and not isinstance(said.get("value", []), list)
    )


class Heard:
    """Decodes, and remembers what was said, so that a refusal names channel and time."""

    def __init__(self, decode: Decode) -> None:
        self._decode = decode
        self.said: dict[int, Decoded] = {}

    def decode(self, message: Message) -> Decoded:
        """Return what a message says."""
        found = self._decode(message)
        self.said[id(message)] = found
        return found


def _bad_setting(said: str) -> InputError:
    return InputError(
        "codec.bad_settings",
        zh=f"格式的设置 {said} 缺少 =。",
        en=f"The setting {said} of a format has no =.",
        next_zh="请写成 zone=Asia/Shanghai。",
        next_en="Write it as zone=Asia/Shanghai.",
        where={"field": "set"},
    )
