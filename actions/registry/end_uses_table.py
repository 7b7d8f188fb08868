"""The table of what channels are for."""

from typing import Final

from actions.fields import Acting, Lang, Words
from actions.registry.named import in_words
from actions.registry.of_channels import OfChannel, channel_column, house_column
from actions.registry.state_end_use import StateEndUse
from actions.tables import Column, Table, attribute, page_of
from storage.pages import Page, key_of
from storage.registry import end_uses
from storage.registry.end_uses import ChannelUse


def _ask(at: Acting, asked: OfChannel, after: str | None, limit: int) -> Page[ChannelUse]:
    (last,) = key_of(after, 0)
    found = end_uses.known(
        at.connection,
        institution=asked.institution,
        channel=asked.channel,
        after=int(last),
        most=limit + 1,
    )
    return page_of(found, limit, lambda one: one.end_use_id)


def _meter(row: ChannelUse, lang: Lang) -> str:
    return f"{in_words(row.name_zh, row.name_en, lang)} · {row.channel}"


END_USES: Final = Table[ChannelUse, OfChannel](
    code="channel-end-uses",
    path="/channel-end-uses",
    page="/channel-end-uses",
    words=Words("通道用能分项", "End uses of channels"),
    about="What the channels that the reader sees are for, from a day on: an item of a code set, "
    "as SET:CODE; /published/end-uses has all items.",
    tag="meters and channels",
    columns=(
        attribute("end_use_id", "编号", "Id", "whole", only="programs"),
        house_column(lambda row: f"/institutions/{row.institution_id}/end-uses"),
        channel_column("计量通道", "Channel", _meter),
        attribute("carrier", "能源品种", "Carrier"),
        Column("use", Words("用能分项", "End use"), lambda row: row.key, look="code"),
        attribute("valid_from", "起始日期", "From", "day"),
        attribute("valid_to", "截止日期(不含)", "To, not included", "day"),
        attribute("source", "依据", "Source"),
    ),
    filter=OfChannel,
    unasked=("channel",),
    ask=_ask,
    actions=(StateEndUse.about.code,),
    entered_by=StateEndUse.about.code,
    empty=Words("没有登记用能分项。", "No end uses are stated."),
    then=Words(
        "打开机构,在逐时曲线中选择计量通道,登记其用能分项。",
        "Open the institution, choose the channel in its hourly curve, and state its end use.",
    ),
)
