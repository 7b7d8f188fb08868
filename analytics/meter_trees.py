"""Trees of main and sub-meters: no circle, nothing counted twice, what each uses by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

WHOLE: Final = 1_000_000  # a share, in millionths
Verdict = Literal["agrees", "exceeded", "unknown"]


@dataclass(frozen=True, slots=True)
class Placed:
    """A channel measures, from a day on, part of what a main one measures; until is no part."""

    channel: int
    main: int
    first: date
    until: date | None = None

    def holds_on(self, day: date) -> bool:
        """Return whether it holds on a day."""
        return self.first <= day and (self.until is None or day < self.until)


@dataclass(frozen=True, slots=True)
class Counted:
    """So much of a channel counts in an account from a day on, in millionths; until is no part."""

    channel: int
    share: int
    first: date
    until: date | None = None

    def holds_on(self, day: date) -> bool:
        """Return whether it holds on a day."""
        return self.first <= day and (self.until is None or day < self.until)


@dataclass(frozen=True, slots=True)
class Twice:
    """From a day on more than the whole of what a channel measures counts.

    above: the nearest channel before it of which a share counts too. share: all that counts of
    what the channel measures, in millionths.
    """

    day: date
    channel: int
    above: int
    share: int


def mains_on(placed: Iterable[Placed], day: date) -> dict[int, int]:
    """Return the main channel of each sub-meter on a day."""
    return {one.channel: one.main for one in placed if one.holds_on(day)}


def way_up(mains: Mapping[int, int], channel: int) -> list[int]:
    """Return a channel and all before it, the nearest first; ends where a circle closes."""
    way = [channel]
    while (main := mains.get(way[-1])) is not None and main not in way:
        way.append(main)
    return way


def circle(placed: Sequence[Placed]) -> tuple[date, list[int]] | None:
    """Return the first day on which a channel is before itself, and the channels of the circle."""
    for day in sorted({one.first for one in placed}):
        mains = mains_on(placed, day)
        for channel in sorted(mains):
            way = way_up(mains, channel)
            if mains.get(way[-1]) == channel:
                return day, way
    return None


def counted_twice(placed: Sequence[Placed], counted: Sequence[Counted]) -> list[Twice]:
    """Return each channel of which, by itself and by those before it, more than the whole counts.

    What a sub-meter measures its main meters have measured too: the shares of all of them add up.
    A main meter that leaves out a part (−1 of the sub-meter) and who takes it (1) make no more.
    One row a channel, of the first day; none whose own shares alone are to blame.
    """
    found: dict[int, Twice] = {}
    said: list[Placed | Counted] = [*placed, *counted]
    edges = {one.first for one in said} | {one.until for one in said if one.until is not None}
    for day in sorted(edges):
        mains = mains_on(placed, day)
        shares: dict[int, int] = {}
        for one in counted:
            if one.holds_on(day):
                shares[one.channel] = shares.get(one.channel, 0) + one.share
        for channel in sorted(mains):
            way = way_up(mains, channel)
            share = sum(shares.get(one, 0) for one in way)
            above = next((one for one in way[1:] if shares.get(one, 0) > 0), None)
            if share > WHOLE and above is not None and shares.get(channel, 0) > 0:
                found.setdefault(channel, Twice(day, channel, above, share))
    return sorted(found.values(), key=lambda one: (one.day, one.channel))


def by_itself(mains: Mapping[int, int], used: Mapping[int, int | None]) -> dict[int, int | None]:
    """Return what each channel used that no sub-meter of it measured: the unmetered remainder.

    used: of every channel of the tree, in quanta of the carrier; None where it is unknown, and so
    is then the remainder of its main channel. Σ of a tree = what its first channel used.
    """
    rest = dict(used)
    for channel, main in mains.items():
        known, part = rest.get(main), used[channel]
        rest[main] = None if known is None or part is None else known - part
    return rest


def verdict(main: int | None, subs: int | None, tolerance: int, *, both_ways: bool) -> Verdict:
    """Return whether sub-meters agree with their main meter: as storage.balance_verdict.

    main, subs: what they used in the same days, in quanta; None where that is unknown.
    tolerance: millionths of what the main meter used. both_ways: whether they may not measure much
    less either; else part of what the main meter measures has no sub-meter.
    """
    if main is None or subs is None:
        return "unknown"
    beyond = abs(main) * tolerance
    much = (subs - main) * WHOLE > beyond
    little = both_ways and (main - subs) * WHOLE > beyond
    return "exceeded" if much or little else "agrees"
