"""The levels of a cascade: years, regions with their own level, department lines."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from analytics.cascade import ROOT
from compact.methods import Holder
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
    holders: Sequence[Holder], members: Collection[int], parents: Mapping[int, int]
) -> tuple[Places, list[int], list[int]]:
    """Return the nodes, and for each holder its department line's place and its member.

    members: regions. parents: of each region below them.
    """
    places = Places([], [], [], {})
    for year in sorted({one.year for one in holders}):
        places.of(str(year), ROOT, year)
    ranks = {code: i for i, code in enumerate(sorted({one.line for one in holders}), 1)}
    lines, within = [], []
    for holder in holders:
        place = places.known[str(holder.year)]
        way = _way(holder, members, parents)
        for region in way:
            place = places.of(f"{holder.year}/region:{region}", place, region)
        place = places.of(f"{holder.year}/own:{holder.region}", place, 0)
        key = f"{holder.year}/own:{holder.region}/line:{holder.line}"
        lines.append(places.of(key, place, ranks[holder.line]))
        within.append(way[0])
    return places, lines, within


def _way(holder: Holder, members: Collection[int], parents: Mapping[int, int]) -> list[int]:
    """Return the regions from the member down to the holder's own."""
    way = [holder.region]
    while way[-1] not in members:
        above = parents.get(way[-1])
        if above is None or above in way:
            raise InputError(
                "allocation.outside_union",
                zh=f"机构 {holder.institution} 不隶属于任何成员单位。",
                en=f"Institution {holder.institution} is affiliated to no member.",
                next_zh="请核对隶属关系和成员单位。",
                next_en="Check its affiliation and the members.",
                where={"institution_id": holder.institution},
            )
        way.append(above)
    return way[::-1]
