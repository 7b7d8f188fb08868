"""Saying that a duty of the calendar is done, and taking that back, declared once."""

from collections.abc import Sequence
from datetime import date

from pydantic import BaseModel

from actions.declared import About, Action, Effect, Opposite
from actions.fields import Acting, Option, Words, field, plain
from actions.kinds import Line, Month
from actions.registry.things import INSTITUTION
from actions.rights import Right
from metering.errors import ConflictError
from storage.accounts import duties
from storage.registry.institutions import Institution


class DutySaid(BaseModel):
    """A duty of a period, and whether it is said to be done."""

    duty: str
    period: date
    done: bool


def every_duty(at: Acting) -> Sequence[Option]:
    """Return the duties of the calendar."""
    found = duties.calendar(at.connection, at.today)
    return [Option(one.code, Words(one.name_zh, one.name_en)) for one in found]


def _duty() -> str:
    chosen: str = field(zh="事项", en="Duty", choices=every_duty, examples=["plan"])
    return chosen


def _period() -> date:
    first: date = field(
        zh="所属期首月",
        en="First month of the period",
        hint=("年度事项填 1 月,季度事项填季度首月", "January for a year, the first of a quarter"),
        examples=["2016-01"],
    )
    return first


def _called(at: Acting, code: str) -> Words:
    return next((one.words for one in every_duty(at) if one.value == code), plain(code))


class DoDuty(Action[Institution, DutySaid]):
    """Say that an institution has done what the calendar asks of it for a period."""

    about = About(
        code="duty.done",
        on=INSTITUTION,
        right=Right.KEEP_ACCOUNTS,
        path="/institutions/{on}/duties",
        tag="duties",
        zh="登记已办事项",
        en="Say that a duty is done",
        done=("已登记。", "Recorded."),
    )

    duty: Line = _duty()
    period: Month = _period()
    note: Line = field(
        zh="说明", en="Note", hint=("文号或报送情况", "The paper, or how it went out"),
        examples=["院办〔2016〕3 号"],
    )  # fmt: skip

    def check(self, on: Institution, at: Acting) -> None:
        """Refuse what was said already."""
        if duties.said(at.connection, on.institution_id, self.duty, self.period) is not None:
            raise ConflictError(
                "duty.done_already",
                zh="该事项已登记。",
                en="It is on record as done.",
                next_zh="需更改的,先撤回(duty.withdraw)。",
                next_en="To change it, take it back first: duty.withdraw.",
                where={"field": "duty", "value": self.duty},
            )

    def foresee(self, on: Institution, at: Acting) -> list[Effect]:
        """Return what would stand as done."""
        return [Effect("duty", _called(at, self.duty), None, plain(f"{self.period:%Y-%m}"))]

    def do(self, on: Institution, at: Acting) -> DutySaid:
        """Write it down."""
        said = (on.institution_id, self.duty, self.period, self.note, at.actor)
        duties.done(at.connection, *said)
        return DutySaid(duty=self.duty, period=self.period, done=True)

    def opposite(self, on: Institution, result: DutySaid) -> Opposite:
        """Return taking it back."""
        return Opposite(WithdrawDuty(duty=self.duty, period=self.period), on.institution_id)


class WithdrawDuty(Action[Institution, DutySaid]):
    """Take back that a duty was done; what was said stays on record."""

    about = About(
        code="duty.withdraw",
        on=INSTITUTION,
        right=Right.KEEP_ACCOUNTS,
        path="/institutions/{on}/duties/withdrawal",
        tag="duties",
        zh="撤回已办事项",
        en="Take back that a duty is done",
        done=("已撤回。", "Taken back."),
    )

    duty: Line = _duty()
    period: Month = _period()

    def check(self, on: Institution, at: Acting) -> None:
        """Refuse what nobody said."""
        if duties.said(at.connection, on.institution_id, self.duty, self.period) is None:
            raise ConflictError(
                "duty.not_said",
                zh="该事项没有登记为已办。",
                en="Nobody said that it is done.",
                next_zh="请核对事项和所属期。",
                next_en="Check the duty and its period.",
                where={"field": "duty", "value": self.duty},
            )

    def foresee(self, on: Institution, at: Acting) -> list[Effect]:
        """Return what would stand as done no longer."""
        return [Effect("duty", _called(at, self.duty), plain(f"{self.period:%Y-%m}"), None)]

    def do(self, on: Institution, at: Acting) -> DutySaid:
        """Take it back."""
        duties.retire(at.connection, on.institution_id, self.duty, self.period)
        return DutySaid(duty=self.duty, period=self.period, done=False)
