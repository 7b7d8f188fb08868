"""How much of its time must be measured for a month to be known in a union, declared once."""

from typing import Annotated, Final

from pydantic import BaseModel, Field

from actions.compact.bases import count_odd
from actions.compact.things import UNION
from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field, plain
from actions.kinds import Amount, Line
from actions.rights import Right
from storage.compact import bases, targets
from storage.compact.unions import UnionRow

_PERMILLE: Final = 10  # of a percent
Percent = Annotated[Amount, Field(gt=0, le=100, decimal_places=1)]


class EnoughRecorded(BaseModel):
    """What makes a month of a union known from now on."""

    permille: int = Field(description="Thousandths of the expected time.")


class SayEnough(Action[UnionRow, EnoughRecorded]):
    """Say how much of the expected time makes a month of this union known; 90 % until then."""

    about = About(
        code="union.enough",
        on=UNION,
        right=Right.PLAN,
        path="/unions/{on}/enough",
        tag="unions and targets",
        zh="规定多少计量才算已知",
        en="Say how much must be measured",
        done=("已记录;基期和进度据此计算。", "Recorded; bases and progress go by it."),
    )

    percent: Percent = field(
        zh="一个月至少计量的时间",
        en="Share of a month's time",
        hint=(
            "低于此比例的月份不作基期,也不与路径比较",
            "A month of which less was measured is no base, and is not compared with the path",
        ),
        unit="%",
        examples=["90"],
    )
    reason: Line = field(
        zh="理由",
        en="Reason",
        hint=("由谁商定,哪份文件", "Who agreed on it, in which paper"),
        examples=["Joint conference of 2026-03-01"],
    )

    def foresee(self, on: UnionRow, at: Acting) -> list[Effect]:
        """Return the share, and how many bases of the newest target would be odd."""
        known = targets.listed(at.connection, on.union_id)
        kept = known[-1] if known else None
        before = bases.enough(at.connection, on.union_id)
        odd = count_odd(at.connection, kept)
        self.do(on, at)
        now = count_odd(at.connection, kept)
        share = Words("一个月至少计量的时间", "Share of a month's time")
        many = Words("有异常的基期", "Odd bases")
        return [
            Effect("enough", share, _percent(before), _percent(self._permille())),
            Effect("odd", many, plain(str(odd)), plain(str(now))),
        ]

    def do(self, on: UnionRow, at: Acting) -> EnoughRecorded:
        """Keep it; what was said before stays on record."""
        bases.set_enough(at.connection, on.union_id, self._permille(), self.reason, at.actor)
        return EnoughRecorded(permille=self._permille())

    def _permille(self) -> int:
        return int(self.percent * _PERMILLE)


def _percent(permille: int) -> Words:
    return plain(f"{permille / _PERMILLE:g} %")
