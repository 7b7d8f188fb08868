"""Estimating a month of a base, declared once: the other year, like days or a bill in its place."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Final

from actions.compact.base_estimates import Estimate, carrier_of, quanta_of
from actions.compact.base_fields import because, in_account, institution_name
from actions.compact.base_lines import BaseLine, histories_of
from actions.compact.base_shown import BaseShown, base_shown
from actions.compact.base_words import HOWS, MONTHS
from actions.compact.bases import line_of, seen_base
from actions.compact.member_sums import all_lines, of_base, of_members
from actions.compact.target_words import whole_words
from actions.compact.things import BASES
from actions.declared import About, Action, Effect
from actions.fields import Acting, Option, Words, field, plain
from actions.kinds import Amount, Id, Line, Month
from actions.rights import Right
from compact.bases import CarrierMonth, History, How
from compact.indicators import Indicator
from storage.compact import bases
from storage.compact.bases import TargetInstitution
from storage.compact.targets import TargetRow
from storage.registry import regions


class Way(StrEnum):
    """What is put in the place of a month."""

    YEAR_BEFORE = "year_before"
    YEAR_AFTER = "year_after"
    LIKE_DAYS = "like_days"
    BILL = "bill"


_WAYS: Final = {code: Words(*both) for code, both in HOWS.items()}


def energy_carriers(at: Acting) -> Sequence[Option]:
    """Return the carriers that count in total energy."""
    return [
        Option(one.code, Words(one.name_zh, one.name_en))
        for one in regions.carriers(at.connection)
        if one.in_total_energy
    ]


class EstimateBase(Action[TargetRow, BaseShown]):
    """Put the other year's month, the mean of like days or a bill in the place of a month.

    It counts for the base alone; the account stays as it is.
    """

    about = About(
        code="base.estimate",
        on=BASES,
        right=Right.PLAN,
        path="/targets/{on}/base/estimate",
        tag="unions and targets",
        zh="估算基期某月",
        en="Estimate a month of a base",
        done=("已估算,该基期待确认。", "It is estimated; the base waits to be confirmed."),
    )

    institution: Id = field(
        zh="机构编号",
        en="Institution id",
        hint=("从基数核查页打开时已填好", "Filled in where the form opens from the review"),
        called=institution_name,
        examples=[7],
    )
    month: Month = field(zh="月份", en="Month", hint=("基期年的一个月,例如 2025-03",
        "A month of the base year, such as 2025-03"), examples=["2025-03"])  # fmt: skip
    carrier: Line | None = field(
        zh="能源品种",
        en="Carrier",
        hint=("机构只有一种时可不填", "May be left out where the institution has only one"),
        choices=energy_carriers,
        default=None,
        examples=["electricity"],
    )
    how: Way = field(zh="以何代替", en="What is put in its place", names=_WAYS, examples=["bill"])
    amount: Amount | None = field(
        zh="账单数量",
        en="Amount of the bill",
        hint=("按该品种的计量单位", "In the carrier's unit"),
        when=("how", "bill"),
        examples=["480.5"],
    )
    reason: Line = because()

    def check(self, on: TargetRow, at: Acting) -> None:
        """Refuse an institution that is not the actor's, and a month with nothing like it."""
        self._figure(on, at)

    def foresee(self, on: TargetRow, at: Acting) -> list[Effect]:
        """Return the month's figure, the institution's base and its member's sum."""
        counted, carrier, _ = self._figure(on, at)
        month, before = self._known(on, counted, at), self._line(on, counted, at)
        every = all_lines(at, on)
        self.do(on, at)
        now, after = self._known(on, counted, at), self._line(on, counted, at)
        return [
            in_account(at, counted.institution_id),
            _of_month(on, carrier, self.month, (month, now), at),
            of_base(before, after),
            *of_members(at, on, every, [after]),
        ]

    def do(self, on: TargetRow, at: Acting) -> BaseShown:
        """Keep the figure; every base of this union counts with it, until it is taken back."""
        counted, carrier, quanta = self._figure(on, at)
        place, estimate = (
            (carrier, self.month.replace(day=1)),
            (self.how.value, quanta, self.reason),
        )
        bases.estimate(at.connection, on.union_id, self.institution, place, estimate, at.actor)
        at.told.update(carrier=carrier, quanta=quanta)
        return base_shown(self._line(on, counted, at))

    def _line(self, on: TargetRow, counted: TargetInstitution, at: Acting) -> BaseLine:
        return line_of(at.connection, on, counted)

    def _known(self, on: TargetRow, counted: TargetInstitution, at: Acting) -> History:
        return histories_of(at.connection, on, [counted])[counted.institution_id]

    def _figure(self, on: TargetRow, at: Acting) -> tuple[TargetInstitution, str, int]:
        """Return whose base it is, of which carrier, and the figure. [quanta of the carrier]"""
        counted = seen_base(at.connection, on.union_id, self.institution)
        known = self._known(on, counted, at)
        wanted = Estimate(self.month, How(self.how.value), self.carrier, self.amount)
        carrier = carrier_of(known, wanted.carrier)
        found = quanta_of(at.connection, on.union_id, self.institution, known, (carrier, wanted))
        return counted, carrier, found


def _of_month(
    on: TargetRow, carrier: str, month: date, known: tuple[History, History], at: Acting
) -> Effect:
    """Return a carrier's month before and after, with what it rests on."""
    at_month = month.year, month.month
    before, after = (one.carriers.get(carrier, {}).get(at_month) for one in known)
    name = next((one.words for one in energy_carriers(at) if one.value == carrier), plain(carrier))
    words = Words(f"{month:%Y-%m} {name.zh}", f"{month:%Y-%m} {name.en}")
    where = {"month": f"{month:%Y-%m}", "carrier": carrier}
    was, now = (_rests_on(one, on.target.indicator) for one in (before, after))
    return Effect("month", words, was, now, where)


def _rests_on(one: CarrierMonth | None, indicator: Indicator) -> Words:
    zh, en = MONTHS["missing" if one is None else one.state.value]
    if one is None or one.grams is None:
        return Words(zh, en)
    amount = whole_words(one.grams, indicator).en
    return Words(f"{amount}({zh})", f"{amount} ({en})")
