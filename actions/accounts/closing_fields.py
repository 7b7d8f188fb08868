"""What the acts of closing a year ask alike: which year, of whom, and where they stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import Field

from actions.accounts.profiles import known_profile
from actions.actor import denied
from actions.declared import Effect
from actions.fields import Acting, Words, field, plain
from actions.registry.institutions import institution_name, no_institution
from actions.things import every_region
from compact.closing import Closing
from metering.errors import ConflictError, InputError
from storage.accounts import closing
from storage.accounts.closing import ClosingGroup
from storage.registry import institutions
from storage.registry.institutions import InstitutionFilter

Year = Annotated[int, Field(ge=1970, le=2100)]
STATES: Final = {
    Closing.MISSING.value: Words("缺月份", "months missing"),
    Closing.PARTIAL.value: Words("有月份数据不足", "months known in part"),
    Closing.READY.value: Words("可锁定", "ready to be locked"),
    Closing.LOCKED.value: Words("已锁定,待核验", "locked, to be verified"),
    Closing.VERIFIED.value: Words("已核验", "verified"),
    Closing.RESTATEMENT_DUE.value: Words("应更正", "restatement due"),
    Closing.RESTATED.value: Words("更正版待核验", "restated, to be verified"),
}
_NAMED: Final = 5


def year_field() -> Any:
    """Return the field of the year that is meant."""
    return field(zh="年度", en="Year", examples=[2015])


def region_field() -> Any:
    """Return the field of a region whose institutions are meant."""
    return field(
        zh="行政区划(含下级)",
        en="Region, with its lower ones",
        hint=("其全部机构;或只填一家机构", "All its institutions; or name one instead"),
        choices=every_region,
        default=None,
    )


def one_field() -> Any:
    """Return the field of the one institution that is meant."""
    return field(
        zh="机构编号",
        en="Institution id",
        hint=("只办这一家;与行政区划填其一", "This one alone; either this or a region"),
        called=institution_name,
        default=None,
        examples=[7],
    )


@dataclass(frozen=True, slots=True)
class YearOf:
    """The groups of institutions whose year is meant, as far as the actor answers for them."""

    year: int
    one: int | None
    mine: list[ClosingGroup]
    others: int

    def of(self, *states: Closing) -> list[ClosingGroup]:
        """Return the groups of these states."""
        return [one for one in self.mine if one.state in states]


def of_year(at: Acting, year: int, region: int | None, one: int | None) -> YearOf:
    """Return where those stand that an act means; refuse who answers for none of them."""
    if (region is None) == (one is None):
        raise InputError(
            "closing.whose",
            zh="请填写行政区划或机构编号,二者填其一。",
            en="Name a region or one institution.",
            next_zh="填写其中一项后重试。",
            next_en="Fill in one of the two, and not both.",
            where={"field": "region"},
        )
    ids = [one] if one is not None else _within(at, region)
    if one is not None and institutions.one(at.connection, one) is None:
        raise no_institution(one)
    found = closing.grouped(at.connection, ids, year, known_profile(at.connection, None))
    mine = [group for group in found if group.answers]
    if found and not mine:
        raise denied("year.close")
    others = sum(len(group.institutions) for group in found if not group.answers)
    return YearOf(year, one, mine, others)


def must_be_over(year: int, at: Acting) -> None:
    """Refuse a year that is not over."""
    if year >= at.today.year:
        raise ConflictError(
            "year.not_over",
            zh=f"{year} 年尚未结束,不能锁定。",
            en=f"{year} is not over: its accounts cannot be locked.",
            next_zh=f"请待 {year + 1} 年 1 月 1 日以后办理。",
            next_en=f"Lock them from 1 January {year + 1} on.",
            where={"field": "year", "value": year},
        )


def those(groups: Sequence[ClosingGroup]) -> list[int]:
    """Return the ids of the institutions of some groups."""
    return [one for group in groups for one in group.institutions]


def versions_of(groups: Sequence[ClosingGroup]) -> list[int]:
    """Return the ids of their versions."""
    return [one for group in groups for one in group.versions if one is not None]


def counted(code: str, words: Words, groups: Sequence[ClosingGroup]) -> list[Effect]:
    """Return how many institutions there are in some groups; nothing for none."""
    many = len(those(groups))
    return [Effect(code, words, None, plain(f"{many:,}"))] if many else []


def summed(groups: Sequence[ClosingGroup], name: str) -> int:
    """Return the sum of a figure of groups; what is unknown adds nothing."""
    return sum(getattr(one, name) or 0 for one in groups)


def coal(grams: int) -> Words:
    """Return an amount of standard coal as people read it."""
    return plain(f"{Decimal(grams) / 1000:,.1f} kgce")


def coal_effects(groups: Sequence[ClosingGroup], *, locked: bool = False) -> list[Effect]:
    """Return the sum of some groups, how much of it is estimated, and the digest of it all."""
    whole = summed(groups, "locked_kgce_g" if locked else "kgce_g")
    where = {"digest": [one.digest for one in groups]}
    effects = [Effect("kgce", Words("用能合计", "Energy in all"), None, coal(whole), where)]
    estimated = summed(groups, "estimated_kgce_g")
    if estimated and not locked:
        words = Words("其中估算或账单", "Of which estimated or billed")
        effects.append(Effect("estimated", words, None, coal(estimated)))
    return effects


def named(at: Acting, ids: Sequence[int]) -> Words:
    """Return the first of some institutions by name."""
    some = [institution_name(at, one) or plain(str(one)) for one in ids[:_NAMED]]
    more = len(ids) - len(some)
    zh, en = "、".join(one.zh for one in some), ", ".join(one.en for one in some)
    return Words(f"{zh} 等 {len(ids)} 家", f"{en} and {more} more") if more > 0 else Words(zh, en)


def unknown_months(at: Acting, year: int, ids: Sequence[int]) -> ConflictError:
    """Return the refusal of years of which months are unknown: whose, which, and by which act."""
    some = closing.listed(at.connection, ids[:_NAMED], year, known_profile(at.connection, None))
    wants = {one.institution_id: one.wants for one in some}
    first = [_wants(at, who, months) for who, months in wants.items()]
    zh, en = ";".join(one.zh for one in first), "; ".join(one.en for one in first)
    who = named(at, ids)
    return ConflictError(
        "year.months_unknown",
        zh=f"{who.zh}的 {year} 年有月份未知或不足({zh})。",
        en=f"Months of {year} are unknown, or known in part, of {who.en} ({en}).",
        next_zh="请先补采读数,或用 account.estimate 逐月估算;或只锁定已齐备的。",
        next_en="Bring the readings, or estimate the months by account.estimate; or lock only "
        "those that are ready.",
        where={"institutions": list(ids[:100]), "year": year, "months": wants},
    )


def _wants(at: Acting, who: int, months: Sequence[str]) -> Words:
    """Return which months of an institution are unknown, as people say it."""
    name = institution_name(at, who) or plain(str(who))
    told = [one.removeprefix("- ") for one in months[:_NAMED]]
    whole = all(one.startswith("- ") for one in months)
    more = f" … ({len(months)})" if len(months) > _NAMED else ""
    listed = f"{', '.join(told)}{more}"
    if whole:
        return Words(f"{name.zh}:无能源台账 {listed}", f"{name.en}: no energy {listed}")
    return Words(f"{name.zh}:{listed}", f"{name.en}: {listed}")


def nothing(year: int, zh: str, en: str) -> ConflictError:
    """Return the refusal of an act that nobody's year waits for."""
    return ConflictError(
        "year.nothing_to_do",
        zh=f"{year} 年:{zh}",
        en=f"{year}: {en}",
        next_zh="请在年度结账表查看各机构的状态。",
        next_en="Look at the table of the closing of the year (/years).",
        where={"year": year},
    )


def _within(at: Acting, region: int | None) -> list[int]:
    return institutions.matching(at.connection, InstitutionFilter(region_id=region))
