"""Whether a union's runs are issued by another person than who asks for it, declared once."""

from pydantic import BaseModel

from actions.compact.things import UNION
from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field, plain
from actions.kinds import Line
from actions.rights import Right
from metering.errors import ConflictError
from storage.compact import requests
from storage.compact.unions import UnionRow

_LEAST = 2


class SecondPersonStated(BaseModel):
    """What holds for the issues of a union from now on."""

    needed: bool


class StateSecondPerson(Action[UnionRow, SecondPersonStated]):
    """Say whether another person than who asks must issue the runs of this union.

    Until an administrator says so it is not needed, for a union may have one planner.
    """

    about = About(
        code="union.second_person",
        on=UNION,
        right=Right.ADMINISTER,  # whoever issues does not decide who looks over it
        path="/unions/{on}/second-person",
        tag="unions and targets",
        zh="规定下达须由另一人确认",
        en="Say whether a second person issues",
        done=("已记录。", "Recorded."),
        log_in_again=True,
    )

    needed: bool = field(
        zh="下达用能指标须先由一人提请、再由另一人确认",
        en="One person asks for the issue, another confirms it",
        hint=(
            "同一人的几个账号算一人;至少须有两人可为该联合体规划",
            "Several log-ins of one person are one; at least two people must plan for the union",
        ),
        default=False,
    )
    reason: Line = field(
        zh="依据",
        en="Source",
        hint=("协议、会议纪要或文号", "Agreement, minutes or number"),
        examples=["Joint conference of 2026-03-01"],
    )

    @classmethod
    def given(cls, on: UnionRow, at: Acting) -> dict[str, bool]:
        """Return what holds now."""
        return {"needed": requests.needed(at.connection, on.union_id)}

    def check(self, on: UnionRow, at: Acting) -> None:
        """Refuse to ask for two people where there are not two."""
        if self.needed and requests.planners(at.connection, on.union_id) < _LEAST:
            raise ConflictError(
                "union.one_planner",
                zh="可为该联合体规划的不足两人,要求另一人确认后将无人能够下达。",
                en="Fewer than two people plan for this union: nobody could issue any more.",
                next_zh="请先为另一人授权(规划人员,范围为该联合体)。",
                next_en="Give another person a planner's grant for this union first.",
                where={"union_id": on.union_id},
            )

    def foresee(self, on: UnionRow, at: Acting) -> list[Effect]:
        """Return what holds now and would, and how many people there are for it."""
        before = requests.needed(at.connection, on.union_id)
        count = plain(str(requests.planners(at.connection, on.union_id)))
        issues = Words("下达用能指标", "Issuing quotas")
        return [
            Effect("issue", issues, _WAYS[before], _WAYS[self.needed]),
            Effect("planners", Words("可为其规划的人数", "People who plan for it"), None, count),
        ]

    def do(self, on: UnionRow, at: Acting) -> SecondPersonStated:
        """Keep it; what was said before stays on record."""
        requests.state(at.connection, on.union_id, self.reason, at.actor, needed=self.needed)
        return SecondPersonStated(needed=self.needed)


_WAYS = {
    False: Words("一人即可办理", "one person does it"),
    True: Words("一人提请,另一人确认", "one person asks, another confirms"),
}
