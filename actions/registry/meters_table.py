"""The tables of meters and of their channels."""

from typing import Final

from actions.fields import Acting, Words, field
from actions.kinds import Id, Line
from actions.registry.named import either
from actions.tables import Column, Filter, Table, attribute, page_of
from metering.channels import Kind
from storage.pages import Page, key_of
from storage.registry import meters
from storage.registry.meters import Channel, Meter


class WhichMeters(Filter):
    """Of which institution meters are wanted."""

    institution: Id | None = field(zh="机构编号", en="Institution", default=None)


class WhichChannels(WhichMeters):
    """Of which institution and carrier channels are wanted."""

    carrier: Line | None = field(zh="能源品种代码", en="Carrier", default=None)


def _meters(at: Acting, asked: WhichMeters, after: str | None, limit: int) -> Page[Meter]:
    (last,) = key_of(after, 0)
    found = meters.listed(
        at.connection, institution_id=asked.institution, after=int(last), most=limit + 1
    )
    return page_of(found, limit, lambda one: one.meter_id)


def _channels(at: Acting, asked: WhichChannels, after: str | None, limit: int) -> Page[Channel]:
    (last,) = key_of(after, 0)
    found = meters.channels_after(
        at.connection,
        institution_id=asked.institution,
        carrier=asked.carrier,
        after=int(last),
        most=limit + 1,
    )
    return page_of(found, limit, lambda one: one.channel_id)


METERS: Final = Table[Meter, WhichMeters](
    code="meters",
    path="/meters",
    words=Words("计量器具", "Meters"),
    about="The meters of the institutions that the reader sees, in order of id; /channels lists "
    "their channels.",
    tag="meters and channels",
    columns=(
        attribute("meter_id", "编号", "Id", "whole"),
        attribute("institution_id", "机构编号", "Institution id", "whole"),
        attribute("code", "表计编号", "Code"),
        attribute("name_zh", "中文名称", "Name, Chinese", only="programs"),
        attribute("name_en", "英文名称", "Name, English", only="programs"),
        either("name", "名称", "Name", "name"),
        Column("channels", Words("通道编号", "Channels"), lambda one: one.channel_ids, "wholes"),
    ),
    filter=WhichMeters,
    ask=_meters,
)
CHANNELS: Final = Table[Channel, WhichChannels](
    code="channels",
    path="/channels",
    words=Words("计量通道", "Channels"),
    about="The channels that the reader sees, in order of id.",
    tag="meters and channels",
    columns=(
        attribute("channel_id", "编号", "Id", "whole"),
        attribute("meter_id", "表计", "Meter id", "whole"),
        attribute(
            "meter", "表计编号", "Meter", hint=("空为他人的表计", "null: it is somebody else's")
        ),
        attribute("institution_id", "机构编号", "Institution id", "whole"),
        attribute("code", "通道", "Code"),
        attribute("carrier", "能源品种", "Carrier"),
        Column(
            "kind",
            Words("类型", "Kind"),
            lambda one: Kind(one.kind).name.lower(),
            hint=Words("计度器、区间量或功率", "register, interval or power"),
        ),
        attribute("unit", "单位", "Unit", hint=("发送方的单位", "The sender's")),
        attribute("per_unit", "每单位量子数", "Quanta in a unit", "whole"),
        attribute(
            "net", "可为负", "Net", "flag", hint=("负用量为正常", "Whether negative use is meant")
        ),
        attribute("zone", "时区", "Zone"),
        attribute("since", "自", "Since", "instant"),
        attribute("sealed_before", "封存至", "Sealed before", "instant"),
    ),
    filter=WhichChannels,
    ask=_channels,
)
