"""Estimating a month of an account that no meter knows enough of, and taking it back."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import BaseModel, Field

from actions.accounts.profiles import known_profile
from actions.declared import BY_MISTAKE, About, Action, Effect, Opposite
from actions.fields import Acting, Words, field, plain
from actions.figures import in_units
from actions.kinds import Amount, Line, Month
from actions.registry.things import INSTITUTION, every_carrier
from actions.rights import Right
from compact.bases import like_days_quanta, month_span
from metering.errors import ConflictError, InputError, InsufficientDataError
from metering.units import MOST_QUANTA
from storage.accounts import closing
from storage.registry import regions
from storage.registry.institutions import Institution

_STEPS: Final = {"year_before": -1, "year_after": 1}


class Instead(StrEnum):
    """What is put in the place of a month."""

    YEAR_BEFORE = "year_before"
    YEAR_AFTER = "year_after"
    LIKE_DAYS = "like_days"
    BILL = "bill"


WAYS: Final = {
    Instead.YEAR_BEFORE.value: Words("上年同月", "the month of the year before"),
    Instead.YEAR_AFTER.value: Words("下年同月", "the month of the year after"),
    Instead.LIKE_DAYS.value: Words("同类日均值", "the mean of like days"),
    Instead.BILL.value: Words("账单", "a bill"),
}


class AccountEstimated(BaseModel):
    """What stands in the account beside its meter."""

    institution_id: int
    carrier: str
    month: str
    used: str | None = Field(description="In the carrier's unit; null where it was taken back.")


def carrier_field() -> Any:
    """Return the field of the carrier."""
    return field(zh="能源品种", en="Carrier", choices=every_carrier, examples=["electricity"])


def why_field() -> Any:
    """Return the field that asks why."""
    return field(zh="理由", en="Reason", examples=["the meter was out of order; bill of the grid"])


class EstimateAccount(Action[Institution, AccountEstimated]):
    """Put another year's month, the mean of like days or a bill in the place of a month.

    It stands in the account as a source of its own, and counts where the meter knows too little.
    """

    about = About(
        code="account.estimate",
        on=INSTITUTION,
        right=Right.KEEP_ACCOUNTS,
        path="/institutions/{on}/estimates",
        tag="accounts",
        zh="估算台账某月",
        en="Estimate a month of an account",
        done=("已估算。", "Estimated."),
    )

    carrier: Annotated[str, Field(max_length=64)] = carrier_field()
    month: Month = field(zh="月份", en="Month", examples=["2015-03"])
    how: Instead = field(
        zh="以何代替", en="What is put in its place", names=WAYS, examples=["bill"]
    )
    amount: Amount | None = field(
        zh="账单数量",
        en="Amount of the bill",
        hint=("按该品种的计量单位", "In the carrier's unit"),
        when=("how", "bill"),
        examples=["480.5"],
    )
    reason: Line = why_field()

    def check(self, on: Institution, at: Acting) -> None:
        """Refuse a month that is not over or is measured, and what nothing is known of."""
        self._quanta(on, at)

    def foresee(self, on: Institution, at: Acting) -> list[Effect]:
        """Return what was estimated of the month before, and would be now."""
        before = closing.estimated(at.connection, self._place(on))
        held = None if before is None or before.quanta is None else before.quanta
        return [_of_month(at, self.carrier, self.month, (held, self._quanta(on, at)))]

    def do(self, on: Institution, at: Acting) -> AccountEstimated:
        """Keep it; the account has it at once."""
        quanta = self._quanta(on, at)
        said = self.how.value, quanta, self.reason
        closing.estimate(at.connection, self._place(on), said, at.actor)
        at.told["quanta"] = quanta
        return _shown(at, self._place(on), quanta)

    def opposite(self, on: Institution, result: AccountEstimated) -> Opposite:
        """Take it back."""
        back = {"carrier": self.carrier, "month": self.month, "reason": BY_MISTAKE.both}
        return Opposite(WithdrawEstimate.model_validate(back), on.institution_id)

    def _place(self, on: Institution) -> tuple[int, str, date]:
        return on.institution_id, self.carrier, self.month.replace(day=1)

    def _quanta(self, on: Institution, at: Acting) -> int:
        month = (place := self._place(on))[2]
        if month_span((month.year, month.month))[1] > at.today:
            raise _not_over(month)
        if (counts := _counts(at, place)) and counts[0] == "meter":
            raise _measured(place)
        found = self._found(place, at)
        if found is None:
            raise _nothing_like_it(place, self.how)
        if not 0 <= found <= MOST_QUANTA:
            raise _no_amount(found)
        return found

    def _found(self, place: tuple[int, str, date], at: Acting) -> int | None:
        """Return the figure that it comes to, None where nothing is known. [quanta]"""
        who, carrier, month = place
        if self.how in _STEPS:
            beside = month.replace(year=month.year + _STEPS[self.how])
            counts = _counts(at, (who, carrier, beside))
            return None if counts is None else counts[1]
        if self.how is Instead.LIKE_DAYS:
            span = month_span((month.year, month.month), beside=1)
            known = closing.days(at.connection, who, carrier, span)
            return like_days_quanta(known, (month.year, month.month))
        assert self.amount is not None  # asked for with a bill
        quanta = self.amount * _per_unit(at, carrier)[0]
        return int(quanta.to_integral_value()) if quanta.is_finite() else None


class WithdrawEstimate(Action[Institution, AccountEstimated]):
    """Take back what was estimated of a month of an account."""

    about = About(
        code="account.withdraw_estimate",
        on=INSTITUTION,
        right=Right.KEEP_ACCOUNTS,
        path="/institutions/{on}/estimates/withdraw",
        tag="accounts",
        zh="撤回台账估算",
        en="Take an estimate back",
        done=("估算已撤回。", "The estimate is taken back."),
    )

    carrier: Annotated[str, Field(max_length=64)] = carrier_field()
    month: Month = field(zh="月份", en="Month", examples=["2015-03"])
    reason: Line = why_field()

    def check(self, on: Institution, at: Acting) -> None:
        """Refuse where nothing is estimated."""
        self._held(on, at)

    def foresee(self, on: Institution, at: Acting) -> list[Effect]:
        """Return what goes."""
        return [_of_month(at, self.carrier, self.month, (self._held(on, at), None))]

    def do(self, on: Institution, at: Acting) -> AccountEstimated:
        """Take it back; what was said stays on record."""
        said = "withdrawn", None, self.reason
        closing.estimate(at.connection, self._place(on), said, at.actor)
        return _shown(at, self._place(on), None)

    def _place(self, on: Institution) -> tuple[int, str, date]:
        return on.institution_id, self.carrier, self.month.replace(day=1)

    def _held(self, on: Institution, at: Acting) -> int:
        found = closing.estimated(at.connection, self._place(on))
        if found is None or found.quanta is None:
            raise ConflictError(
                "estimate.none",
                zh=f"{self.month:%Y-%m} 的 {self.carrier} 没有估算。",
                en=f"Nothing is estimated of {self.carrier} in {self.month:%Y-%m}.",
                next_zh="请核对品种和月份。",
                next_en="Look at the carrier and the month again.",
                where={"field": "month", "carrier": self.carrier},
            )
        return found.quanta


def _counts(at: Acting, place: tuple[int, str, date]) -> tuple[str, int] | None:
    return closing.known(at.connection, place, known_profile(at.connection, None))


def _per_unit(at: Acting, carrier: str) -> tuple[int, str]:
    """Return the quanta of a carrier's unit, and the unit."""
    return next(
        (one.per_unit, one.unit) for one in regions.carriers(at.connection) if one.code == carrier
    )


