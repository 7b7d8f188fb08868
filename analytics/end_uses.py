"""What is used for what: each quantum of a tree of meters under one end use, or under none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from analytics.meter_trees import way_up


def by_use(
    mains: Mapping[int, int], uses: Mapping[int, str], used: Mapping[int, int | None]
) -> dict[str, int | None]:
    """Return what was used for each end use: of a meter what its own sub-meters do not take apart.

    mains: the main channel of each sub-meter. uses: the end use of channels that have one. used: of
    every channel with one, in quanta of the carrier; None: unknown, and so is then its end use and
    that of the nearest meter before it. Σ = what the first channels with an end use measured.
    """
    rest: dict[int, int | None] = {one: used.get(one) for one in uses}
    for channel in uses:
        above = next((one for one in way_up(mains, channel)[1:] if one in uses), None)
        if above is not None:
            whole, part = rest[above], used.get(channel)
            rest[above] = None if whole is None or part is None else whole - part
    found: dict[str, int | None] = {}
    for channel, use in uses.items():
        found[use] = add(found.get(use, 0), rest[channel])
    return found


def firsts(mains: Mapping[int, int], uses: Iterable[int]) -> list[int]:
    """Return the channels with an end use that stand behind no other one with an end use."""
    known = set(uses)
    return [one for one in known if not any(up in known for up in way_up(mains, one)[1:])]


def add(total: int | None, part: int | None) -> int | None:
    """Return a sum; None where a part of it is unknown."""
    return None if total is None or part is None else total + part
