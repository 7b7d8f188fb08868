"""Why a quota, or an institution's use, changed between two years: effects that add to the gram."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from psycopg import Connection

from actions.actor import Actor
from actions.figures import not_found
from actions.registry.regions import list_profiles
from analytics.coverage import coverage
from analytics.decomposition import lmdi_whole
from compact.indicators import Indicator
from compact.targets import MILLION
from metering.errors import InsufficientDataError
from storage.accounts import decomposition
from storage.accounts.decomposition import Used
from storage.compact import books, runs
from storage.compact.books import Quota, QuotaFilter

__all__ = [
    "Decomposition",
    "Effect",
    "explain_quota_change",
    "explain_use_change",
    "quota_change",
    "use_change",
]

_G_PER_KG: Final = 1000


@dataclass(frozen=True, slots=True)
class Effect:
    """What one factor was in both years, and what of the change it explains. [g]"""

    factor: str
    unit: str
    before: Fraction
    after: Fraction
    effect_g: int


@dataclass(frozen=True, slots=True)
class Decomposition:
    """A change from one year to a later one; the effects add to after − before exactly.

    unit: of the change, as people write it. months: how many carrier-months have days that both
    years measured; share: how much of the later
    year's whole months these days are. None for quotas.
    """

    institution_id: int
    since: int
    year: int
    before_g: int
    after_g: int
    effects: list[Effect]
    months: int | None = None
    share: float | None = None
    unit: str = "kgce"


def explain_quota_change(
    actor: Actor,
    institution_id: int,
    year: int,
    since: int,
    union_id: int | None = None,
    indicator: str | None = None,
) -> Decomposition:
    """Return why an institution's quota differs from that of an earlier year.

    LMDI-I over base × named factors × multiplier, the multiplier being whatever rule, bounds and
    rounding made of the product.
    """
    with actor.look() as connection:
        return quota_change(connection, institution_id, year, since, union_id, indicator)


def quota_change(
    connection: Connection[Any],
    institution_id: int,
    year: int,
    since: int,
    union_id: int | None,
    indicator: str | None = None,
) -> Decomposition:
    """Return the same in a transaction that is open; both years of one union and indicator."""
    held = _held(connection, institution_id, year, union_id, indicator)
    union_id, indicator = held.union_id, held.indicator
    before = _quota(connection, _held(connection, institution_id, since, union_id, indicator))
    after, unit = _quota(connection, held), Indicator(indicator).unit_shown
    named = sorted((before[1].keys() | after[1].keys()) - {"base", "multiplier"})
    units = {"base": unit} | dict.fromkeys([*named, "multiplier"], "")
    factors = [
        {name: run_share.get(name, Fraction(1)) for name in units}
        for run_share in (before[1], after[1])
    ]
    effects = _effects(units, factors[0], factors[1], before[0], after[0])
    of = (institution_id, since, year)
    return Decomposition(*of, before[0], after[0], effects, unit=unit)


def explain_use_change(
    actor: Actor, institution_id: int, year: int, since: int, profile: str | None = None
) -> Decomposition:
    """Return why an institution's metered energy differs from that of an earlier year.

    Only days that both years measured are compared, in months that are over. LMDI-I over persons ×
    area per person × energy per area; without persons over area × energy per area, both as they
    were on the days compared.
    """
    code = profile or list_profiles(actor)[0].code
    with actor.look() as connection:
        return use_change(connection, institution_id, year, since, code)


def use_change(
    connection: Connection[Any], institution_id: int, year: int, since: int, profile: str
) -> Decomposition:
    """Return the same in a transaction that is open."""
    found = decomposition.used(connection, institution_id, since, year, profile)
    if found is None:
        raise not_found("机构", "institution", {"institution_id": institution_id})
    if not found.months or found.area_before is None or found.area_after is None:
        raise _too_little(found, since, year)
    units, before, after = _parts(found, found.area_before, found.area_after)
    effects = _effects(units, before, after, found.before_g, found.after_g)
    return Decomposition(
        institution_id,
        since,
        year,
        found.before_g,
        found.after_g,
        effects,
        found.months,
        coverage(found.days, found.of_days),
    )


def _parts(
    found: Used, area_before: Decimal, area_after: Decimal
) -> tuple[dict[str, str], dict[str, Fraction], dict[str, Fraction]]:
    """Return the units of the factors, and the factors of both years. [kg, m², persons]"""
    units = {"area": "m²", "intensity": "kgce/m²"}
    if found.persons_before and found.persons_after:
        units = {"persons": "", "area_per_person": "m²", "intensity": "kgce/m²"}
    effects = []
    for grams, area, persons in (
        (found.before_g, Fraction(area_before), found.persons_before),
        (found.after_g, Fraction(area_after), found.persons_after),
    ):
        each = {"area": area, "intensity": Fraction(grams, _G_PER_KG) / area}
        if persons:
            each |= {"persons": Fraction(persons), "area_per_person": area / Fraction(persons)}
        effects.append({name: each[name] for name in units})
    return units, effects[0], effects[1]


def _held(
    connection: Connection[Any],
    institution_id: int,
    year: int,
    union_id: int | None,
    indicator: str | None,
) -> Quota:
    """Return a quota that is in force; NotFoundError without."""
    asked = QuotaFilter(union_id, year, institution_id, indicator=indicator)
    held = books.quotas(connection, asked, most=1)
    if not held or held[0].run_id is None or held[0].state == "dropped":
        where = {"institution_id": institution_id, "year": year}
        raise not_found("年度用能指标", "quota", where)
    return held[0]


def _quota(connection: Connection[Any], held: Quota) -> tuple[int, dict[str, Fraction]]:
    """Return a quota's amount [g, of water L], and the factors whose product it is in kg or m³."""
    institution_id, year, amount_g = held.institution_id, held.year, held.amount_g
    where = {"institution_id": institution_id, "year": year}
    assert held.run_id is not None
    shares = runs.shares(connection, held.run_id, only=[institution_id])
    if not shares:
        raise not_found("年度用能指标", "quota", where)
    base = Fraction(sum(one for one in shares[0].base_g if one is not None), _G_PER_KG)
    factors = {name: Fraction(value, MILLION) for name, value in shares[0].factors.items()}
    product = base
    for factor in factors.values():
        product *= factor
    if product <= 0:
        raise InsufficientDataError(
            "quota.no_product",
            zh=f"{year} 年的基期用量为零或某项系数为零,无法分解变化原因。",
            en=f"Base or a factor of {year} is zero, so the change cannot be split.",
            next_zh="请选择其他年份。",
            next_en="Choose another year.",
            where=where,
        )
    multiplier = Fraction(amount_g, _G_PER_KG) / product
    return amount_g, {"base": base} | factors | {"multiplier": multiplier}


