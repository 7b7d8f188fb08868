"""How holders stand at a deadline, kept once: nothing that comes later moves it."""

from itertools import chain

from pydantic import BaseModel, Field

from actions.compact.book_words import COVERS
from actions.compact.covers import stood_of
from actions.compact.things import UNION
from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field, plain
from actions.kinds import Day
from actions.rights import Right
from compact.indicators import SHARED
from metering.errors import ConflictError, InputError
from storage.compact import covers
from storage.compact.covers import HolderRow
from storage.compact.unions import UnionRow


class CoverFrozen(BaseModel):
    """How many holders were frozen at a deadline, by status."""

    deadline: str
    holders: int = Field(description="Of each indicator, together.")
    statuses: dict[str, int]
    restricted: int = Field(
        description="Accounts out of which nothing moves until their use is covered."
    )


class FreezeCover(Action[UnionRow, CoverFrozen]):
    """Keep how every holder stands at a deadline: what is amended later moves only the live one.

    Out of the account of who is short then, or without a year's figure, nothing moves until its use
    is covered; that follows, and is lifted, by itself.
    """

    about = About(
        code="cover.freeze",
        on=UNION,
        right=Right.PLAN,
        path="/unions/{on}/cover/deadlines",
        tag="books",
        zh="固定核销状态",
        en="Freeze the cover at a deadline",
        done=("核销状态已固定。", "The statuses are frozen."),
    )

    deadline: Day = field(zh="截止日期", en="Deadline", examples=["2027-06-30"])

    def check(self, on: UnionRow, at: Acting) -> None:
        """Refuse a day to come, one that is frozen already, and a union without holders."""
        if self.deadline > at.today:
            raise _not_yet(self.deadline.isoformat())
        if covers.is_frozen(at.connection, on.union_id, self.deadline):
            raise _frozen_already(self.deadline.isoformat())
        if not _holders(on, at):
            raise _no_holders(on.union_id)

    def foresee(self, on: UnionRow, at: Acting) -> list[Effect]:
        """Return how many holders stand how."""
        found = self.do(on, at)
        statuses = [
            Effect("status", COVERS[status], None, plain(f"{many:,}"))
            for status, many in found.statuses.items()
        ]
        if not (short := found.restricted):
            return statuses
        rest = Words("受限的账簿户", "Accounts restricted by it")
        return [*statuses, Effect("account", rest, None, plain(f"{short:,}"), warns=True)]

    def do(self, on: UnionRow, at: Acting) -> CoverFrozen:
        """Freeze them."""
        stood = {
            indicator: [stood_of(one, at) for one in rows]
            for indicator, rows in _holders(on, at).items()
        }
        for indicator, some in stood.items():
            covers.freeze(at.connection, on.union_id, indicator, self.deadline, some, at.actor)
        counts: dict[str, int] = {}
        for one in chain.from_iterable(stood.values()):
            counts[one.status] = counts.get(one.status, 0) + 1
        found = dict(sorted(counts.items()))
        return CoverFrozen(
            deadline=self.deadline.isoformat(),
            holders=sum(counts.values()),
            statuses=found,
            restricted=covers.restricted(at.connection, on.union_id, self.deadline),
        )


def _holders(on: UnionRow, at: Acting) -> dict[str, list[HolderRow]]:
    """Return who holds quota, by each indicator of which somebody does."""
    found = {one.value: covers.holders(at.connection, on.union_id, one.value) for one in SHARED}
    return {indicator: rows for indicator, rows in found.items() if rows}


def _not_yet(day: str) -> InputError:
    return InputError(
        "cover.deadline_to_come",
        zh=f"{day} 尚未到来。",
        en=f"{day} has not come yet.",
        next_zh="请在截止日期当日或之后固定。",
        next_en="Freeze the statuses on that day or later.",
        where={"field": "deadline", "value": day},
    )


def _frozen_already(day: str) -> ConflictError:
    return ConflictError(
        "cover.frozen_already",
        zh=f"{day} 的核销状态已经固定。",
        en=f"The statuses of {day} are frozen already.",
        next_zh="请查看“核销状态(已固定)”。",
        next_en="See the table of frozen statuses.",
        where={"deadline": day},
    )


def _no_holders(union: int) -> ConflictError:
    return ConflictError(
        "cover.no_holders",
        zh="该联合体还没有下达过用能指标。",
        en="No quota is issued in this union yet.",
        next_zh="请先下达指标。",
        next_en="Issue quotas first.",
        where={"union_id": union},
    )
