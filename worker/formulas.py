"""Virtual channels: their hours, days and months computed anew when inputs changed."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from fractions import Fraction
from itertools import pairwise
from math import lcm
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
from psycopg import Connection

from analytics.formulas import ChannelHours, Term, combined
from storage.accounts import formulas, usage
from storage.accounts.formulas import Made, Size
from storage.columns import Columns
from storage.readings.stale import Spans

MOST: Final = 20  # channels of a transaction
_ALWAYS: Final = date(1970, 1, 1)
_FOR_GOOD: Final = date(2100, 1, 1)


def compute(connection: Connection[Any], most: int = MOST) -> list[int]:
    """Compute what waits of virtual channels, in one transaction; return whose."""
    with connection.transaction():
        taken = formulas.take(connection, most)
        if not taken:
            return []
        made = formulas.made_of(connection, [channel for channel, _, _ in taken])
        for channel, first_ms, until_ms in taken:
            own = [one for one in made if one.channel == channel]
            terms = [term for one in own for term in _terms(connection, one)]
            inputs = _inputs(connection, terms, first_ms, until_ms)
            _write(connection, channel, combined(terms, inputs, first_ms, until_ms),
                   first_ms, until_ms)  # fmt: skip
        return [channel for channel, _, _ in taken]


def _terms(connection: Connection[Any], one: Made) -> Iterator[Term]:
    """Return the terms of what a virtual channel is from one day on."""
    until = one.until or _FOR_GOOD
    if one.by is None or one.members is None:
        for channel, sign in zip(one.inputs, one.signs, strict=True):
            yield Term(channel, sign, _ms(one.first, one.zone), _ms(until, one.zone))
        return
    found = formulas.sizes(connection, one.members, one.by)
    edges = {one.first, until} | {day for size in found for day in (size.first, size.until) if day}
    for first, last in pairwise(sorted(day for day in edges if one.first <= day <= until)):
        span = _ms(first, one.zone), _ms(last, one.zone)
        yield Term(one.inputs[0], 1, *span, *_part(one, found, first))


def _part(one: Made, found: Sequence[Size], day: date) -> tuple[int, int, int]:
    """Return (before, part, whole) in whole numbers on a day; whole 0 where a size is not known."""
    held = {
        size.institution: size.number
        for size in found
        if size.first <= day and (size.until is None or day < size.until)
    }
    members = one.members or []
    sizes = [held.get(member, Fraction(0)) for member in members]
    if not all(sizes) or one.institution not in members:
        return 0, 0, 0
    unit = lcm(*(size.denominator for size in sizes))
    whole = [int(size * unit) for size in sizes]
    place = members.index(one.institution)
    return sum(whole[:place]), whole[place], sum(whole)


def _inputs(
    connection: Connection[Any], terms: Sequence[Term], first_ms: int, until_ms: int
) -> dict[int, ChannelHours]:
    """Return the stored hours of what terms are made of."""
    ids = np.array(sorted({one.channel for one in terms}), np.int64)
    spans = Spans(ids, np.full(len(ids), first_ms), np.full(len(ids), until_ms))
    rows = usage.hours(connection, spans)
    found = {}
    for channel in ids.tolist():
        some = rows["channel_id"] == channel
        known = rows["used"][some] != usage.UNKNOWN
        found[channel] = ChannelHours(
            rows["hour"][some],
            np.where(known, rows["used"][some], 0),
            known,
            rows["measured_s"][some],
            rows["known_s"][some],
        )
    return found


def _write(
    connection: Connection[Any], channel: int, hours: ChannelHours, first_ms: int, until_ms: int
) -> None:
    """Replace the hours of a virtual channel in a span, and what stands above them."""
    columns: Columns = {
        "channel_id": np.full(len(hours.hour_ms), channel),
        "hour": hours.hour_ms,
        "used": np.where(hours.known, hours.used, usage.UNKNOWN),
        "measured_s": hours.measured_s,
        "known_s": hours.known_s,
    }
    span = Spans(np.array([channel]), np.array([first_ms]), np.array([until_ms]))
    usage.replace(connection, span, span, columns)


def _ms(day: date, zone: str) -> int:
    """Return when a civil day begins."""
    day = min(max(day, _ALWAYS), _FOR_GOOD)
    at = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    return int(at.timestamp()) * 1000
