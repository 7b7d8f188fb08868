"""The levels of a cascade: years, regions with their own level, department lines."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from analytics.cascade import ROOT
from analytics.exact import Ints, occurring
from compact.holders import Holders
from metering.errors import InputError


@dataclass(slots=True)
class Places:
    """The cascade's nodes while they are found, by their key."""

    keys: list[str]
    parents: list[int]
    ranks: list[int]
    known: dict[str, int]

    def of(self, key: str, parent: int, rank: int) -> int:
        """Return a node's place, made where it is new; rank: its permanent id among siblings."""
        place = self.known.setdefault(key, len(self.keys))
        if place == len(self.keys):
            self.keys.append(key)
            self.parents.append(parent)
            self.ranks.append(rank)
        return place


def placed(
    holders: Holders, members: Collection[int], parents: Mapping[int, int]
) -> tuple[Places, Ints, Ints]:
    """Return the nodes, and (n,) each holder's department line's place and its member.

    members: regions. parents: of each region below them. Nodes stand in the order in which the
    holders come to them, the years first.
    """
    places = Places([], [], [], {})
    for year in occurring(holders.year)[0].tolist():
        places.of(str(year), ROOT, year)
    firsts, group = _alike(holders)
    lines, within = np.zeros((2, len(firsts)), np.int64)
    own: dict[tuple[int, int], tuple[int, int]] = {}  # by year and region: its place and member
    order = np.argsort(firsts)
    rows = firsts[order]
    columns = (holders.year, holders.region, holders.line, holders.institution)
    alike = zip(order.tolist(), *(column[rows].tolist() for column in columns), strict=True)
    for one, year, region, line, institution in alike:
        at = (year, region)
        if at not in own:
            own[at] = _own_level(places, at, _way(region, members, parents, institution))
        place, within[one] = own[at]
        key = f"{places.keys[place]}/line:{holders.lines[line]}"
        lines[one] = places.of(key, place, line + 1)
    return places, lines[group], within[group]


def _own_level(places: Places, at: tuple[int, int], way: list[int]) -> tuple[int, int]:
    """Return the place of a region's own level in a year, and the member it is in."""
    year, region = at
    place = places.known[str(year)]
    for above in way:
        place = places.of(f"{year}/region:{above}", place, above)
    return places.of(f"{year}/own:{region}", place, 0), way[0]


def _alike(holders: Holders) -> tuple[Ints, Ints]:
    """Return the first row of each year, region and line that occur, and (n,) which each has."""
    _, year = occurring(holders.year)
    regions, region = occurring(holders.region)
    alike, group = occurring((year * len(regions) + region) * len(holders.lines) + holders.line)
    firsts = np.zeros(len(alike), np.int64)
    firsts[group[::-1]] = np.arange(len(group))[::-1]  # of several the first stays
    return firsts, group


def _way(
    region: int, members: Collection[int], parents: Mapping[int, int], institution: int
) -> list[int]:
    """Return the regions from the member down to the holder's own."""
    way = [region]
    while way[-1] not in members:
        above = parents.get(way[-1])
        if above is None or above in way:
            raise InputError(
                "allocation.outside_union",
                zh=f"机构 {institution} 不隶属于任何成员单位。",
                en=f"Institution {institution} is affiliated to no member.",
                next_zh="请核对隶属关系和成员单位。",
                next_en="Check its affiliation and the members.",
                where={"institution_id": institution},
            )
        way.append(above)
    return way[::-1]
