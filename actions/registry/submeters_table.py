"""The table of sub-meters: behind which main meter each measures, from when on."""

from typing import Final

from actions.fields import Acting, Lang, Words, field
from actions.kinds import Id, Line
from actions.registry.institutions import institution_name
from actions.registry.named import either, in_words
from actions.registry.of_channels import channel_column, house_column
from actions.registry.state_submeter import StateSubmeter
from actions.tables import Column, Filter, Table, attribute, page_of
from storage.pages import Page, key_of
from storage.registry import submeters
from storage.registry.submeters import Submeter


class WhichSubmeters(Filter):
    """Which sub-meters are wanted."""

    institution: Id | None = field(
        zh="机构编号", en="Institution id", called=institution_name, default=None
    )
    carrier: Line | None = field(zh="能源品种代码", en="Carrier", default=None)


def _ask(at: Acting, asked: WhichSubmeters, after: str | None, limit: int) -> Page[Submeter]:
    (last,) = key_of(after, 0)
    found = submeters.listed(
        at.connection,
        institution=asked.institution,
        carrier=asked.carrier,
        after=int(last),
        most=limit + 1,
    )
    return page_of(found, limit, lambda one: one.submeter_id)


SUBMETERS: Final = Table[Submeter, WhichSubmeters](
    code="submeters",
    path="/submeters",
    page="/submeters",
    words=Words("总分表关系", "Sub-meters"),
    about="Behind which main meter each sub-meter that the reader sees measures, from a day on. "
    "What a sub-meter measures is counted with its main meter already. `main` null is never told: "
    "a channel without a row is a main meter.",
    tag="meters and channels",
    columns=(
        attribute("submeter_id", "编号", "Id", "whole", only="programs"),
        house_column(),
        either("carrier", "能源品种", "Carrier"),
        attribute("carrier", "能源品种代码", "Carrier code", only="programs"),
        channel_column(
            "分表",
            "Sub-meter",
            lambda row, lang: _named(row.name_zh, row.name_en, row.channel, lang),
        ),
        Column(
            "main",
            Words("总表", "Main meter"),
            lambda row: row.main_id,
            "whole",
            named=lambda row, lang: _named(row.main_zh, row.main_en, row.main_channel, lang),
        ),
        attribute("valid_from", "起始日期", "From", "day"),
        attribute("valid_to", "截止日期(不含)", "To, not included", "day"),
        attribute("source", "依据", "Source"),
    ),
    filter=WhichSubmeters,
    ask=_ask,
    actions=(StateSubmeter.about.code,),
    entered_by=StateSubmeter.about.code,
    empty=Words("没有登记总分表关系。", "No sub-meters are registered."),
    then=Words(
        "打开机构,在逐时曲线中选择分表,登记其总表。",
        "Open the institution, choose the sub-meter in its hourly curve, and state its main meter.",
    ),
)


def _named(zh: str, en: str, channel: str, lang: Lang) -> str:
    return f"{in_words(zh, en, lang)} · {channel}"
