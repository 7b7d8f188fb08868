"""Which source of an account counts, how bills fall into months, and words on what differs."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Final

from pydantic import BaseModel, Field

from actions.accounts.amounts import account_effects
from actions.accounts.carriers import carrier_of
from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field
from actions.figures import in_words
from actions.kinds import Line, Month
from actions.registry.things import INSTITUTION, every_carrier
from actions.rights import Right
from actions.spans import month_after
from metering.errors import ConflictError
from storage.accounts import counting
from storage.accounts.counting import Sources
from storage.registry.institutions import Institution


class First(StrEnum):
    """Which source goes before the others, where several know a month whole."""

    BILL = "bill"
    METER = "meter"
    STATED = "stated"


class Spread(StrEnum):
    """How bills fall into the months of an account."""

    DAYS = "days"
    BILLED = "billed"


FIRSTS: Final = {
    First.BILL.value: Words("账单、计量、填报", "bill, meter, typed figure"),
    First.METER.value: Words("计量、账单、填报", "meter, bill, typed figure"),
    First.STATED.value: Words("账单、填报、计量", "bill, typed figure, meter"),
}
SPREADS: Final = {
    Spread.DAYS.value: Words("按天分摊到各月", "by the days of each month"),
    Spread.BILLED.value: Words("整单计入账单月份", "whole in the billing month"),
}


class RuleStated(BaseModel):
    """The rule as it holds now."""

    institution_id: int
    carrier: str
    first: First
    spread: Spread
    valid_from: str


class StateCounting(Action[Institution, RuleStated]):
    """State which source of a carrier counts from a month on, and how its bills fall into months.

    Where nobody states it a bill goes before the meter, and falls into months by its days. Curves
    are the meter's in any case.
    """

    about = About(
        code="account.counting",
        on=INSTITUTION,
        right=Right.KEEP_ACCOUNTS,
        path="/institutions/{on}/counting",
        tag="bills",
        zh="规定台账取数来源",
        en="State which source counts",
        done=("取数规则已登记。", "The rule has been recorded."),
    )

    carrier: Annotated[str, Field(max_length=64)] = field(
        zh="能源品种", en="Carrier", choices=every_carrier, examples=["electricity"]
    )
    valid_from: Month = field(zh="起始月份", en="From the month", examples=["2015-01"])
    first: First = field(zh="取数次序", en="Which goes first", names=FIRSTS, examples=["meter"])
    spread: Spread = field(
        zh="账单归月", en="Bills fall into months", names=SPREADS, examples=["days"]
    )
    source: Line = field(zh="依据", en="Source", examples=["circular of the office"])

    def foresee(self, on: Institution, at: Acting) -> list[Effect]:
        """Return the rule before and after, and the months that would count otherwise."""
        held = [
            one
            for one in counting.rules(at.connection, on.institution_id, self.carrier)
            if one.valid_from <= self._from()
            and (one.valid_to is None or self._from() < one.valid_to)
        ]
        before = _rule(held[0].first_source, held[0].spread) if held else _rule("bill", "days")
        words = Words(
            f"{self.valid_from:%Y-%m} 起的取数规则", f"Rule from {self.valid_from:%Y-%m} on"
        )
        return [
            Effect("rule", words, before, _rule(self.first.value, self.spread.value)),
            *account_effects(
                at, carrier_of(at, self.carrier), [on.institution_id], (self._from(), at.today),
                lambda: self._state(on, at),
            ),
        ]  # fmt: skip

    def do(self, on: Institution, at: Acting) -> RuleStated:
        """State it."""
        self._state(on, at)
        return RuleStated(
            institution_id=on.institution_id, carrier=self.carrier, first=self.first,
            spread=self.spread, valid_from=f"{self.valid_from:%Y-%m}",
        )  # fmt: skip

    def _from(self) -> date:
        return self.valid_from.replace(day=1)

    def _state(self, on: Institution, at: Acting) -> None:
        row = (on.institution_id, self.carrier, self.first.value, self.spread.value, self._from(),
               self.source)  # fmt: skip
        counting.state(at.connection, [row], at.actor)


class WordKept(BaseModel):
    """What was said of a difference."""

    institution_id: int
    carrier: str
    month: str
    word: str


class ExplainDifference(Action[Institution, WordKept]):
    """Say why sources of a month differ; it holds as long as they differ by just as much."""

    about = About(
        code="account.explain_difference",
        on=INSTITUTION,
        right=Right.KEEP_ACCOUNTS,
        path="/institutions/{on}/differences",
        tag="bills",
        zh="说明来源差异",
        en="Say why sources differ",
        done=("说明已记录。", "What you said has been recorded."),
    )

    carrier: Annotated[str, Field(max_length=64)] = field(
        zh="能源品种", en="Carrier", choices=every_carrier, examples=["electricity"]
    )
    month: Month = field(zh="月份", en="Month", examples=["2015-01"])
    word: Line = field(zh="说明", en="Why", examples=["the bill has the losses of the transformer"])

    def check(self, on: Institution, at: Acting) -> None:
        """Refuse where nothing differs."""
        self._difference(on, at)

    def foresee(self, on: Institution, at: Acting) -> list[Effect]:
        """Return what was said before and would be now."""
        one = self._difference(on, at)
        of = f"{self.month:%Y-%m}", in_words(one.difference or 0, one.per_unit, one.unit)
        what = Words(f"{of[0]} {one.carrier_zh} 差 {of[1]}", f"{of[0]}, {one.carrier_en}: {of[1]}")
        before = None if one.word is None else Words(one.word, one.word)
        return [Effect("word", what, before, Words(self.word, self.word))]

    def do(self, on: Institution, at: Acting) -> WordKept:
        """Keep it."""
        one = self._difference(on, at)
        of = on.institution_id, self.carrier, one.month
        counting.say(at.connection, of, one.difference or 0, self.word, at.actor)
        return WordKept(
            institution_id=on.institution_id, carrier=self.carrier, month=f"{one.month:%Y-%m}",
            word=self.word,
        )  # fmt: skip

    def _difference(self, on: Institution, at: Acting) -> Sources:
        first = self.month.replace(day=1)
        found = counting.sources(at.connection, [on.institution_id], first, month_after(first))
        for one in found:
            if one.carrier == self.carrier and one.differs:
                return one
        raise ConflictError(
            "difference.none",
            zh=f"{first:%Y-%m} 的 {self.carrier} 各来源相差不超过 2%。",
            en=f"Sources of {self.carrier} in {first:%Y-%m} do not differ by more than 2 %.",
            next_zh="请核对品种和月份。",
            next_en="Check the carrier and the month.",
            where={"field": "month", "carrier": self.carrier},
        )


def _rule(first: str, spread: str) -> Words:
    one, two = FIRSTS[first], SPREADS[spread]
    return Words(f"{one.zh};{two.zh}", f"{one.en}; {two.en}")
