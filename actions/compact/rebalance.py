"""What moves within a member in the year, from who can spare it to who will lack it."""

from typing import Annotated, Final

from pydantic import Field

from actions.compact.account_acts import reason_field
from actions.compact.movement_things import (
    Asked,
    Books,
    MovementStands,
    SharedIndicator,
    YearOfQuota,
    indicator_field,
    start,
    waits_for_another,
    year_field,
)
from actions.compact.outlooks import Outlooks, outlooks_of
from actions.compact.things import UNION
from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field, plain
from actions.figures import kilograms
from actions.kinds import Line
from actions.rights import Right
from actions.things import member_regions
from compact.books import Kind
from compact.indicators import Indicator
from compact.movements import Leg, Movement, State
from compact.rebalancing import Basis, Outlook, rebalanced
from metering.errors import ConflictError
from storage.compact.unions import UnionRow
from storage.registry import institutions

Member = Annotated[int, Field(ge=1, le=2**31 - 1)]
_BASES: Final = {
    Basis.FORECAST: Words("按预测", "by forecast"),
    Basis.PATH: Words("按进度另加 10%", "by the path and a tenth more"),
}


class ProposeRebalancing(Action[UnionRow, MovementStands]):
    """Propose what moves within a member in the year: from who can spare it to who will lack it.

    What is left beyond a cautious forecast of the rest of the year goes, pro rata, by equal awards
    to those whose forecast exceeds what they have; each is shown with what it stands on. The
    member's total stays.
    """

    about = About(
        code="quota.rebalance",
        on=UNION,
        right=Right.PLAN,
        path="/unions/{on}/rebalancing",
        tag="books",
        zh="提出年中平衡",
        en="Propose a rebalancing",
        done=("已提出,待另一人批准。", "Proposed; another person approves it."),
    )

    member: Member = field(zh="成员单位", en="Member", choices=member_regions, examples=[3])
    indicator: SharedIndicator = indicator_field()
    year: YearOfQuota = year_field()
    reason: Line = reason_field("half-year review, minutes of 3 July")

    def check(self, on: UnionRow, at: Acting) -> None:
        """Refuse where nothing can be spared, or nobody lacks any."""
        if not self._legs(on, at):
            raise ConflictError(
                "rebalance.nothing_moves",
                zh="按最近的序时进度,该成员没有可以平衡的指标。",
                en="By the newest progress nothing of this member can be rebalanced.",
                next_zh="请先核算进度,或选择其他成员、年度。",
                next_en="Work out the progress first, or choose another member or year.",
                where={"member": self.member, "year": self.year},
            )

    def foresee(self, on: UnionRow, at: Acting) -> list[Effect]:
        """Return what each would give or get, and why."""
        found = self._outlooks(on, at)
        legs = {one.place: one.amount_g for one in rebalanced(self.year, found.holders)}
        names = institutions.names(at.connection, [one.institution for one in found.holders])
        moved = [one for one in found.holders if one.institution in legs]
        unit = Indicator(self.indicator).unit_shown
        return [
            _stands_on(found),
            *(_moves(one, legs[one.institution], unit, names) for one in moved),
            waits_for_another(),
        ]

    def do(self, on: UnionRow, at: Acting) -> MovementStands:
        """Propose it."""
        legs = self._legs(on, at)
        moved = sum(one.amount_g for one in legs if one.amount_g > 0)
        what = Movement(Kind.REBALANCE, self.year, moved, member=self.member)
        asked = Asked.of_grams(self._books(on), moved, self.reason)
        made = start(at, asked, what, legs=legs)
        return MovementStands(movement_id=made, state=State.PROPOSED.value)

    @classmethod
    def where_to(cls, on: UnionRow, result: MovementStands) -> str:
        """Return the movement's page."""
        return f"/movements/{result.movement_id}"

    def _legs(self, on: UnionRow, at: Acting) -> tuple[Leg, ...]:
        return rebalanced(self.year, self._outlooks(on, at).holders)

    def _outlooks(self, on: UnionRow, at: Acting) -> Outlooks:
        return outlooks_of(at, self._books(on), self.member)

    def _books(self, on: UnionRow) -> Books:
        return Books(on.union_id, self.indicator.value, self.year)


def _stands_on(found: Outlooks) -> Effect:
    many, by_path = found.by(Basis.FORECAST), found.by(Basis.PATH)
    zh, en = [], []
    if many:
        zh.append(
            f"{many} 家按预测:上年逐日用能、今年的快慢,区间由 {found.peers} 家上年的预测误差定"
        )
        en.append(
            f"{many} by a forecast from last year's days at this year's pace, its band from how "
            f"wrong {found.peers} such forecasts of last year were"
        )
    if by_path:
        zh.append(f"{by_path} 家缺预测所需数据,按序时进度推算另加 10%")
        en.append(f"{by_path} without the data for that by their path so far and a tenth more")
    return Effect(
        "basis",
        Words("依据", "What it stands on"),
        None,
        Words(";".join(zh), "; ".join(en)),
        {"forecast": many, "path": by_path, "peers": found.peers, "day": str(found.day)},
    )


def _moves(
    one: Outlook, grams: int, unit: str, names: dict[int, tuple[str | None, str | None]]
) -> Effect:
    """Return what a holder gives or gets, beside what it has left and is expected to use."""
    zh, en = names.get(one.institution, (None, None))
    left, median, upper = (kilograms(g) for g in (one.left_g, one.median_g, one.upper_g))
    basis = _BASES[one.basis]
    sign = "+" if grams > 0 else "−"
    return Effect(
        "entry",
        Words(zh or en or str(one.institution), en or zh or str(one.institution)),
        Words(
            f"尚余 {left},预计还需 {median},至多 {upper} {unit}({basis.zh})",
            f"{left} left, {median} expected, {upper} at most, {unit} ({basis.en})",
        ),
        plain(f"{sign}{kilograms(abs(grams))} {unit}"),
        {
            "institution": one.institution,
            "account": "holder",
            "left": left,
            "expected": median,
            "at_most": upper,
            "basis": one.basis.value,
        },
    )
