"""Alarms: where an institution's findings are told, tried, and what became of each message."""

import re
import secrets
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from pydantic import BaseModel

from actions.declared import About, Action, Effect, Opposite, Started, Thing
from actions.fields import Acting, Lang, Words, field, once, plain
from actions.kinds import Amount, Line
from actions.registry.named import in_words
from actions.registry.things import INSTITUTION
from actions.rights import Right
from metering.errors import ConflictError, InputError
from storage import tasks
from storage.accounts import alarms
from storage.accounts.alarms import AlarmRoute
from storage.registry.institutions import Institution

WAYS: Final = {
    "mail": Words("邮件", "Mail"),
    "webhook": Words("Webhook", "Webhook"),
    "wecom": Words("企业微信机器人", "WeCom robot"),
    "dingtalk": Words("钉钉机器人", "DingTalk robot"),
}
LANGUAGES: Final = {"zh": Words("中文", "Chinese"), "en": Words("英文", "English")}
_MAIL: Final = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")


class Way(StrEnum):
    """How findings are told."""

    MAIL = "mail"
    WEBHOOK = "webhook"
    WECOM = "wecom"
    DINGTALK = "dingtalk"


class Language(StrEnum):
    """In which language."""

    ZH = "zh"
    EN = "en"


def _named(one: AlarmRoute, lang: Lang) -> str:
    name = in_words(one.name_zh, one.name_en, lang) or str(one.institution_id)
    return f"{name} · {WAYS[one.way].say(lang)} · {one.address}"


ALARM_ROUTE: Final = Thing[AlarmRoute](
    "alarm_route",
    Words("接警地址", "alarm address"),
    AlarmRoute,
    find=lambda at, on: next(iter(alarms.routes(at.connection, only=on)), None),
    name=_named,
    page=lambda _: "/alarms",
    covered="""(SELECT institution_id FROM alarm_route WHERE id = %(on)s)
               IN (SELECT * FROM access.covers(%(right)s))""",
    way=Words("在列表中选择", "choose it in the list"),
)


class AlarmAdded(BaseModel):
    """A new address of an institution."""

    route_id: int
    secret: str | None = once(zh="签名密钥", en="Secret that signs each message")


class AlarmEnded(BaseModel):
    """An address to which nothing is told any longer."""

    route_id: int


