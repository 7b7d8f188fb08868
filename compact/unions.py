"""Unions and their members, and the agreement that they act under."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from metering.errors import ConflictError, InputError


class Level(StrEnum):
    """What kind of region a member is."""

    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"


class Grade(StrEnum):
    """Who signed: departments without money, departments, or governments."""

    MEMORANDUM = "memorandum"
    DEPARTMENTS = "departments"
    GOVERNMENTS = "governments"


class State(StrEnum):
    """How far an agreement is."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    IN_FORCE = "in_force"
    ENDED = "ended"


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


@dataclass(frozen=True, slots=True)
class Agreement:
    """The terms that members of a union have put, or are putting, their names to."""

    grade: Grade
    members: frozenset[int]
    signed_by: frozenset[int] = frozenset()
    state: State = State.DRAFT

    def propose(self) -> "Agreement":
        """Return it laid before the members."""
        if self.state is not State.DRAFT:
            raise _not_now("proposed", self.state)
        return replace(self, state=State.PROPOSED)

    def sign(self, member: int) -> "Agreement":
        """Return it with one more signature; the last one brings it into force."""
        if self.state is not State.PROPOSED or member not in self.members - self.signed_by:
            raise _not_now(f"signed by {member}", self.state)
        signed_by = self.signed_by | {member}
        state = State.IN_FORCE if signed_by == self.members else State.PROPOSED
        return replace(self, signed_by=signed_by, state=state)

    def end(self) -> "Agreement":
        """Return it as one that holds no more."""
        if self.state is not State.IN_FORCE:
            raise _not_now("ended", self.state)
        return replace(self, state=State.ENDED)

    def must_hold(self) -> None:
        """Refuse what only an agreement in force allows."""
        if self.state is not State.IN_FORCE:
            raise _not_now("acted under", self.state)


def signed_on_paper(grade: Grade, union: Union) -> Agreement:
    """Return an agreement that all members have signed outside this system."""
    agreement = Agreement(grade, frozenset(one.region for one in union.members)).propose()
    for one in union.members:
        agreement = agreement.sign(one.region)
    return agreement


def _not_now(what: str, state: State) -> ConflictError:
    return ConflictError(
        "agreement.not_now",
        zh=f"协议处于“{state.value}”状态,不能进行此操作。",
        en=f"An agreement that is {state.value} cannot be {what}.",
        next_zh="请先查看协议的签署情况。",
        next_en="Look at who has signed it.",
        where={"state": state.value},
    )
