"""The table of refused messages that wait: from which gateway, for which reason, and how large."""

from collections.abc import Callable, Sequence
from typing import Final

from actions.fields import Acting, Lang, Option, Words, field, plain
from actions.kinds import Line
from actions.tables import Column, Filter, Table, page_of
from storage.pages import Page, key_of
from storage.readings import rejects
from storage.readings.rejects import RejectRow, Waiting


def _choices(of: Callable[[Waiting], str]) -> Callable[[Acting], Sequence[Option]]:
    def found(at: Acting) -> Sequence[Option]:
        values = sorted({of(one) for one in rejects.counted(at.connection)})
        return [Option(one, plain(one)) for one in values]

    return found


class WhichRejects(Filter):
    """Which refused messages are wanted."""

    gateway: Line | None = field(
        zh="采集网关", en="Gateway", choices=_choices(lambda one: one.gateway), default=None
    )
    reason: Line | None = field(
        zh="原因", en="Reason", choices=_choices(lambda one: one.reason), default=None
    )


def _ask(at: Acting, asked: WhichRejects, after: str | None, limit: int) -> Page[RejectRow]:
    (last,) = key_of(after, 0)
    found = rejects.listed(
        at.connection,
        after=int(last),
        most=limit + 1,
        gateway=asked.gateway,
        reason=asked.reason,
    )
    return page_of(found, limit, lambda row: row.reject_id)


def _reason(row: RejectRow, lang: Lang) -> list[str]:
    return [row.reason, row.message_zh if lang == "zh" else row.message_en]


REJECTS: Final = Table[RejectRow, WhichRejects](
    code="rejects",
    path="/rejects",
    words=Words("拒收报文", "Refused messages"),
    about="Refused messages that wait, of the gateways that the reader sees, in the order they "
    "came. One with its bytes is at /rejects/{reject_id}.",
    tag="rejects and gateways",
    columns=(
        Column("reject_id", Words("编号", "Id"), lambda row: row.reject_id, "whole", apart=True),
        Column(
            "received_at",
            Words("收到", "Came"),
            lambda row: row.received_at,
            "instant",
            link=lambda row: f"/rejects/{row.reject_id}",
        ),
        Column("topic", Words("主题", "Topic"), lambda row: row.topic, apart=True),
        Column("gateway", Words("采集网关", "Gateway"), lambda row: row.gateway),
        Column("seq", Words("序号", "Sequence number"), lambda row: row.seq, "whole", apart=True),
        Column(
            "reason",
            Words("原因", "Reason"),
            lambda row: row.reason,
            shown=_reason,
            look="code",
            hint=Words("固定代码", "A stable code"),
        ),
        Column(
            "message_zh", Words("说明", "In Chinese"), lambda row: row.message_zh, only="programs"
        ),
        Column(
            "message_en",
            Words("英文说明", "In English"),
            lambda row: row.message_en,
            only="programs",
        ),
        Column(
            "i",
            Words("拒收的读数", "Refused readings"),
            lambda row: row.i,
            "wholes",
            apart=True,
            hint=Words("在报文中的位置;空为整条", "Their places in the message; empty: all of it"),
        ),
        Column(
            "readings",
            Words("读数", "Readings"),
            lambda row: row.readings,
            "whole",
            hint=Words("0 为未知", "How many; 0 where nobody can know"),
        ),
        Column("bytes", Words("字节", "Bytes"), lambda row: row.bytes, "whole"),
        Column(
            "off_s",
            Words("时钟偏差", "Clock off"),
            lambda row: None if row.off_ms is None else row.off_ms // 1000,
            "whole",
            unit="s",
            apart=True,
            hint=Words(
                "clock.ahead 距到达时刻,clock.behind 距该网关最新读数",
                "Of clock.ahead from its arrival, of clock.behind from the gateway's newest",
            ),
        ),
    ),
    filter=WhichRejects,
    ask=_ask,
    empty=Words("没有待处理的拒收报文。", "Nothing that was refused waits."),
    then=Words(
        "拒收的报文会列在这里,可在改正登记后重新收下。",
        "What is refused is listed here, to be taken once the registry was mended.",
    ),
)
