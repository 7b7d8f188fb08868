"""What Grafana makes of a query before it runs, done the same way: variables, then macros.

Ported from the behaviour of Grafana's PostgreSQL data source, so that a query that runs here runs
there. The order is Grafana's: variables and the interval in the browser, then plain replacements,
comments off, and macros by one expression without nested parentheses.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from metering.errors import InputError

_MACRO: Final = re.compile(r"\$([_a-zA-Z0-9]+)\(([^)]*)\)")
_TAG: Final = re.compile(r"\s*/\*(?:[^*]|\*(?!/))*?\w='(?:[^*]|\*(?!/))*?\*/\s*;?\s*\Z")
_VARIABLE: Final = re.compile(
    r"\$(\w+)|\[\[(\w+?)(?::(\w+))?\]\]|\$\{(\w+)(?:\.[^:^}]+)?(?::([^}]+))?\}"
)
_QUOTED: Final = re.compile(
    r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\$(\w*)\$.*?\$\1\$|(--[^\n]*|/\*.*?(?:\*/|\Z))", re.DOTALL
)
_STEP: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d|w)")
_STEP_S: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0, "w": 604_800.0}


@dataclass(frozen=True, slots=True)
class Value:
    """What a variable is set to; many: it may hold several, so even one of them is quoted."""

    values: tuple[str, ...]
    many: bool = False


@dataclass(frozen=True, slots=True)
class Scope:
    """What a query is asked for: a period, the width of a point, and variables.

    timescaledb: the flag of the data source, which lets time groups use time_bucket.
    """

    since: datetime
    until: datetime
    interval: timedelta = timedelta(minutes=15)
    variables: Mapping[str, Value] | None = None
    timescaledb: bool = False


def expand(sql: str, scope: Scope) -> str:
    """Return the query that the database gets."""
    text = interpolate(sql, scope.variables or {})
    text, tag = split_tag(text)
    ms = int(scope.interval / timedelta(milliseconds=1))
    for name, value in (
        ("$__interval_ms", str(ms)),
        ("$__interval", duration(scope.interval)),
        ("$__unixEpochFrom()", str(_seconds(scope.since))),
        ("$__unixEpochTo()", str(_seconds(scope.until))),
    ):
        text = text.replace(name, value)
    text = without_comments(text)
    whole = text

    def one(match: re.Match[str]) -> str:
        name = match[1]
        if name == "__timeGroup" and whole[whole.find(match[0]) + len(match[0]) :][:1] == ",":
            name = "__timeGroupAlias"  # as queries before Grafana 5.3 meant it
        return _macro(name, [part.strip(" ") for part in match[2].split(",")], scope)

    return _MACRO.sub(one, text) + tag


def interpolate(text: str, variables: Mapping[str, Value]) -> str:
    """Return a text with its variables filled in; unknown ones stay as they are."""

    def one(match: re.Match[str]) -> str:
        name = match[1] or match[2] or match[4]
        value = variables.get(name)
        return match[0] if value is None else _formatted(value, match[3] or match[5])

    return _VARIABLE.sub(one, text)


def without_comments(sql: str) -> str:
    """Return a query without its comments; what looks like one within quotes stays."""
    return _QUOTED.sub(lambda match: "" if match[2] else match[0], sql)


def split_tag(sql: str) -> tuple[str, str]:
    """Return a query and the tag of key='value' in a comment at its end, which is kept."""
    found = _TAG.search(sql)
    return (sql[: found.start()], sql[found.start() :]) if found else (sql, "")


def duration(interval: timedelta) -> str:
    """Return an interval in the largest unit that divides it."""
    ms = int(interval / timedelta(milliseconds=1))
    for unit, size in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000)):
        if ms >= size and ms % size == 0:
            return f"{ms // size}{unit}"
    return f"{ms}ms"


def seconds_of(text: str) -> float:
    """Return the seconds of an interval such as 15m or 1h30m."""
    if not re.fullmatch(f"(?:{_STEP.pattern})+", text):
        raise _wrong(f"“{text}” 不是时间间隔", f"“{text}” is no interval")
    return sum(float(size) * _STEP_S[unit] for size, unit in _STEP.findall(text))


def _macro(name: str, args: list[str], scope: Scope) -> str:
    since, until = scope.since, scope.until
    column = args[0]
    plain: dict[str, Callable[[], str]] = {
        "__time": lambda: f'{column} AS "time"',
        "__timeEpoch": lambda: f'extract(epoch from {column}) as "time"',
        "__timeFilter": lambda: f"{column} BETWEEN '{rfc3339(since)}' AND '{rfc3339(until)}'",
        "__timeFrom": lambda: f"'{rfc3339(since)}'",
        "__timeTo": lambda: f"'{rfc3339(until)}'",
        "__timeGroup": lambda: _group(name, args, scope.timescaledb),
        "__timeGroupAlias": lambda: _group(name, args, scope.timescaledb) + ' AS "time"',
        "__unixEpochFilter": lambda: (
            f"{column} >= {_seconds(since)} AND {column} <= {_seconds(until)}"
        ),
        "__unixEpochNanoFilter": lambda: (
            f"{column} >= {_nanoseconds(since)} AND {column} <= {_nanoseconds(until)}"
        ),
        "__unixEpochNanoFrom": lambda: str(_nanoseconds(since)),
        "__unixEpochNanoTo": lambda: str(_nanoseconds(until)),
        "__unixEpochGroup": lambda: _epoch_group(name, args),
        "__unixEpochGroupAlias": lambda: _epoch_group(name, args) + ' AS "time"',
    }
    if name not in plain:
        raise _wrong(f"未知的宏 ${name}", f"unknown macro ${name}")
    bare = ("__timeFrom", "__timeTo", "__unixEpochNanoFrom", "__unixEpochNanoTo")
    if not column and name not in bare:
        raise _wrong(f"宏 ${name} 缺少时间列", f"macro ${name} lacks its time column")
    return plain[name]()


def _group(name: str, args: Sequence[str], timescaledb: bool) -> str:
    width = _width(name, args)
    if timescaledb:
        return f"time_bucket('{width:.3f}s',{args[0]})"
    return f"floor(extract(epoch from {args[0]})/{go_float(width)})*{go_float(width)}"


def _epoch_group(name: str, args: Sequence[str]) -> str:
    width = go_float(_width(name, args))
    return f"floor(({args[0]})/{width})*{width}"


def _width(name: str, args: Sequence[str]) -> float:
    if len(args) < 2:
        raise _wrong(f"宏 ${name} 需要时间列和间隔", f"macro ${name} needs column and interval")
    return seconds_of(args[1].strip("'"))


def go_float(value: float) -> str:
    """Return a number as Go prints it: shortest, with an exponent from a million on."""
    text = repr(value)
    if 1e-4 <= abs(value) < 1e6 or value == 0:
        return text.removesuffix(".0")
    digits, _, exponent = f"{value:.16e}".partition("e")
    shortest = next(one for places in range(17) if float(one := f"{value:.{places}e}") == value)
    digits = shortest.partition("e")[0]
    return f"{digits}e{int(exponent):+03d}"


def rfc3339(at: datetime) -> str:
    """Return an instant as Go writes it: UTC, fractions only where there are any."""
    text = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f").rstrip("0").rstrip(".")
    return f"{text}Z"


def _formatted(value: Value, wish: str | None) -> str:
    values = value.values
    quoted = ",".join(_sql(one) for one in values)
    if wish is None:
        return quoted if value.many else _doubled(",".join(values))
    wishes: dict[str, Callable[[], str]] = {
        "sqlstring": lambda: quoted,
        "csv": lambda: ",".join(values),
        "raw": lambda: ",".join(values),
        "text": lambda: " + ".join(values),
        "pipe": lambda: "|".join(values),
        "singlequote": lambda: ",".join("'" + one.replace("'", "\\'") + "'" for one in values),
        "doublequote": lambda: ",".join('"' + one.replace('"', '\\"') + '"' for one in values),
        "json": lambda: json.dumps(
            list(values) if value.many else values[0], ensure_ascii=False, separators=(",", ":")
        ),
    }
    unknown = wishes.get(wish)
    if unknown is not None:
        return unknown()
    return values[0] if len(values) == 1 else "{" + ",".join(values) + "}"


def _sql(value: str) -> str:
    return f"'{_doubled(value)}'"


def _doubled(value: str) -> str:
    return value.replace("'", "''")


def _seconds(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(seconds=1)


def _nanoseconds(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1) * 1000


def _wrong(zh: str, en: str) -> InputError:
    return InputError(
        "boards.macro",
        zh=f"{zh}。",
        en=f"{en[0].upper()}{en[1:]}.",
        next_zh="请检查看板的查询语句。",
        next_en="Check the query of the board.",
    )


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
