"""Asking a member for something by a day, under a union's plan."""

from typing import Any

from pydantic import BaseModel

from actions.compact.commitment_things import asked_members, member_region
from actions.compact.things import UNION
from actions.compact.withdraw_commitment import WithdrawCommitment
from actions.declared import BY_MISTAKE, About, Action, Effect, Opposite
from actions.fields import Acting, Words, field, plain
from actions.kinds import Day, Line, Text
from actions.rights import Right
from metering.errors import InputError
from storage.compact import commitments
from storage.compact.commitments import Which
from storage.compact.unions import UnionRow


class CommitmentAssigned(BaseModel):
    """What was asked, and of which region."""

    commitment_id: int
    region_id: int


class AssignCommitment(Action[UnionRow, CommitmentAssigned]):
    """Ask a member of the union for something by a day, as the plan that all agreed on says.

    A file takes the whole of a plan, a row each.
    """

    about = About(
        code="commitment.assign",
        on=UNION,
        right=Right.PLAN,
        path="/unions/{on}/commitments",
        tag="commitments",
        zh="分派任务",
        en="Assign a commitment",
        done=("任务已分派,成员可见。", "Assigned; the member reads it."),
    )

    number: Line = field(zh="任务序号", en="Number in the plan", examples=["1.2"])
    title: Text = field(
        zh="任务内容", en="What is to be done", examples=["Publish the common list of retrofits"]
    )
    member: Line = field(
        zh="责任成员", en="Member", choices=asked_members, examples=["120000"],
        hint=("行政区划代码", "Code of its region"),
    )  # fmt: skip
    body: Line | None = field(
        zh="责任部门", en="Department of the member", default=None, examples=["节能处"]
    )
    due: Day = field(zh="完成时限", en="Due", examples=["2026-12-31"])
    evidence: Line | None = field(
        zh="成果形式", en="What is to be shown", default=None, examples=["The list as adopted"]
    )
    source: Line = field(
        zh="依据", en="Plan", examples=["三年行动计划(2026—2028年)"],
        hint=("计划或方案的名称、文号", "Name and number of the plan"),
    )  # fmt: skip

    def check(self, on: UnionRow, at: Acting) -> None:
        """Refuse a region that is no member of this union."""
        self._region(on, at)

    def foresee(self, on: UnionRow, at: Acting) -> list[Effect]:
        """Return what is asked, and how many others the member has in hand."""
        region = self._region(on, at)
        found = commitments.listed(at.connection, Which(on.union_id, region), most=10_000)
        many = sum(one.state in ("open", "under_way") for one in found)
        late = self.due < at.today
        return [
            Effect(
                "commitment",
                Words("任务", "Commitment"),
                None,
                plain(f"{self.number} {self.title[:60]}"),
            ),
            Effect("due", Words("完成时限", "Due"), None, plain(self.due.isoformat()), warns=late),
            Effect(
                "open",
                Words("该成员在办任务数", "Open ones of this member"),
                plain(str(many)),
                plain(str(many + 1)),
            ),
        ]

    def do(self, on: UnionRow, at: Acting) -> CommitmentAssigned:
        """Keep it."""
        region = self._region(on, at)
        fields: dict[str, Any] = self.model_dump(exclude={"member"})
        fields |= {"union": on.union_id, "region": region}
        made = commitments.add(at.connection, fields, at.actor)
        return CommitmentAssigned(commitment_id=made, region_id=region)

    @classmethod
    def where_to(cls, on: UnionRow, result: CommitmentAssigned) -> str:
        """Return the commitment's page."""
        return f"/commitments/{result.commitment_id}"

    def opposite(self, on: UnionRow, result: CommitmentAssigned) -> Opposite | None:
        """Return its withdrawal."""
        return Opposite(WithdrawCommitment(reason=BY_MISTAKE.both), result.commitment_id)

    def _region(self, on: UnionRow, at: Acting) -> int:
        region = member_region(at, on.union_id, self.member)
        if region is None:
            raise InputError(
                "commitment.no_member",
                zh=f"“{self.member}”不是该联合体的成员单位。",
                en=f"{self.member} is no member of this union.",
                next_zh="请从该联合体的成员单位中选择。",
                next_en="Choose one of its members.",
                where={"field": "member", "value": self.member},
            )
        return region
