"""What a virtual channel's use is made of: its terms, and its use computed anew from its inputs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from itertools import pairwise
from math import lcm
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
from psycopg import Connection

from analytics.formulas import ChannelHours, Term, combined
from storage.accounts import formulas as made
from storage.accounts.formulas import Made, Size
from storage.columns import Columns
from storage.registry import formulas, meters
from storage.registry.formulas import Formula

_ALWAYS: Final = date(1970, 1, 1)
_FOR_GOOD: Final = date(2100, 1, 1)


@dataclass(frozen=True, slots=True)
class DerivedInput:
    """An input of a virtual channel in a span. name: None, and so is the rest, of somebody else's.

    used: what it used in the span, of the hours that are known. [quanta]
    """

    channel_id: int
    sign: int
    name: str | None
    used: int | None


@dataclass(frozen=True, slots=True)
class Derived:
    """What a virtual channel stands on in a span of time.

    used: computed anew from the hours of its inputs; None where nothing is known. whole: whether
    the reader sees all inputs and sizes, so that it can be held against what is stored.
    """

    formulas: list[Formula]
    inputs: list[DerivedInput]
    used: int | None
    whole: bool


def terms_of(one: Made, sizes: Sequence[Size]) -> Iterator[Term]:
    """Return the terms of what a virtual channel is from one day on; sizes: of its members."""
    until = one.until or _FOR_GOOD
    if one.by is None or one.members is None:
        for channel, sign in zip(one.inputs, one.signs, strict=True):
            yield Term(channel, sign, _ms(one.first, one.zone), _ms(until, one.zone))
        return
    edges = {one.first, until} | {day for size in sizes for day in (size.first, size.until) if day}
    for first, last in pairwise(sorted(day for day in edges if one.first <= day <= until)):
        span = _ms(first, one.zone), _ms(last, one.zone)
        yield Term(one.inputs[0], 1, *span, *_part(one, sizes, first))


def sizes_for(connection: Connection[Any], one: Made) -> list[Size]:
    """Return the sizes by which the members of a virtual channel divide its input."""
    if one.by is None or one.members is None:
        return []
    return made.sizes(connection, one.members, one.by)


def hours_of(rows: Columns, ids: Sequence[int]) -> dict[int, ChannelHours]:
    """Return stored hours by channel; rows: sorted by (channel, hour)."""
    found = {}
    for channel in ids:
        some = rows["channel_id"] == channel
        known = rows["used"][some] != made.UNKNOWN
        used = np.where(known, rows["used"][some], 0)
        seconds = rows["measured_s"][some], rows["known_s"][some]
        found[channel] = ChannelHours(rows["hour"][some], used, known, *seconds)
    return found


def derived_of(
    connection: Connection[Any], channel_id: int, first_ms: int, until_ms: int
) -> Derived | None:
    """Return what a virtual channel's use between two whole hours stands on; None of others."""
    known = made.made_of(connection, [channel_id])
    if not known:
        return None
    terms, sized = [], True
    for one in known:
        terms += list(terms_of(one, sizes_for(connection, one)))
    here = [one for one in terms if one.first_ms < until_ms and one.until_ms > first_ms]
    ids = sorted({one.channel for one in here})
    names = {one.channel_id: f"{one.meter or '…'} · {one.code}"
             for one in meters.channels(connection, ids)}  # fmt: skip
    inputs = hours_of(made.hours(connection, ids, first_ms, until_ms), ids)
    sized = all(one.whole > 0 for one in here)
    found = combined(here, inputs, first_ms, until_ms)
    return Derived(
        formulas.listed(connection, channel=channel_id),
        [DerivedInput(one, sign, names.get(one), _sum(inputs[one]) if one in names else None)
         for one, sign in sorted({(one.channel, one.sign) for one in here})],
        _sum(found),
        sized and set(ids) <= set(names),
    )  # fmt: skip


def _sum(hours: ChannelHours) -> int | None:
    return sum(hours.used[hours.known].tolist()) if hours.known.any() else None


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


def _ms(day: date, zone: str) -> int:
    """Return when a civil day begins."""
    day = min(max(day, _ALWAYS), _FOR_GOOD)
    at = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    return int(at.timestamp()) * 1000
