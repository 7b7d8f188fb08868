"""Founding a union and asking regions into it, declared once each: both bind nobody."""

from typing import Annotated, Any

from pydantic import BaseModel, Field

from actions.compact.things import PREPARED
from actions.compact.unions import checked_members, checked_union, refuse_nested
from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field, plain
from actions.kinds import Id, Line
from actions.rights import Right
from actions.things import every_region, member_regions
from compact.unions import Level, Member, Union
from metering.errors import InputError
from storage.compact import memberships, unions
from storage.compact.unions import UnionRow

Regions = Annotated[list[Id], Field(min_length=1, max_length=500)]


class UnionFounded(BaseModel):
    """The union that was founded."""

    id: int = Field(description="Permanent.")


class MembersProposed(BaseModel):
    """Who was asked in; each answers by a deed of its own."""

    union_id: int
    regions: list[int]


def source_field() -> Any:
    """Return the field of what a deed rests on."""
    return field(
        zh="依据",
        en="Source",
        hint=("文件名称、会议纪要或文号", "Document, minutes or number"),
        examples=["Minutes of 2026-03-01"],
    )


class FoundUnion(Action[None, UnionFounded]):
    """Found a union by proposing who is to be in it; each joins by an act of its own.

    Nobody is a member before that: not even the regions of whoever founds it.
    """

    about = About(
        code="union.make",
        right=Right.PLAN,
        path="/unions",
        tag="unions and targets",
        zh="发起组建区域联合体",
        en="Found a union",
        done=(
            "区域联合体已发起,待各成员单位答复。",
            "The union has been founded; each member is to answer.",
        ),
    )

    name_zh: Line = field(zh="中文名称", en="Chinese name", examples=["演示联合体"])
    name_en: Line = field(zh="英文名称", en="English name", examples=["Demo union"])
    members: Regions = field(
        zh="拟邀成员单位",
        en="Proposed members",
        hint=(
            "成员之间互不包含;各自答复后才加入",
            "No member lies within another; each answers itself",
        ),
        choices=member_regions,
        examples=[[3, 4]],
    )
    capital: Id | None = field(
        zh="其中的省会(首府)城市",
        en="The capital among them",
        hint=("仅“省会与周边城市”的联合体填写", "Only in a union of a capital and cities"),
        choices=member_regions,
        default=None,
    )
    guide: Id | None = field(
        zh="指导机关所在行政区划",
        en="Guided by the authority of",
        hint=(
            "指导机关可查看联合体结果并提出意见;不填即由成员自行组织",
            "It sees the union's results and comments; left open: by its members alone",
        ),
        choices=every_region,
        default=None,
    )
    source: Line = source_field()

    def check(self, on: None, at: Acting) -> None:
        """Refuse members that make no union, a capital that is none, and a guide from within."""
        union = self._union(at)
        if self.guide in {one.region for one in union.members}:
            raise _guide_within(self.guide)

    def foresee(self, on: None, at: Acting) -> list[Effect]:
        """Return the union that there would be, and that nobody is in it yet."""
        union = self._union(at)
        new = Words("新联合体", "New union")
        return [
            Effect("union", new, None, Words(union.name_zh, union.name_en)),
            proposed(len(union.members)),
        ]

    def do(self, on: None, at: Acting) -> UnionFounded:
        """Found it, and ask everybody in."""
        union = self._union(at)
        made = unions.add(at.connection, union, at.actor, self.guide)
        how: dict[str, Any] = {"day": at.today, "source": self.source, "by": at.actor}
        memberships.propose(at.connection, made, union.members, **how)
        at.told["union"] = made
        return UnionFounded(id=made)

    @classmethod
    def where_to(cls, on: None, result: UnionFounded) -> str:
        """Return the union's page."""
        return f"/unions/{result.id}"

    def _union(self, at: Acting) -> Union:
        union = checked_union(at.connection, self.name_zh, self.name_en, self.members)
        if self.capital is None:
            return union
        if Member(self.capital, Level.CITY) not in union.members:
            raise _no_capital(self.capital)
        return Union(union.name_zh, union.name_en, tuple(map(self._placed, union.members)))

    def _placed(self, one: Member) -> Member:
        return Member(one.region, Level.CAPITAL) if one.region == self.capital else one


class ProposeMembers(Action[UnionRow, MembersProposed]):
    """Ask more regions into a union, or again after they declined or left."""

    about = About(
        code="union.propose",
        on=PREPARED,
        right=Right.PLAN,
        path="/unions/{on}/proposals",
        tag="unions and targets",
        zh="邀请成员单位",
        en="Propose members",
        done=("已发出邀请,待其答复。", "Proposed; each is to answer."),
    )

    members: Regions = field(
        zh="拟邀成员单位",
        en="Proposed members",
        choices=member_regions,
        examples=[[5]],
    )
    source: Line = source_field()

    def check(self, on: UnionRow, at: Acting) -> None:
        """Refuse who sits in it or has been asked, and whoever lies within a member."""
        seats = {one.region_id: one for one in memberships.listed(at.connection, on.union_id)}
        for region in self.members:
            if region in seats:
                seats[region].seat.propose(at.today)
        there = [one.region_id for one in seats.values() if one.sits or one.state == "proposed"]
        members = checked_members(at.connection, [*self.members, *there])
        refuse_nested(at.connection, Union(on.name_zh, on.name_en, members))

    def foresee(self, on: UnionRow, at: Acting) -> list[Effect]:
        """Return how many are asked in."""
        return [proposed(len(self.members))]

    def do(self, on: UnionRow, at: Acting) -> MembersProposed:
        """Ask them in."""
        members = checked_members(at.connection, self.members)
        how: dict[str, Any] = {"day": at.today, "source": self.source, "by": at.actor}
        memberships.propose(at.connection, on.union_id, members, **how)
        return MembersProposed(union_id=on.union_id, regions=self.members)


def proposed(many: int) -> Effect:
    """Return how many are asked, and that none is in by that."""
    return Effect(
        "members", Words("待答复的成员单位", "Members that are to answer"), None, plain(str(many))
    )


def _no_capital(region: int) -> InputError:
    return InputError(
        "union.no_capital",
        zh=f"行政区划 {region} 不是拟邀的城市成员。",
        en=f"Region {region} is no city among the proposed members.",
        next_zh="省会(首府)须是拟邀成员中的一个城市。",
        next_en="The capital is one of the cities that are proposed.",
        where={"field": "capital", "value": region},
    )


def _guide_within(region: int | None) -> InputError:
    return InputError(
        "union.guide_within",
        zh="指导机关不能是成员单位。",
        en="A member does not guide its own union.",
        next_zh="请选择上级机关所在的行政区划,或不填。",
        next_en="Name the region of an authority above, or leave it open.",
        where={"field": "guide", "value": region},
    )
