"""The tables of alarms: the addresses, and the record of what was sent to them."""

from typing import Any, Final

from actions.accounts.alarms import LANGUAGES, WAYS, AddAlarm, EndAlarm, TestAlarm
from actions.declared import Action
from actions.fields import Acting, Lang, Words, field
from actions.figures import in_units
from actions.kinds import Id
from actions.registry.institutions import institution_name
from actions.registry.named import institution_columns
from actions.rights import Right
from actions.tables import Column, Filter, Table, page_of
from storage.accounts import alarms
from storage.accounts.alarms import AlarmRoute, Sent
from storage.pages import NEWEST, Page, key_of

_SENT: Final = {
    "sent": Words("已送达", "sent"),
    "waiting": Words("待发送", "waiting"),
    "given_up": Words("已放弃", "given up"),
}
_EVENTS: Final = {"test": Words("测试", "Test"), "findings": Words("用能发现", "Findings")}
_LOOKS: Final = {"sent": "tag ok", "waiting": "tag", "given_up": "tag warn"}


class WhichAlarms(Filter):
    """Of which institution they are wanted."""

    institution: Id | None = field(
        zh="机构编号", en="Institution id", called=institution_name, default=None
    )


def _routes(at: Acting, asked: WhichAlarms, after: str | None, limit: int) -> Page[AlarmRoute]:
    (last,) = key_of(after, 0)
    found = alarms.routes(
        at.connection, institution_id=asked.institution, after=int(last), most=limit + 1
    )
    return page_of(found, limit, lambda row: row.route_id)


def _messages(at: Acting, asked: WhichAlarms, after: str | None, limit: int) -> Page[Sent]:
    (last,) = key_of(after, NEWEST)
    found = alarms.listed(
        at.connection, before=int(last), most=limit + 1, institution_id=asked.institution
    )
    return page_of(found, limit, lambda row: row.message_id)


def _newest(row: AlarmRoute, lang: Lang) -> list[str]:
    if row.made_at is None:
        return []
    state = "sent" if row.sent_at else "given_up" if row.given_up_at else "waiting"
    return [_SENT[state].say(lang), *([row.error] if row.error else [])]


def _to(name: str, action: type[Action[AlarmRoute, Any]], zh: str, en: str) -> Column:
    words = Words(zh, en)
    return Column(
        name,
        words,
        only="page",
        shown=lambda row, lang: f"{words.say(lang)} ›",
        link=lambda row: f"/do/{action.about.code}/{row.route_id}",
        right=Right.CORRECT_READINGS,
    )


def _way() -> Column:
    return Column(
        "way",
        Words("方式", "Way"),
        lambda row: row.way,
        shown=lambda row, lang: WAYS[row.way].say(lang),
    )


ALARMS: Final = Table[AlarmRoute, WhichAlarms](
    code="alarms",
    path="/alarms",
    page="/alarms",
    words=Words("接警地址", "Alarms"),
    about="Where the findings of the institutions that the reader sees are told, and what became "
    "of the newest message.",
    tag="findings",
    columns=(
        Column("route_id", Words("编号", "Id"), lambda row: row.route_id, "whole", apart=True),
        *institution_columns(),
        _way(),
        Column("address", Words("地址", "Address"), lambda row: row.address),
        Column(
            "least_kgce",
            Words("最小差值", "Tells of at least"),
            lambda row: in_units(row.least_kgce_g, 1000),
            "number",
            unit="kgce",
        ),
        Column(
            "language",
            Words("语言", "Language"),
            lambda row: row.lang,
            shown=lambda row, lang: LANGUAGES[row.lang].say(lang),
        ),
        Column("newest", Words("最近一条", "Newest message"), shown=_newest, only="people",
               blank=Words("尚未发送", "none yet")),
        _to("test", TestAlarm, "测试", "Test"),
        _to("end", EndAlarm, "停用", "End"),
    ),
    filter=WhichAlarms,
    unasked=("institution",),
    ask=_routes,
    actions=(AddAlarm.about.code,),
    entered_by=AddAlarm.about.code,
    empty=Words("没有接警地址。", "Nobody is told yet."),
    then=Words(
        "打开机构,“添加接警地址”,再发一条测试消息。",
        "Open an institution, “Add an address for alarms”, then send a test message.",
    ),
)  # fmt: skip

ALARM_MESSAGES: Final = Table[Sent, WhichAlarms](
    code="alarm-messages",
    path="/alarm-messages",
    page="/alarms/sent",
    words=Words("告警发送记录", "Alarms sent"),
    about="What was sent to the addresses for alarms, newest first, whether it arrived, and what "
    "the last attempt that failed said. Kept for 400 days.",
    tag="findings",
    columns=(
        Column("message_id", Words("编号", "Id"), lambda row: row.message_id, "whole", apart=True),
        Column("made_at", Words("时间", "Made"), lambda row: row.made_at, "instant"),
        *institution_columns(),
        _way(),
        Column("address", Words("地址", "Address"), lambda row: row.address),
        Column(
            "event",
            Words("内容", "About"),
            lambda row: row.event,
            shown=lambda row, lang: _EVENTS[row.event].say(lang),
        ),
        Column("findings", Words("发现数", "Findings"), lambda row: row.findings, "whole"),
        Column(
            "state",
            Words("状态", "State"),
            lambda row: row.state,
            shown=lambda row, lang: _SENT[row.state].say(lang),
            look=lambda row: _LOOKS[row.state],
        ),
        Column("attempts", Words("尝试次数", "Attempts"), lambda row: row.attempts, "whole"),
        Column("sent_at", Words("送达时间", "Sent at"), lambda row: row.sent_at, "instant"),
        Column("error", Words("上次失败", "Last failure"), lambda row: row.error),
    ),
    filter=WhichAlarms,
    unasked=("institution",),
    ask=_messages,
    empty=Words("还没有发送过。", "Nothing was sent yet."),
)
