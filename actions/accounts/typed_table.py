"""The table of typed figures and deliveries."""

from dataclasses import dataclass
from typing import Final

from actions.fields import Acting, Words, field
from actions.figures import in_units
from actions.kinds import Id, Line, Month
from actions.registry.institutions import institution_name
from actions.registry.named import in_words, institution_columns
from actions.registry.things import every_carrier
from actions.spans import month_after
from actions.tables import Column, Filter, Table, attribute, page_of
from storage.accounts import typed
from storage.accounts.typed import MONTH, Figure
from storage.pages import Page, key_of
from storage.registry import institutions


class WhichFigures(Filter):
    """Which typed figures are wanted."""

    institution: Id | None = field(
        zh="机构编号", en="Institution id", called=institution_name, default=None
    )
    carrier: Line | None = field(zh="能源品种", en="Carrier", choices=every_carrier, default=None)
    from_: Month | None = field(zh="起始月份", en="The first month", default=None)
    to: Month | None = field(zh="终止月份(含)", en="The last month, included", default=None)
    every: bool = field(
        zh="含已更正和撤销的", en="With those corrected and withdrawn", default=False
    )


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A figure with what its institution and kind are called."""

    one: Figure
    name_zh: str | None
    name_en: str | None
    kind: Words

    @property
    def institution_id(self) -> int:
        """Whose it is."""
        return self.one.institution_id


def _ask(at: Acting, asked: WhichFigures, after: str | None, limit: int) -> Page[FigureRow]:
    (last,) = key_of(after, 0)
    span = (
        asked.from_.replace(day=1) if asked.from_ else None,
        month_after(asked.to) if asked.to else None,
    )
    found = typed.listed(
        at.connection, institution=asked.institution, carrier=asked.carrier, span=span,
        every=asked.every, after=int(last), most=limit + 1,
    )  # fmt: skip
    names = institutions.names(at.connection, sorted({one.institution_id for one in found}))
    kinds = {
        one.code: Words(one.name_zh, one.name_en) for one in typed.kinds(at.connection, at.today)
    } | {MONTH: Words("整月", "Month")}
    rows = [
        FigureRow(
            one, *names.get(one.institution_id, (None, None)),
            kinds.get(one.kind, Words(one.kind, one.kind)),
        )
        for one in found
    ]  # fmt: skip
    return page_of(rows, limit, lambda row: row.one.figure_id)


FIGURES: Final = Table[FigureRow, WhichFigures](
    code="figures",
    path="/figures",
    page="/figures",
    words=Words("填报数", "Typed figures"),
    about="Months and deliveries that people typed in, of the institutions that the reader sees. "
    "`used` is in the carrier's unit.",
    tag="bills",
    columns=(
        attribute("one.figure_id", "编号", "Id", "whole", called="figure_id"),
        *institution_columns(),
        Column(
            "carrier",
            Words("能源品种", "Carrier"),
            lambda row: row.one.carrier,
            shown=lambda row, lang: in_words(row.one.carrier_zh, row.one.carrier_en, lang),
        ),
        Column(
            "kind",
            Words("品类", "Kind"),
            lambda row: row.one.kind,
            shown=lambda row, lang: row.kind.say(lang),
        ),
        attribute("one.day", "日期或月份首日", "Day, or first of the month", "day", called="day"),
        Column(
            "used",
            Words("数量", "Quantity"),
            lambda row: in_units(row.one.quanta, row.one.per_unit),
            "number",
            unit_of=lambda row: row.one.carrier_unit,
        ),
        Column(
            "stated",
            Words("原数", "As stated"),
            lambda row: f"{row.one.quantity:f} {row.one.unit}",
        ),
        Column(
            "cost",
            Words("金额(元)", "Cost (yuan)"), lambda row: in_units(row.one.cost_fen, 100), "number",
        ),
        attribute("one.basis", "依据", "Basis", called="basis"),
        attribute("one.known_by", "填报人", "Typed by", called="known_by", apart=True),
        attribute("one.known_since", "填报时间", "Typed at", "instant", called="known_since"),
        attribute("one.known_until", "有效至", "Known until", "instant", called="known_until",
                  apart=True),
        attribute("one.corrects", "更正了", "Corrects", "whole", called="corrects", apart=True),
        Column(
            "correct",
            Words("更正", "Correct"),
            shown=lambda _, lang: Words("更正", "Correct").say(lang),
            link=lambda row: f"/do/figure.correct/{row.one.figure_id}",
            only="page",
        ),
        Column(
            "withdraw",
            Words("撤销", "Withdraw"),
            shown=lambda _, lang: Words("撤销", "Withdraw").say(lang),
            link=lambda row: f"/do/figure.withdraw/{row.one.figure_id}",
            only="page",
        ),
    ),
    filter=WhichFigures,
    ask=_ask,
    empty=Words("没有填报数。", "Nothing has been typed in."),
    then=Words("请在机构页面填报。", "Type it in on the page of its institution."),
)  # fmt: skip
