"""The table of gateways: what each is bound to, when it last spoke, and how its clock goes."""

from typing import Final

from actions.fields import Acting, Words, field
from actions.kinds import Line
from actions.tables import Column, Filter, Table, page_of
from storage.pages import Page, key_of
from storage.readings import gateways
from storage.readings.gateways import Gateway


class WhichGateways(Filter):
    """Which gateways are wanted, of those of the reader's channels."""

    search: Line | None = field(zh="采集网关", en="Part of the name", default=None)


def _ask(at: Acting, asked: WhichGateways, after: str | None, limit: int) -> Page[Gateway]:
    (last,) = key_of(after, "")
    found = gateways.listed(at.connection, after=str(last), most=limit + 1, text=asked.search or "")
    return page_of(found, limit, lambda one: one.name)


GATEWAYS: Final = Table[Gateway, WhichGateways](
    code="gateways",
    path="/gateways",
    words=Words("采集网关", "Gateways"),
    about="The gateways of the channels that the reader sees, in order of name.",
    tag="rejects and gateways",
    columns=(
        Column("gateway_id", Words("编号", "Id"), lambda one: one.gateway_id, "whole"),
        Column("name", Words("名称", "Name"), lambda one: one.name),
        Column("since", Words("登记时间", "Known since"), lambda one: one.since, "instant"),
        Column(
            "has_key",
            Words("有密钥", "Has a key"),
            lambda one: one.has_key,
            "flag",
            hint=Words("可登录代理、经 HTTP 推送", "Whether it may come in, and push over HTTP"),
        ),
        Column("keyed_at", Words("签发时间", "Key issued"), lambda one: one.keyed_at, "instant"),
        Column("revoked_at", Words("吊销时间", "Revoked"), lambda one: one.revoked_at, "instant"),
        Column("heard_at", Words("最近消息", "Last heard"), lambda one: one.heard_at, "instant"),
        Column(
            "usual_s",
            Words("通常间隔", "Usual interval"),
            lambda one: one.habits.usual_s,
            "whole",
            unit="s",
            hint=Words("最近 64 次到达间隔的中位数", "The middle of its last 64"),
        ),
        Column(
            "late_after_s",
            Words("离线时限", "Offline after"),
            lambda one: one.habits.late_after_s,
            "whole",
            unit="s",
            hint=Words("无消息超过此时长即为离线", "Silent for longer than this, it is offline"),
        ),
        Column("clock", Words("时钟", "Clock"), lambda one: one.habits.clock.value),
        Column("channels", Words("通道数", "Channels"), lambda one: one.channels, "whole"),
        Column(
            "last_reading_at",
            Words("最近读数", "Last reading"),
            lambda one: one.last_reading_at,
            "instant",
        ),
        Column(
            "rejects",
            Words("待处理拒收", "Rejects"),
            lambda one: one.rejects,
            "whole",
            hint=Words("待处理的拒收报文", "Refused messages that wait"),
        ),
        Column(
            "clock_ahead_s",
            Words("时钟超前", "Clock ahead"),
            lambda one: one.clock_ahead_s,
            "whole",
            unit="s",
            hint=Words(
                "最近报文的最新时刻减到达时刻;远小于 0 即补报",
                "Newest instant of its last message, less the arrival; far below 0 where it sent "
                "what happened long before",
            ),
        ),
        Column(
            "clock_set_aside_at",
            Words("因时钟暂存", "Set aside for its clock"),
            lambda one: one.clock_set_aside_at,
            "instant",
            hint=Words("最近一次因时钟暂存读数", "When readings were last set aside for its clock"),
        ),
        Column(
            "shift_proposed",
            Words("建议平移", "Shift proposed"),
            lambda one: one.shift_proposed,
            hint=Words(
                "如 -8h:把当地时间当作 UTC 发送",
                "By how much to shift what waits as clock.ahead, such as -8h: local time sent as "
                "UTC",
            ),
        ),
    ),
    filter=WhichGateways,
    ask=_ask,
)