def _of_month(
    at: Acting, carrier: str, month: date, quanta: tuple[int | None, int | None]
) -> Effect:
    per_unit, unit = _per_unit(at, carrier)
    name = next(one.words for one in every_carrier(at) if one.value == carrier)
    words = Words(f"{month:%Y-%m} {name.zh}", f"{month:%Y-%m} {name.en}")
    before, after = (
        None if one is None else plain(f"{in_units(one, per_unit)} {unit}") for one in quanta
    )
    where = {"carrier": carrier, "month": f"{month:%Y-%m}", "quanta": quanta[1]}
    return Effect("month", words, before, after, where)


def _shown(at: Acting, place: tuple[int, str, date], quanta: int | None) -> AccountEstimated:
    who, carrier, month = place
    used = in_units(quanta, _per_unit(at, carrier)[0])
    return AccountEstimated(institution_id=who, carrier=carrier, month=f"{month:%Y-%m}", used=used)


def _not_over(month: date) -> ConflictError:
    return ConflictError(
        "estimate.not_over",
        zh=f"{month:%Y-%m} 尚未结束,不能估算。",
        en=f"{month:%Y-%m} is not over: it cannot be estimated.",
        next_zh="请待该月结束后办理。",
        next_en="Estimate it when the month is over.",
        where={"field": "month", "value": f"{month:%Y-%m}"},
    )


def _measured(place: tuple[int, str, date]) -> ConflictError:
    _, carrier, month = place
    return ConflictError(
        "estimate.measured",
        zh=f"{month:%Y-%m} 的 {carrier} 计量已足够,估算不会计入。",
        en=f"Enough of {carrier} is measured in {month:%Y-%m}: an estimate would not count.",
        next_zh="读数有误的,请更正读数。",
        next_en="Where readings are wrong, correct them.",
        where={"field": "month", "carrier": carrier},
    )


def _nothing_like_it(place: tuple[int, str, date], how: Instead) -> InsufficientDataError:
    _, carrier, month = place
    way = WAYS[how.value]
    return InsufficientDataError(
        "estimate.nothing_like_it",
        zh=f"{month:%Y-%m} 的 {carrier} 没有可用的{way.zh}。",
        en=f"For {carrier} in {month:%Y-%m} there is no {way.en.removeprefix('the ')}.",
        next_zh="请改用另一年同月、同类日均值或账单。",
        next_en="Take the other year, like days, or a bill.",
        where={"field": "how", "carrier": carrier, "month": f"{month:%Y-%m}"},
    )


def _no_amount(quanta: int) -> InputError:
    return InputError(
        "estimate.no_amount",
        zh="数量过大或为负。",
        en="The amount is too large, or negative.",
        next_zh="请核对账单数量和单位。",
        next_en="Look at the bill's amount and unit again.",
        where={"field": "amount", "quanta": str(quanta)},
    )
