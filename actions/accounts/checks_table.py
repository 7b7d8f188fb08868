"""Tables of checks: plans, the frozen roster from which each was drawn, and error rates."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from actions.accounts.check_things import every_plan
from actions.accounts.submission_filling import Year
from actions.fields import Acting, Lang, Words, field
from actions.kinds import Id
from actions.registry.named import either, institution_columns, number
from actions.tables import Column, Filter, Table, attribute, page_of
from analytics.error_rates import Judged, Rate, of_strata, of_stratum
from analytics.sampling import place_digest
from storage.accounts import check_plans
from storage.accounts.check_plans import FramedRow, PlanRow, StratumRow
from storage.pages import NEWEST, Page, key_of

_SIZES: Final = {
    "large": Words("大型", "large"),
    "small": Words("其他规模", "smaller"),
    "-": Words("不分规模", "any size"),
}
_MOST: Final = min(NEWEST, 2**31 - 1)


class WhichPlans(Filter):
    """Of which year checks are wanted."""

    year: Year | None = field(zh="核查年度", en="Year that is checked", default=None)


def _plans(at: Acting, asked: WhichPlans, after: str | None, limit: int) -> Page[PlanRow]:
    (last,) = key_of(after, _MOST)
    found = check_plans.listed(at.connection, year=asked.year, before=int(last), most=limit + 1)
    return page_of(found, limit, lambda one: one.plan_id)


def _next(one: PlanRow, lang: Lang) -> str:
    if one.seed is not None:
        return Words("核查表 ›", "Sheets ›").say(lang)
    return Words("抽取 ›", "Draw ›").say(lang) if one.mine else ""


def _leads(one: PlanRow) -> str:
    if one.seed is not None:
        return f"/check-sheets?plan={one.plan_id}"
    return f"/do/check.draw/{one.plan_id}" if one.mine else ""


PLANS: Final = Table[PlanRow, WhichPlans](
    code="check-plans",
    path="/check-plans",
    page="/check-plans",
    words=Words("抽查", "Checks by the authority"),
    about="Checks that were planned: the roster's digest was kept before the seed became public, "
    "so whoever has roster and seed can draw again.",
    tag="checks",
    columns=(
        Column("plan_id", Words("抽查", "Check"), lambda one: one.plan_id, "whole",
               link=lambda one: f"/check-plans/frame?plan={one.plan_id}"),
        Column("year", Words("核查年度", "Year"), lambda one: str(one.year)),
        attribute("region_id", "行政区划编号", "Region", "whole", only="programs"),
        either("region", "行政区划", "Region"),
        attribute("department_line", "主管部门代码", "Line", only="programs"),
        either("line", "主管部门", "Department line"),
        Column("share", Words("抽查比例", "Share"),
               lambda one: float(Decimal(one.share_millionths) / 1_000_000), "share"),
        number("large_m2", "大型起点", "Large from", unit="m²"),
        attribute("institutions", "名录机构数", "In the roster", "whole"),
        attribute("strata", "层数", "Strata", "whole"),
        attribute("source", "依据", "Source"),
        attribute("seed_from", "种子来源", "Seed from"),
        attribute("seed_day", "公布日", "Public on", "day"),
        attribute("seed", "种子", "Seed", look="code"),
        attribute("frame_sha256", "名录摘要", "Digest of the roster", look="code", apart=True),
        attribute("planned_at", "制定时间", "Planned at", "instant"),
        attribute("planned_by", "制定人", "Planned by"),
        attribute("drawn_at", "抽取时间", "Drawn at", "instant"),
        attribute("drawn_by", "抽取人", "Drawn by"),
        Column("next", Words("下一步", "Next"), shown=_next, link=_leads, only="page"),
        Column("rates", Words("差错率", "Error rates"),
               shown=lambda one, lang: Words("差错率 ›", "Rates ›").say(lang) if one.seed else "",
               link=lambda one: f"/check-plans/rates?plan={one.plan_id}" if one.seed else "",
               only="page"),
    ),
    filter=WhichPlans,
    ask=_plans,
    actions=("check.plan",),
    empty=Words("没有抽查。", "No check was planned."),
    then=Words("请先制定抽查方案。", "Plan one first."),
    hint=Words(
        "先冻结名录并指定将来公布的数作种子,公布后抽取:同一名录、同一种子,谁抽都一样。",
        "The roster is frozen and a figure to be published is named; once it is, it draws: the "
        "same roster and seed draw the same, whoever does it.",
    ),
)  # fmt: skip


class WhichFrame(Filter):
    """Of which check the roster is wanted."""

    plan: Id | None = field(
        zh="抽查", en="Check", hint=("不填为最近抽取的", "Left open: the one drawn last"),
        choices=every_plan, default=None,
    )  # fmt: skip


def _frame(at: Acting, asked: WhichFrame, after: str | None, limit: int) -> Page[FramedRow]:
    (last,) = key_of(after, 0)
    plan = asked.plan or check_plans.newest_drawn(at.connection)
    if plan is None:
        return Page([], None)
    found = check_plans.framed(at.connection, plan, after=int(last), most=limit + 1)
    return page_of(found, limit, lambda one: one.institution_id)


def _place(one: FramedRow) -> str | None:
    return None if one.seed is None else place_digest(one.frame_sha256, one.seed,
                                                      one.institution_id)  # fmt: skip


FRAME: Final = Table[FramedRow, WhichFrame](
    code="check-frame",
    path="/check-frame",
    page="/check-plans/frame",
    words=Words("抽查名录", "Roster of a check"),
    about="The frozen roster of a check with each institution's stratum. Of each stratum the ones "
    "with the smallest digests are drawn: SHA-256 of `check_draw 1`, the roster's digest, the seed "
    "and the institution's id, a line each. The roster's digest is the SHA-256 of "
    "`check_frame 1` and a line `institution_id region class size` for each, in order of ids.",
    tag="checks",
    columns=(
        *institution_columns(),
        attribute("region", "层:行政区划", "Stratum: region", look="code"),
        attribute("class_code", "层:类别", "Stratum: class", called="class", look="code"),
        Column("size", Words("层:规模", "Stratum: size"), lambda one: one.size,
               shown=lambda one, lang: _SIZES[one.size].say(lang)),
        Column("place_digest", Words("次序摘要", "Digest of its place"), _place, look="code",
               apart=True),
        attribute("drawn", "抽中", "Drawn", "flag"),
    ),
    filter=WhichFrame,
    ask=_frame,
    empty=Words("没有名录。", "No roster here."),
    hint=Words(
        "各层内按摘要从小到大抽取;任何人可用名录和种子重抽,方法见文档“抽查”。",
        "In each stratum the smallest digests are drawn; anybody can draw again from roster and "
        "seed, as the documentation shows.",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RateRow:
    """Error rates of a group of strata; by: all, region, class or stratum."""

    by: str
    region: str | None
    region_zh: str | None
    region_en: str | None
    class_code: str | None
    size: str | None
    strata: int
    institutions: int
    drawn: int
    checked: int
    wrong: int
    corrected: int
    rate: Rate | None


class WhichRates(WhichFrame):
    """Of which check error rates are wanted."""


_BY: Final = {
    "all": Words("全部", "all"),
    "region": Words("按行政区划", "region"),
    "class": Words("按类别", "class"),
    "stratum": Words("按层", "stratum"),
}


def _rates(at: Acting, asked: WhichRates) -> Iterator[RateRow]:
    plan = asked.plan or check_plans.newest_drawn(at.connection)
    found = check_plans.strata(at.connection, plan) if plan else []
    if not found:
        return
    yield _rate("all", found)
    for region, held in _grouped(found, lambda one: one.region).items():
        yield _rate("region", held, region=region)
    for code, held in _grouped(found, lambda one: one.class_code).items():
        yield _rate("class", held, class_code=code)
    for one in found:
        yield _rate("stratum", [one], region=one.region, class_code=one.class_code, size=one.size)


def _grouped(
    found: list[StratumRow], key: Callable[[StratumRow], str]
) -> dict[str, list[StratumRow]]:
    groups: defaultdict[str, list[StratumRow]] = defaultdict(list)
    for one in found:
        groups[key(one)].append(one)
    return dict(sorted(groups.items()))


def _rate(by: str, held: list[StratumRow], **whose: str) -> RateRow:
    judged = [Judged(one.institutions, one.checked, one.wrong) for one in held]
    return RateRow(
        by, whose.get("region"), *_named(held, "region" in whose), whose.get("class_code"),
        whose.get("size"), len(held),
        sum(one.institutions for one in held), sum(one.drawn for one in held),
        sum(one.checked for one in held), sum(one.wrong for one in held),
        sum(one.corrected for one in held),
        of_stratum(judged[0]) if by == "stratum" else of_strata(judged),
    )  # fmt: skip


def _named(held: list[StratumRow], told: bool) -> tuple[str | None, str | None]:
    """Return what the region of some strata is called, where they are of one."""
    return (held[0].region_zh, held[0].region_en) if told else (None, None)


def _share(name: str, zh: str, en: str, of: Callable[[Rate], float], *hint: str) -> Column:
    return Column(
        name, Words(zh, en), lambda one: None if one.rate is None else round(of(one.rate), 6),
        "share", hint=Words(*hint) if hint else None,
    )  # fmt: skip


RATES: Final = Table[RateRow, WhichRates](
    code="check-rates",
    path="/check-rates",
    page="/check-plans/rates",
    words=Words("抽查差错率", "Error rates of a check"),
    about="How many institutions had a figure beyond its tolerance at the first look, in all, by "
    "region, class and stratum, each stratum with the weight of its size. Bounds at 95 %: exact "
    "(hypergeometric) of one stratum, Wilson's with Kish's effective size of several. Strata of "
    "which nothing is concluded are in no rate.",
    tag="checks",
    size=100,
    columns=(
        Column("by", Words("分组", "By"), lambda one: one.by,
               shown=lambda one, lang: _BY[one.by].say(lang)),
        attribute("region", "行政区划代码", "Code of the region", look="code"),
        either("region", "行政区划", "Region"),
        attribute("class_code", "类别", "Class", called="class", look="code"),
        Column("size", Words("规模", "Size"), lambda one: one.size,
               shown=lambda one, lang: _SIZES[one.size].say(lang) if one.size else ""),
        attribute("strata", "层数", "Strata", "whole"),
        attribute("institutions", "名录机构数", "In the roster", "whole"),
        attribute("drawn", "抽中", "Drawn", "whole"),
        attribute("checked", "已有结论", "Concluded", "whole"),
        attribute("wrong", "有差错", "Wrong", "whole",
                  hint=("初次核查时", "At the first look")),
        attribute("corrected", "复查通过", "Corrected", "whole"),
        _share("rate", "差错率", "Error rate", lambda one: one.share,
               "按各层机构数加权", "Each stratum has the weight of its size"),
        _share("low", "下限", "Lower bound", lambda one: one.low, "置信度 95%", "At 95 %"),
        _share("high", "上限", "Upper bound", lambda one: one.high, "置信度 95%", "At 95 %"),
    ),
    filter=WhichRates,
    every=_rates,
    empty=Words("没有抽查结果。", "Nothing was drawn of whom you check."),
    hint=Words(
        "置信度 95%:单层为超几何分布精确区间,多层为按有效样本量的 Wilson 区间;只计已有结论的层。",
        "Bounds at 95 %: exact of one stratum, Wilson's with the effective size of several; strata "
        "of which nothing is concluded are left out.",
    ),
)  # fmt: skip
