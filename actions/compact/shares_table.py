"""The table of what a run gives each institution, issued or not."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from actions.compact.base_words import marked
from actions.compact.columns import amount, of_indicator
from actions.compact.runs import run_of
from actions.fields import Acting, Lang, Words, field
from actions.figures import in_units
from actions.kinds import Id, Line
from actions.registry.named import institution_columns
from actions.tables import Column, Filter, Table, page_of
from compact.targets import Mark
from storage.compact import runs
from storage.compact.runs import RunRow, Share
from storage.pages import Page, key_of
from storage.registry import institutions, regions

_BOUNDS: Final = {"floor": Words("下限", "floor"), "ceiling": Words("上限", "ceiling")}


@dataclass(frozen=True, slots=True)
class ShareRow:
    """What a run gives an institution, with what that is called."""

    share: Share
    run: RunRow
    name_zh: str | None
    name_en: str | None
    carriers: Mapping[str, Words]

    @property
    def institution_id(self) -> int:
        """Whose it is."""
        return self.share.institution_id

    @property
    def indicator(self) -> str:
        """What its run counts."""
        return self.run.indicator

    @property
    def base_g(self) -> int:
        """Its base, of the months that have one."""
        return sum(one for one in self.share.base_g if one is not None)


class WhichShares(Filter):
    """Of which run, and of which institutions, quotas are wanted."""

    run_id: Id = field(zh="分解方案", en="Run")
    search: Line | None = field(
        zh="名称或信用代码", en="Part of a name or credit code", default=None
    )


def _ask(at: Acting, asked: WhichShares, after: str | None, limit: int) -> Page[ShareRow]:
    (last,) = key_of(after, 0)
    run = run_of(at.connection, asked.run_id)
    found = runs.shares(
        at.connection, asked.run_id, after=int(last), most=limit + 1, named=asked.search
    )
    page = page_of(found, limit, lambda one: one.institution_id)
    ids = [one.institution_id for one in page.rows]
    names = {one.institution_id: one for one in institutions.some(at.connection, ids)}
    carriers = {
        one.code: Words(one.name_zh, one.name_en) for one in regions.carriers(at.connection)
    }
    rows = [_row(one, run, names.get(one.institution_id), carriers) for one in page.rows]
    return Page(rows, page.next)


def _row(one: Share, run: RunRow, named: Any, carriers: Mapping[str, Words]) -> ShareRow:
    zh, en = (named.name_zh, named.name_en) if named else (None, None)
    return ShareRow(one, run, zh, en, carriers)


def _marks(row: ShareRow, lang: Lang) -> list[str]:
    carriers = {code: words.say(lang) for code, words in row.carriers.items()}
    year = row.share.base_year
    return [marked(Mark(*one), year, lang, carriers) for one in row.share.base_marks or ()]


def _explained(row: ShareRow) -> str:
    """Return the page that explains a quota, where it is in force."""
    if row.share.year not in row.run.in_force:
        return ""
    at = f"/institutions/{row.institution_id}/quotas/{row.share.year}"
    return f"{at}?union={row.run.union_id}&indicator={row.run.indicator}"


def _of_base(row: ShareRow) -> str | None:
    if not row.base_g:
        return None
    return format(round(Decimal(row.share.amount_g) / row.base_g * 100, 2), "f")


def _monthly(grams: list[int | None]) -> list[str | None]:
    return [in_units(one, 1000) for one in grams]


SHARES: Final = Table[ShareRow, WhichShares](
    code="run-quotas",
    path="/runs/{run_id}/quotas",
    words=Words("用能指标", "Quotas of a run"),
    about="What a run gives each institution that the reader sees, issued or not; months without a "
    "base have no quota.",
    tag="runs and quotas",
    columns=(
        Column(
            "run_id",
            Words("分解方案编号", "Run id"),
            lambda row: row.run.run_id,
            "whole",
            apart=True,
        ),
        *institution_columns(link=_explained),
        Column(
            "member_id",
            Words("成员编号", "Member id"),
            lambda row: row.share.member_id,
            "whole",
            apart=True,
        ),
        Column(
            "year",
            Words("年份", "Year"),
            lambda row: row.share.year,
            "whole",
            shown=lambda row, lang: str(row.share.year),
        ),
        *of_indicator(),
        amount("base", "基期", "Base", lambda row: row.base_g),
        amount("amount", "用能指标", "Quota", lambda row: row.share.amount_g),
        Column(
            "of_base", Words("占基期", "Of the base"), _of_base, "number", unit="%", only="people"
        ),
        Column(
            "bound",
            Words("约束", "Bound"),
            lambda row: row.share.bound,
            shown=lambda row, lang: _BOUNDS[row.share.bound].say(lang) if row.share.bound else "",
            hint=Words("由上下限而非 λ 决定", "floor or ceiling, where that decides instead of λ"),
        ),
        Column(
            "base_marks",
            Words("基期异常", "Odd of the base"),
            lambda row: _marks(row, "en"),
            "several",
            shown=_marks,
        ),
        Column(
            "base_states",
            Words("各月依据", "What months rest on"),
            lambda row: row.share.base_states,
            "several",
            apart=True,
            hint=Words("实测、账单、估算或缺", "measured, billed, estimated or missing, by month"),
        ),
        Column(
            "base_months",
            Words("各月基期", "Base by month"),
            lambda row: _monthly(row.share.base_g),
            "numbers",
            apart=True,
        ),
        Column(
            "months",
            Words("各月指标", "Quota by month"),
            lambda row: _monthly(row.share.months_g),
            "numbers",
            apart=True,
        ),
    ),
    filter=WhichShares,
    ask=_ask,
    empty=Words("没有符合条件的用能指标。", "No quota matches."),
)
