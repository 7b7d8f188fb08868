"""The table of quotas in force: of a union, of an institution, of a year."""

from typing import Final

from actions.compact.columns import amount, of_indicator
from actions.compact.target_fields import Year
from actions.fields import Acting, Words, field
from actions.kinds import Id
from actions.registry.named import institution_columns
from actions.tables import Filter, Table, attribute, page_of
from actions.things import every_union
from storage.compact import books
from storage.compact.books import Quota, QuotaFilter
from storage.pages import Page, key_of

_STATES: Final = {
    "in_force": Words("有效", "in force"),
    "dropped": Words("现行方案未列入", "left out by the run in force"),
}


class WhichQuotas(Filter):
    """Which quotas are wanted."""

    union: Id | None = field(zh="区域联合体", en="Union", choices=every_union, default=None)
    institution: Id | None = field(zh="机构编号", en="Institution", default=None)
    year: Year | None = field(zh="年份", en="Year", default=None)


def _ask(at: Acting, asked: WhichQuotas, after: str | None, limit: int) -> Page[Quota]:
    institution, year, union, indicator = key_of(after, *books.FIRST)
    place = (int(institution), int(year), int(union), str(indicator))
    wanted = QuotaFilter(asked.union, asked.year, asked.institution)
    found = books.quotas(at.connection, wanted, after=place, most=limit + 1)
    return page_of(found, limit, _key)


def _key(one: Quota) -> tuple[int, int, int, str]:
    return (one.institution_id, one.year, one.union_id, one.indicator)


def _explained(row: Quota) -> str:
    at = f"/institutions/{row.institution_id}/quotas/{row.year}"
    return f"{at}?union={row.union_id}&indicator={row.indicator}"


QUOTAS: Final = Table[Quota, WhichQuotas](
    code="quotas",
    path="/quotas",
    page="/quotas",
    words=Words("年度用能指标", "Quotas"),
    about="The quotas in force of the institutions that the reader sees, in order of institution "
    "and year.",
    tag="runs and quotas",
    columns=(
        *institution_columns(link=_explained),
        attribute("year", "年份", "Year", "whole", shown=lambda row, lang: str(row.year)),
        amount(
            "amount",
            "指标",
            "Quota",
            lambda row: row.amount_g,
            hint=("账簿户的余额", "The balance of its account"),
        ),
        attribute(
            "state",
            "状态",
            "State",
            shown=lambda row, lang: _STATES[row.state].say(lang),
            look=lambda row: "tag ok" if row.state == "in_force" else "tag",
            hint=(
                "有效,或现行方案未列入",
                "in_force, or dropped where the run in force leaves it out",
            ),
        ),
        attribute(
            "as_of",
            "账簿时间",
            "As of",
            "instant",
            hint=("账簿最近的记录", "When the books last said so"),
        ),
        attribute("union_id", "区域联合体编号", "Union id", "whole", apart=True),
        *of_indicator(),
        attribute("region_id", "行政区划编号", "Region id", "whole", apart=True),
        attribute("department_line", "主管部门代码", "Department line", apart=True),
        attribute(
            "in_force_run_id",
            "现行方案编号",
            "Run in force",
            "whole",
            apart=True,
            hint=("该年以其为准", "The run in force for the year"),
        ),
        attribute(
            "run_id",
            "下达方案编号",
            "Run",
            "whole",
            apart=True,
            hint=("最近由其下达", "The run that it was last issued from"),
        ),
    ),
    filter=WhichQuotas,
    unasked=("institution",),
    ask=_ask,
    empty=Words("没有您可以查看的年度用能指标。", "There is no quota that you may see."),
    then=Words(
        "分解方案下达之后,各机构的指标列在这里。",
        "Once a run is issued, the quotas of its institutions are listed here.",
    ),
)
