"""The table of virtual channels: what each is made of, from when on."""

from typing import Final

from actions.fields import Acting, Words
from actions.registry.formula_checks import in_words as formula_words
from actions.registry.named import in_words
from actions.registry.of_channels import OfChannel, channel_column, house_column
from actions.registry.split_channel import SplitChannel
from actions.registry.state_formula import StateFormula
from actions.tables import Column, Table, attribute, page_of
from storage.pages import Page, key_of
from storage.registry import formulas
from storage.registry.formulas import Formula


def _ask(at: Acting, asked: OfChannel, after: str | None, limit: int) -> Page[Formula]:
    (last,) = key_of(after, 0)
    found = formulas.listed(
        at.connection,
        institution=asked.institution,
        channel=asked.channel,
        after=int(last),
        most=limit + 1,
    )
    return page_of(found, limit, lambda one: one.formula_id)


FORMULAS: Final = Table[Formula, OfChannel](
    code="formulas",
    path="/formulas",
    page="/formulas",
    words=Words("虚拟通道", "Virtual channels"),
    about="Channels that nothing measures: what others used, hour by hour, added and taken off "
    "(`signs` of `inputs`), or the part of one that falls to the institution by the size `by` "
    "among `members`. An hour is known where all of them know it.",
    tag="meters and channels",
    columns=(
        attribute("formula_id", "编号", "Id", "whole", only="programs"),
        house_column(),
        channel_column(
            "虚拟通道",
            "Virtual channel",
            lambda row, lang: f"{in_words(row.name_zh, row.name_en, lang)} ({row.meter})",
        ),
        attribute("carrier", "能源品种", "Carrier"),
        Column(
            "made_of",
            Words("算式", "Formula"),
            shown=lambda row, lang: formula_words(row).say(lang),
            only="people",
        ),
        attribute("inputs", "由通道", "Inputs", "wholes", only="programs"),
        attribute("signs", "符号", "Signs", "wholes", only="programs"),
        attribute("by", "分摊依据", "By", only="programs"),
        attribute("members", "分摊机构", "Members", "wholes", only="programs"),
        attribute("valid_from", "起始日期", "From", "day"),
        attribute("valid_to", "截止日期(不含)", "To, not included", "day"),
        attribute("source", "依据", "Source"),
    ),
    filter=OfChannel,
    unasked=("channel",),
    ask=_ask,
    actions=(StateFormula.about.code, SplitChannel.about.code),
    empty=Words("没有登记虚拟通道。", "No virtual channels are stated."),
    then=Words(
        "打开机构登记虚拟通道,或在逐时曲线中选择通道按面积、人数分摊。",
        "State one on an institution's page, or divide a channel chosen in its hourly curve.",
    ),
)
