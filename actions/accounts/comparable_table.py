"""A region's two years side by side: as they counted then, and on the roster of today."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from actions.accounts.submission_filling import Year
from actions.fields import Acting, Words, field
from actions.figures import in_units
from actions.kinds import Id
from actions.tables import Column, Filter, Table, attribute
from actions.things import every_region
from compact.succession import Shares, carried, comparable
from storage.accounts import comparable as used
from storage.accounts.comparable import Then
from storage.registry import regions, roster

_KG: Final = 1000


class WhichScope(Filter):
    """Of which region, and which year beside the one before it."""

    region: Id | None = field(
        zh="行政区划",
        en="Region",
        choices=every_region,
        hint=("含下级;不填为可见的最上级", "With those below it; left open: the widest"),
        default=None,
    )
    year: Year | None = field(
        zh="年度", en="Year", hint=("不填为本年", "Left open: this year"), default=None
    )


@dataclass(frozen=True, slots=True)
class ScopeRow:
    """The months of a year: what counted then, and the same on the roster of today. [g]"""

    region_id: int
    first: date
    until: date
    then: Then
    kgce_g: int | None
    co2_g: int | None
    institutions: int


def _months(year: int, today: date) -> tuple[date, date]:
    """Return the first day of a year, and the day after its last whole month by today."""
    return date(year, 1, 1), min(today.replace(day=1), date(year + 1, 1, 1))


def _every(at: Acting, asked: WhichScope) -> Iterator[ScopeRow]:
    region = asked.region or _widest(at)
    if region is None:
        return
    year = asked.year or at.today.year
    first, until = _months(year, at.today)
    mine = used.today(at.connection, region)
    shares = _carried(at, mine)
    for back in (1, 0):
        days = first.replace(year=year - back), until.replace(year=until.year - back)
        then = used.then(at.connection, region, *days)
        rows = used.each(at.connection, sorted({*shares, *mine}), *days)
        kgce = _restated({who: one for who, one, _ in rows if one is not None}, shares, mine)
        co2 = _restated({who: one for who, _, one in rows if one is not None}, shares, mine)
        yield ScopeRow(region, *days, then, _sum(kgce), _sum(co2), len({*kgce, *co2}))


def _widest(at: Acting) -> int | None:
    """Return the region in which the reader sees most."""
    seen = regions.tree(at.connection, only_seen=True)
    return max(seen, key=lambda one: one.institutions).region_id if seen else None


def _carried(at: Acting, mine: list[int]) -> dict[int, Shares]:
    """Return those of whom something went to who belongs there today, with what went to whom."""
    changes = [one.succession for one in roster.successions(at.connection, at.today) if one.shares]
    old = {part.predecessor for change in changes for part in change.parts}
    all_shares = carried(changes, sorted(old.union(mine)), at.today)
    here = set(mine)
    return {who: heirs for who, heirs in all_shares.items() if here.intersection(heirs)}


def _restated(
    amounts: Mapping[int, int], shares: Mapping[int, Shares], mine: list[int]
) -> dict[int, int]:
    """Return what those who belong there today used, with their parts of who went into them."""
    here = set(mine)
    found = comparable({who: int(one) for who, one in amounts.items()}, shares)
    return {who: amount for who, amount in found.items() if who in here}


def _sum(amounts: Mapping[int, int]) -> int | None:
    return sum(amounts.values()) if amounts else None


def _kg(grams: int | None) -> str | None:
    return None if grams is None else in_units(int(grams), _KG)


COMPARABLE: Final = Table[ScopeRow, WhichScope](
    code="comparable-scope",
    path="/comparable-scope",
    page="/comparable-scope",
    words=Words("可比口径", "Comparable scope"),
    about="A region's year beside the one before, over the same months: as it counted then, each "
    "institution in the months in which it belonged there, and restated to the institutions of "
    "today, with their parts of those who merged into them or were split. Both are kept.",
    tag="accounts",
    columns=(
        attribute("region_id", "区划编号", "Region id", "whole", apart=True),
        attribute("first", "首日", "First day", "day"),
        attribute("until", "截止日期(不含)", "Until, not included", "day"),
        Column("then_kgce", Words("当时口径综合能耗", "Total energy as it counted then"),
               lambda row: _kg(row.then.kgce_g), "number", unit="kgce"),
        Column("kgce", Words("可比口径综合能耗", "Total energy on comparable scope"),
               lambda row: _kg(row.kgce_g), "number", unit="kgce"),
        Column("then_co2", Words("当时口径碳排放", "CO2 as it counted then"),
               lambda row: _kg(row.then.co2_g), "number", unit="kg"),
        Column("co2", Words("可比口径碳排放", "CO2 on comparable scope"),
               lambda row: _kg(row.co2_g), "number", unit="kg"),
        Column("then_institutions", Words("当时有数的机构", "With figures then"),
               lambda row: row.then.institutions, "whole"),
        attribute("institutions", "可比口径有数的机构", "With figures today", "whole"),
    ),
    filter=WhichScope,
    every=_every,
    empty=Words("请选择行政区划。", "Choose a region."),
)  # fmt: skip