def _effects(
    units: Mapping[str, str],
    before: Mapping[str, Fraction],
    after: Mapping[str, Fraction],
    before_g: int,
    after_g: int,
) -> list[Effect]:
    """Return the effects in whole grams; of products in kilograms."""
    scaled = [dict(one) for one in (before, after)]
    first = next(iter(units))
    for one in scaled:
        one[first] *= _G_PER_KG
    whole = lmdi_whole(scaled[0], scaled[1], after_g - before_g)
    return [
        Effect(name, unit, before[name], after[name], grams)
        for (name, unit), grams in zip(units.items(), whole, strict=True)
    ]


def _too_little(found: Used, since: int, year: int) -> InsufficientDataError:
    where = {"since": since, "year": year}
    if not found.months:
        return InsufficientDataError(
            "change.no_common_months",
            zh=f"{since} 年与 {year} 年没有同日、同品种都有计量的时间。",
            en=f"No day of a carrier was measured both in {since} and in {year}.",
            next_zh="请选择两年都有计量的年份。",
            next_en="Choose two years that were both measured.",
            where=where,
        )
    return InsufficientDataError(
        "change.no_area",
        zh="该机构未填报这两年的建筑面积,无法分解变化原因。",
        en="The floor area of these years is not stated, so the change cannot be split.",
        next_zh="请用 commonwatt import registry 补报建筑面积。",
        next_en="State the floor area with commonwatt import registry.",
        where=where,
    )
