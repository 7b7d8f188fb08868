"""What stands beside a target: the union's others, and what plans ask of its members' provinces."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from actions.actor import Actor
from actions.compact.target_words import ORIGINS, fall_of, years_of
from actions.fields import Words, plain
from compact.stances import Beside, Promise, Stance, beside
from compact.targets import MILLION, Indicator, Origin
from storage.compact import plan_targets, targets, unions
from storage.compact.plan_targets import PlanTarget
from storage.compact.targets import TargetRow

STANCES: Final = {
    Stance.STRICTER.value: Words("更严,每年多 {by} 个百分点", "stricter, by {by} points a year"),
    Stance.SAME.value: Words("相同", "the same"),
    Stance.LOOSER.value: Words("较宽,每年少 {by} 个百分点", "looser, by {by} points a year"),
    Stance.NOT_COMPARABLE.value: Words(
        "不可比:是全省(国)机构的总量", "not comparable: a total of all institutions there"
    ),
}
_PLANS: Final = {
    "energy_total": Indicator.TOTAL_KGCE,
    "energy_per_area": Indicator.KGCE_PER_M2,
    "energy_per_capita": Indicator.KGCE_PER_PERSON,
    "co2_total": Indicator.TOTAL_KGCO2,
    "co2_per_area": Indicator.KGCO2_PER_M2,
    "water_total": Indicator.TOTAL_WATER_M3,
    "water_per_capita": Indicator.WATER_M3_PER_PERSON,
}
_PROVINCE: Final = 2  # digits of a region's code that name its province
_NATION: Final = "000000"


@dataclass(frozen=True, slots=True)
class Side:
    """A target beside another one.

    what: in words. of: whose it is. prevails: it was issued from above, this one was not.
    link: its page, empty for a plan's.
    """

    what: Words
    of: Words
    years: Words
    found: Beside
    prevails: bool
    source: str
    link: str = ""

    @property
    def stance(self) -> Words:
        """How it stands to the target, in words."""
        words = STANCES[self.found.stance.value]
        by = format(round(abs(self.found.by or Decimal(0)) * 100, 2), "f")
        return Words(words.zh.format(by=by), words.en.format(by=by))


def sides_of(actor: Actor, kept: TargetRow) -> list[Side]:
    """Return what stands beside a target with years of its own: same indicator, years that meet."""
    this = _promise(kept)
    if this is None:
        return []
    with actor.look() as connection:
        members = unions.members(connection, kept.union_id)
        codes = {f"{one.code[:_PROVINCE]:0<6}" for one in members if one.code}
        plans = plan_targets.known(connection, sorted({_NATION, *codes}))
        others = targets.listed(connection, kept.union_id)
    own = [_of_union(kept, one, this) for one in others if one.target_id != kept.target_id]
    return [one for one in (*own, *(_of_plan(kept, one, this) for one in plans)) if one]


def _promise(kept: TargetRow) -> Promise | None:
    target = kept.target
    if target.base_year is None or target.target_year is None:
        return None
    fall = Fraction(target.fall_millionths, MILLION)
    return Promise(target.indicator.value, fall, target.base_year, target.target_year)


def _of_union(kept: TargetRow, other: TargetRow, this: Promise) -> Side | None:
    that = _promise(other)
    if that is None or that.indicator != this.indicator or not _meet(this, that):
        return None
    return Side(
        fall_of(other.target),
        ORIGINS[other.target.origin.value],
        years_of(other.target),
        beside(this, that),
        other.target.origin is Origin.ISSUED and kept.target.origin is Origin.AGREED,
        other.source,
        f"/targets/{other.target_id}",
    )


def _of_plan(kept: TargetRow, plan: PlanTarget, this: Promise) -> Side | None:
    indicator = _PLANS.get(plan.indicator)
    if indicator is not kept.target.indicator or plan.value is None:
        return None
    years = plain(f"{plan.base_year} → {plan.target_year}")
    of = Words(f"{plan.scope_zh} · {plan.plan}", f"{plan.scope_code} · {plan.plan}")
    if plan.kind != "reduction":
        what = plain(f"≤ {plan.value:,f} {plan.unit or ''}".strip())
        return Side(what, of, years, Beside(Stance.NOT_COMPARABLE, None), False, plan.source)
    that = Promise(indicator.value, Fraction(plan.value) / 100, plan.base_year, plan.target_year)
    if not _meet(this, that):
        return None
    percent = format(plan.value.normalize(), "f")
    what = Words(f"较基期下降 {percent}%", f"{percent} % below the base year")
    prevails = kept.target.origin is Origin.AGREED
    return Side(what, of, years, beside(this, that), prevails, plan.source)


def _meet(this: Promise, that: Promise) -> bool:
    return this.base_year < that.target_year and that.base_year < this.target_year


def stricter(sides: Sequence[Side]) -> Sequence[Side]:
    """Return those from above that ask more than the target: they prevail."""
    return [one for one in sides if one.prevails and one.found.stance is Stance.STRICTER]
