"""The table of what could not be computed: of whom, why, and when it is tried again."""

from dataclasses import dataclass
from typing import Final

from actions.fields import Acting, Lang, Words, field
from actions.kinds import Id
from actions.readings.retry_set_aside import RetrySetAside
from actions.readings.things import STAGES
from actions.registry.named import institution_columns
from actions.tables import Column, Filter, Table, page_of
from storage.pages import Page, key_of
from storage.readings import set_aside
from storage.readings.set_aside import SetAside
from storage.registry import institutions, meters


@dataclass(frozen=True, slots=True)
class SetAsideRow:
    """Something that is set aside; what its institution and its channel are called."""

    one: SetAside
    institution_id: int | None
    name_zh: str | None
    name_en: str | None
    channel: str


class WhichSetAside(Filter):
    """Of which institution what is set aside is wanted."""

    institution_id: Id | None = field(zh="机构编号", en="Institution", default=None)


def _ask(at: Acting, asked: WhichSetAside, after: str | None, limit: int) -> Page[SetAsideRow]:
    (last,) = key_of(after, 0)
    found = set_aside.listed(
        at.connection, after=int(last), most=limit + 1, institution_id=asked.institution_id
    )
    page = page_of(found, limit, lambda one: one.id)
    ids = sorted({one.institution_id for one in page.rows if one.institution_id})
    names = {one.institution_id: one for one in institutions.some(at.connection, ids)}
    through = sorted({one.channel_id for one in page.rows if one.channel_id})
    channels = {one.channel_id: one for one in meters.channels(at.connection, through)}
    rows = []
    for one in page.rows:
        of, by = names.get(one.institution_id or 0), channels.get(one.channel_id or 0)
        called = f"{by.meter or by.meter_id} · {by.code}" if by else ""
        zh, en = (of.name_zh, of.name_en) if of else (None, None)
        rows.append(SetAsideRow(one, one.institution_id, zh, en, called))
    return Page(rows, page.next)


def _link(row: SetAsideRow) -> str:
    curve = f"?curve={row.one.channel_id}#curve" if row.one.channel_id else ""
    return f"/institutions/{row.institution_id}{curve}" if row.institution_id else ""


def _reason(row: SetAsideRow, lang: Lang) -> list[str]:
    return [row.one.reason, row.one.error]


SET_ASIDE: Final = Table[SetAsideRow, WhichSetAside](
    code="set-aside",
    path="/set-aside",
    words=Words("暂存待核项", "Set aside"),
    about="What could not be computed of the institutions that the reader sees, while all else "
    "goes on, the oldest first.",
    tag="operations",
    columns=(
        Column("id", Words("编号", "Id"), lambda row: row.one.id, "whole", apart=True),
        *institution_columns(link=_link),
        Column(
            "stage",
            Words("内容", "What"),
            lambda row: row.one.stage,
            shown=lambda row, lang: STAGES[row.one.stage].say(lang),
            hint=Words(
                "通道的用量、机构的台账,或某一台账的数值",
                "usage of a channel, account of an institution, or figure of one account alone",
            ),
        ),
        Column(
            "channel_id",
            Words("通道", "Channel"),
            lambda row: row.one.channel_id,
            "whole",
            named=lambda row, lang: row.channel,
        ),
        Column("carrier", Words("能源品种", "Carrier"), lambda row: row.one.carrier),
        Column(
            "month",
            Words("月份", "Month"),
            lambda row: f"{row.one.month:%Y-%m}" if row.one.month else None,
        ),
        Column(
            "reason",
            Words("原因", "Reason"),
            lambda row: row.one.reason,
            shown=_reason,
            look="code",
        ),
        Column("error", Words("错误", "Error"), lambda row: row.one.error, apart=True),
        Column("attempts", Words("已尝试", "Attempts"), lambda row: row.one.attempts, "whole"),
        Column("since", Words("自", "Since"), lambda row: row.one.since, "instant", apart=True),
        Column(
            "last_at",
            Words("上次尝试", "Last attempt"),
            lambda row: row.one.last_at,
            "instant",
            apart=True,
        ),
        Column(
            "retry_at",
            Words("下次尝试", "Next attempt"),
            lambda row: row.one.retry_at,
            "instant",
            blank=Words("待数据变化", "when something it is made of changes"),
        ),
        Column(
            "retry",
            Words("重试", "Retry"),
            only="page",
            shown=lambda row, lang: f"{Words('立即重试', 'Try at once').say(lang)} ›",
            link=lambda row: f"/do/{RetrySetAside.about.code}/{row.one.id}",
            right=RetrySetAside.about.right,
        ),
    ),
    filter=WhichSetAside,
    unasked=("institution_id",),
    ask=_ask,
    size=100,
    empty=Words("没有暂存待核项。", "Nothing is set aside."),
    then=Words("全部用量和台账均已计算。", "All use and accounts could be computed."),
)
