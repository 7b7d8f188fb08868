"""Instants as gateways write them: numbers since 1970, ISO 8601, or digits of a wall clock."""

import math
import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from collector.codecs.parts.rows import number
from collector.codecs.payload import MAX_AT_MS, PayloadError, untimed
from metering.errors import InputError

PER_MS: Final = {"s": 0.001, "ms": 1, "us": 1_000, "ns": 1_000_000}  # how many of it make a ms
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MS: Final = timedelta(milliseconds=1)
_OFFSET: Final = re.compile(r"([+-])(\d{2}):?(\d{2})")
_ISO: Final = re.compile(
    r"(\d{4}[-/]\d{1,2}[-/]\d{1,2})(?:[T ]+(\d{1,2}:\d{2}(?::\d{2})?)(?:[.,](\d{1,9}))?)?"
    r"\s*(Z|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE | re.ASCII,
)
_DIGITS: Final = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d{3})?", re.ASCII)
# As makers' documents write a pattern, and what it is here.
_LETTERS: Final = (
    ("yyyy", "%Y"), ("YYYY", "%Y"), ("yy", "%y"), ("MM", "%m"), ("dd", "%d"), ("DD", "%d"),
    ("HH", "%H"), ("hh", "%H"), ("mm", "%M"), ("ss", "%S"), ("SSS", "%f"),
)  # fmt: skip


@cache
def zone_of(name: str) -> tzinfo:
    """Return a zone by its name (Asia/Shanghai) or its offset (+08:00)."""
    offset = _OFFSET.fullmatch(name)
    if offset:
        minutes = int(offset[2]) * 60 + int(offset[3])
        if minutes < 24 * 60:
            return timezone(timedelta(minutes=-minutes if offset[1] == "-" else minutes))
    try:
        return UTC if name in {"UTC", "Z"} else ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:
        raise InputError(
            "codec.bad_settings",
            zh=f"没有名为“{name}”的时区。",
            en=f"There is no time zone “{name}”.",
            next_zh="请写 IANA 名称(如 Asia/Shanghai)或偏移(如 +08:00)。",
            next_en="Write an IANA name, such as Asia/Shanghai, or an offset, such as +08:00.",
            where={"field": "settings"},
        ) from error


def pattern_of(form: str) -> str:
    """Return a pattern of strptime for one written as yyyyMMddHHmmss; one with % stays."""
    if "%" not in form:
        for letters, directive in _LETTERS:
            form = form.replace(letters, directive)
    return form


def instant(codec: str, thing: Any, form: str = "auto", zone: tzinfo | None = None) -> int:
    """Return milliseconds since 1970, UTC.

    form: `auto`, a unit of numbers since 1970 (s, ms, us, ns), `iso`, or a pattern.
    zone: of a wall clock that says no offset; without one such a time is refused.
    """
    if form in PER_MS:
        return _counted(codec, thing, form)
    if form == "auto":
        value = None if isinstance(thing, str) and _DIGITS.fullmatch(thing) else number(thing)
        if value is not None:
            return _counted(codec, thing, _guessed(value))
    if not isinstance(thing, str | int):
        raise untimed(codec, f"no time: {thing!r}")
    text = str(thing).strip()
    at = _written(text) if form in {"auto", "iso"} else _by_pattern(text, pattern_of(form))
    if at is None:
        raise untimed(codec, f"no time of the form {form}: {text!r}")
    return within(codec, (_utc(codec, at, zone) - _EPOCH) // _MS, text)


def within(codec: str, ms: int, said: object) -> int:
    """Return an instant between 1970 and 2100."""
    if not 0 <= ms <= MAX_AT_MS:
        raise untimed(codec, f"a time beyond 1970 to 2100: {said!r}")
    return ms


def _counted(codec: str, thing: Any, unit: str) -> int:
    value = number(thing)
    if value is None:
        raise untimed(codec, f"no time in {unit}: {thing!r}")
    if unit == "s":
        ms = value * 1000
        return within(codec, round(ms) if math.isfinite(ms) else -1, thing)
    # In whole numbers: a double tells no nanoseconds since 1970.
    whole = int(thing) if isinstance(thing, int) or str(thing).strip().isdigit() else int(value)
    return within(codec, whole // int(PER_MS[unit]), thing)


def _guessed(value: float) -> str:
    """Return the unit in which a number since 1970 lies between 1973 and 2100."""
    for unit, most in (("s", 1e11), ("ms", 1e14), ("us", 1e17)):
        if value < most:
            return unit
    return "ns"


def _written(text: str) -> datetime | None:
    digits = _DIGITS.fullmatch(text)
    found = None if digits else _ISO.fullmatch(text)
    try:
        if digits:
            *parts, ms = (int(one or 0) for one in digits.groups())
            year, month, day, hour, minute, second = parts
            return datetime(year, month, day, hour, minute, second, ms * 1000)  # noqa: DTZ001
        if found is None:
            return None
        year, month, day = (int(one) for one in re.split(r"[-/]", found[1]))
        clock = [int(one) for one in (found[2] or "0:0").split(":")] + [0]
        micro = int((found[3] or "0").ljust(6, "0")[:6])
        zone = zone_of(found[4].upper()) if found[4] else None
        return datetime(year, month, day, clock[0], clock[1], clock[2], micro, zone)
    except (ValueError, InputError):
        return None


def _by_pattern(text: str, pattern: str) -> datetime | None:
    try:
        return datetime.strptime(text, pattern)  # noqa: DTZ007
    except (ValueError, re.error):
        return None


def _utc(codec: str, at: datetime, zone: tzinfo | None) -> datetime:
    """Return an instant; the hour that comes twice, or never, is told by no wall clock."""
    try:
        if at.tzinfo is not None:
            return at.astimezone(UTC)
        if zone is None:
            raise untimed(codec, f"a time without offset, and the route names no zone: {at}")
        first, second = (at.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    except OverflowError as error:
        raise untimed(codec, f"a time beyond 1970 to 2100: {at}") from error
    if first != second:
        twice = PayloadError(
            "payload.two_times",
            zh=f"时间 {at} 处在夏令时切换的一小时,无法确定是哪一刻。",
            en=f"The time {at} lies in the hour in which clocks change: it is no one instant.",
            next_zh="请让网关发送 UTC 时间或带偏移的时间。",
            next_en="Let the gateway send UTC, or times with their offset.",
        )
        twice.of_time = True
        raise twice
    return first
