"""Unions and their members."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from metering.errors import InputError


class Level(StrEnum):
    """What kind of region a member is."""

    PROVINCE = "province"
    CITY = "city"
    CAPITAL = "capital"  # a city with which others of its province act together
    COUNTY = "county"


@dataclass(frozen=True, slots=True)
class Member:
    """A region in a union, by its permanent id."""

    region: int
    level: Level


@dataclass(frozen=True, slots=True)
class Union:
    """Regions that act together; none lies within another, so nothing is counted twice.

    A region that sets a target for itself alone is a union of one.
    """

    name_zh: str
    name_en: str
    members: tuple[Member, ...]

    def __post_init__(self) -> None:
        if not self.name_zh.strip() or not self.name_en.strip():
            raise InputError(
                "union.no_name",
                zh="区域联合体须有中文名和英文名。",
                en="A union has a Chinese and an English name.",
                next_zh="请补充名称。",
                next_en="Add the missing name.",
                where={"field": "name"},
            )
        if len({one.region for one in self.members}) < max(1, len(self.members)):
            raise InputError(
                "union.members",
                zh="区域联合体须有成员单位,且不得重复。",
                en="A union has members, and no region twice.",
                next_zh="请核对成员单位。",
                next_en="Check the list of members.",
                where={"field": "members"},
            )

    def refuse_nested(self, parents: Mapping[int, int | None]) -> None:
        """Refuse members of which one lies within another.

        parents: of every region that matters, up to the nation.
        """
        regions = {one.region for one in self.members}
        for one in sorted(regions):
            above = parents.get(one)
            while above is not None and above not in regions:
                above = parents.get(above)
            if above is not None:
                raise InputError(
                    "union.nested_members",
                    zh=f"成员单位 {one} 位于成员单位 {above} 之内,会重复计算。",
                    en=f"Member {one} lies within member {above} and would count twice.",
                    next_zh="请只保留其中之一。",
                    next_en="Keep only one of them.",
                    where={"field": "members", "regions": [one, above]},
                )