class AddAlarm(Action[Institution, AlarmAdded]):
    """Have an institution's findings told to an address from now on."""

    about = About(
        code="alarm.add",
        on=INSTITUTION,
        right=Right.CORRECT_READINGS,
        path="/institutions/{on}/alarms",
        tag="findings",
        zh="添加接警地址",
        en="Add an address for alarms",
        done=("已添加,请发一条测试消息。", "Added; send a test message."),
    )

    way: Way = field(zh="方式", en="Way", names=WAYS, examples=["mail"])
    address: Line = field(
        zh="地址",
        en="Address",
        hint=("邮箱,或机器人、Webhook 的 https 网址", "A mailbox, or the https address"),
        examples=["energy@example.org", "https://example.org/hook"],
    )
    least_kgce: Amount = field(
        zh="最小差值",
        en="Tell of at least",
        unit="kgce",
        hint=("相差不足此数的发现不通知", "Findings of a lesser size are not told"),
        examples=["1"],
    )
    language: Language = field(zh="语言", en="Language", names=LANGUAGES, examples=["zh"])

    def check(self, on: Institution, at: Acting) -> None:
        """Refuse an address that is none of its way, or is held already."""
        self._address()
        if alarms.is_held(at.connection, on.institution_id, self.way.value, self.address):
            raise ConflictError(
                "alarm.held",
                zh=f"该机构已有接警地址“{self.address}”。",
                en=f"The institution has the address {self.address} already.",
                next_zh="如需更改,请先停用原地址。",
                next_en="To change it, end the old one first.",
                where={"field": "address"},
            )

    def foresee(self, on: Institution, at: Acting) -> list[Effect]:
        """Return the address that there would be."""
        shown = Words(
            f"{WAYS[self.way.value].zh} · {self.address}",
            f"{WAYS[self.way.value].en} · {self.address}",
        )
        return [Effect("alarm", ALARM_ROUTE.words, None, shown)]

    def do(self, on: Institution, at: Acting) -> AlarmAdded:
        """Keep it, with a new secret where it is a webhook's."""
        secret = secrets.token_urlsafe(32) if self.way is Way.WEBHOOK else None
        least_g = int(self.least_kgce * 1000)
        made = alarms.add(
            at.connection,
            on.institution_id,
            self.way.value,
            self.address,
            least_g,
            self.language.value,
            secret,
        )
        return AlarmAdded(route_id=made, secret=secret)

    def opposite(self, on: Institution, result: AlarmAdded) -> Opposite:
        """Return its end."""
        return Opposite(EndAlarm(), result.route_id)

    def _address(self) -> None:
        if self.least_kgce >= Decimal(10) ** 12:
            raise _bad("least_kgce", str(self.least_kgce), "差值过大。", "That is too much.")
        if self.way is Way.MAIL:
            if not _MAIL.fullmatch(self.address):
                raise _bad("address", self.address, "不是一个邮箱地址。", "It is no mailbox.")
            return
        try:
            parts = urlsplit(self.address)
            _ = parts.port
        except ValueError:
            parts = urlsplit("")
        if parts.scheme not in ("https", "http") or not parts.hostname or parts.username:
            raise _bad("address", self.address, "不是一个网址。", "It is no https address.")


def _bad(name: str, value: str, zh: str, en: str) -> InputError:
    return InputError(
        "alarm.bad_address" if name == "address" else "alarm.bad_size",
        zh=zh,
        en=en,
        next_zh="请填写邮箱,或机器人、Webhook 的完整 https 网址;差值以千克标准煤计。",
        next_en="Give a mailbox, or the whole https address of robot or webhook; sizes in kgce.",
        where={"field": name, "value": value},
    )


class EndAlarm(Action[AlarmRoute, AlarmEnded]):
    """Have nothing told to an address any longer."""

    about = About(
        code="alarm.end",
        on=ALARM_ROUTE,
        right=Right.CORRECT_READINGS,
        path="/alarms/{on}/end",
        tag="findings",
        zh="停用接警地址",
        en="End an address for alarms",
        done=("已停用。", "It has ended."),
    )

    def foresee(self, on: AlarmRoute, at: Acting) -> list[Effect]:
        """Return the address that there would be no longer."""
        return [Effect("alarm", ALARM_ROUTE.words, plain(on.address), None)]

    def do(self, on: AlarmRoute, at: Acting) -> AlarmEnded:
        """End it; what waits to be sent there is given up."""
        alarms.end(at.connection, on.route_id)
        return AlarmEnded(route_id=on.route_id)


class TestAlarm(Action[AlarmRoute, Started]):
    """Send a message that only says that it arrived."""

    __test__ = False

    about = About(
        code="alarm.test",
        on=ALARM_ROUTE,
        right=Right.CORRECT_READINGS,
        path="/alarms/{on}/test",
        tag="findings",
        zh="发送测试消息",
        en="Send a test message",
        done=("测试消息已排队,结果见发送记录。",
              "It is on its way; the record says whether it arrived."),
        by_file=False,
    )  # fmt: skip

    def foresee(self, on: AlarmRoute, at: Acting) -> list[Effect]:
        """Return where it would go."""
        return [Effect("test", Words("测试消息", "Test message"), None, plain(on.address))]

    def do(self, on: AlarmRoute, at: Acting) -> Started:
        """Write it down, to be sent at once."""
        made = alarms.test(at.connection, on.route_id)
        return Started(task=tasks.add(at.connection, alarms.KIND, str(made), datetime.now(UTC)))
