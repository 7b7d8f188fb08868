"""The tables of keys that no channel is bound to: what came, and what they could be bound to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from actions.fields import Acting, Option, Words, field, plain
from actions.kinds import Line
from actions.readings.bind_key import KINDS, BindKey
from actions.rights import Right
from actions.tables import Column, Filter, Table, page_of
from metering.guesses import Guess, guess
from storage.pages import Page, key_of
from storage.readings import unbound
from storage.readings.unbound import UnboundKey
from storage.registry import keys, regions

_MOST: Final = 10_000
_PERIODS_S: Final = (60, 300, 600, 900, 1_800, 3_600, 86_400)
_STATE: Final = {
    "voltage": "电压", "current": "电流", "temperature": "温度", "humidity": "湿度",
    "power factor": "功率因数", "frequency": "频率", "signal": "信号", "battery": "电池",
    "reactive": "无功", "uptime": "状态",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class UnboundRow:
    """A key without a channel, what it may be, and what carriers are called."""

    one: UnboundKey
    guess: Guess
    carrier: Words

    @property
    def kind(self) -> str | None:
        """The guessed kind as people write it."""
        return None if self.guess.kind is None else self.guess.kind.name.lower()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A row of the file by which keys are bound: as `key.bind` has its fields."""

    row: UnboundRow
    channel: int | None
    institution: int | None
    period_s: int


def _gateways(at: Acting) -> Sequence[Option]:
    return [Option(one, plain(one)) for one in unbound.gateways(at.connection)]


class WhichUnbound(Filter):
    """Which keys are wanted."""

    gateway: Line | None = field(zh="采集网关", en="Gateway", choices=_gateways, default=None)


def _rows(at: Acting, found: Sequence[UnboundKey]) -> list[UnboundRow]:
    words = {one.code: Words(one.name_zh, one.name_en) for one in regions.carriers(at.connection)}
    rows = []
    for one in found:
        meant = guess(one.key, one.unit, one.rises, one.falls)
        reads = meant.reads or ""
        told = Words(_STATE.get(reads, reads), reads)
        rows.append(UnboundRow(one, meant, words.get(meant.carrier or "", told)))
    return rows


def _ask(at: Acting, asked: WhichUnbound, after: str | None, limit: int) -> Page[UnboundRow]:
    gateway, key = key_of(after, "", "")
    found = unbound.listed(
        at.connection, after=(str(gateway), str(key)), most=limit + 1, gateway=asked.gateway
    )
    rows = page_of(found, limit, lambda one: (one.gateway, one.key))
    return Page(_rows(at, rows.rows), rows.next)


def _suggest(at: Acting, asked: WhichUnbound) -> Iterator[Suggestion]:
    """Return what each key of use could be bound to; readings of a meter's state are left out."""
    found = unbound.listed(at.connection, most=_MOST, gateway=asked.gateway)
    rows = [one for one in _rows(at, found) if one.guess.reads is None]
    pairs = [(one.one.gateway, one.one.key) for one in rows]
    for row, (channel, institution) in zip(rows, keys.suggested(at.connection, pairs), strict=True):
        yield Suggestion(row, channel, institution, _period_s(row.one))


def _period_s(one: UnboundKey) -> int:
    """Return the usual distance of readings that comes nearest to what was seen."""
    spans = max(1, one.readings - 1)
    seen = (one.at - one.since).total_seconds() / spans
    return min(_PERIODS_S, key=lambda period_s: abs(period_s - seen)) if seen else 900


def _bind(row: UnboundRow) -> str:
    """Return the address of the form, begun with what is known and guessed."""
    one = row.one
    said = {
        "gateway": one.gateway, "channel_key": one.key, "carrier": row.guess.carrier,
        "kind": row.kind, "unit": row.guess.unit, "opens": _first(one), "ratio": "1",
        "period_s": str(_period_s(one)), "name": one.key, "counts": "no",
    }  # fmt: skip
    return f"/do/{BindKey.about.code}?{urlencode({k: v for k, v in said.items() if v})}"


def _first(one: UnboundKey) -> str:
    return one.since.isoformat(timespec="milliseconds")


def _value(one: UnboundKey) -> str:
    return f"{one.value:.12g}"


_TAG: Final = "rejects and gateways"
_REGISTER: Final = Right.REGISTER

UNBOUND: Final = Table[UnboundRow, WhichUnbound](
    code="unbound-keys",
    path="/unbound-keys",
    words=Words("未绑定的键", "Unbound keys"),
    about="Keys that gateways send and no channel is bound to, of the gateways that the reader "
    "sees, with what they may mean by name, unit and how their values go.",
    hint=Words(
        "网关发来而没有通道的键。绑定之后,其暂存的读数随即收下;可一次绑定一个,也可下载“绑定建议”,"
        "核对后整份导入。品种、类型和单位按键名和数值推测",
        "Sent by gateways, and bound to no channel. Binding one takes what waits under it. One at "
        "a time, or many: take the suggestions as a file, check them, and bring it back. Carrier, "
        "kind and unit are guessed by name and values",
    ),
    tag=_TAG,
    columns=(
        Column("gateway", Words("采集网关", "Gateway"), lambda row: row.one.gateway),
        Column("key", Words("通道键", "Key"), lambda row: row.one.key, look="code"),
        Column("value", Words("最近数值", "Newest value"), lambda row: _value(row.one), "number"),
        Column("unit", Words("报文单位", "Unit sent"), lambda row: row.one.unit),
        Column("at", Words("其时间", "Its time"), lambda row: row.one.at, "instant"),
        Column("first_at", Words("首次收到", "First came"), lambda row: row.one.first_at,
               "instant"),
        Column("last_at", Words("最近收到", "Last came"), lambda row: row.one.last_at, "instant"),
        Column("readings", Words("读数", "Readings"), lambda row: row.one.readings, "whole"),
        Column("since", Words("最早读数", "Oldest"), lambda row: row.one.since, "instant",
               apart=True),
        Column(
            "carrier",
            Words("推测品种", "Carrier, guessed"),
            lambda row: row.guess.carrier,
            shown=lambda row, lang: row.carrier.say(lang),
        ),
        Column(
            "kind",
            Words("推测类型", "Kind, guessed"),
            lambda row: row.kind,
            shown=lambda row, lang: KINDS[row.kind].say(lang) if row.kind else "",
        ),
        Column("unit_meant", Words("推测单位", "Unit, guessed"), lambda row: row.guess.unit),
        Column(
            "reads",
            Words("非用量", "No use"),
            lambda row: row.guess.reads,
            apart=True,
            hint=Words("如电压、温度", "Such as voltage, temperature"),
        ),
        Column(
            "bound_at",
            Words("绑定于其他网关", "Bound at another gateway"),
            lambda row: ", ".join(row.one.bound_at),
            hint=Words("您能查看的网关", "Of the gateways that you see"),
        ),
        Column(
            "bind",
            Words("绑定", "Bind"),
            only="page",
            shown=lambda row, lang: f"{Words('绑定', 'Bind it').say(lang)} ›",
            link=_bind,
            right=_REGISTER,
        ),
    ),
    filter=WhichUnbound,
    ask=_ask,
    empty=Words("没有未绑定的键。", "Every key that came is bound."),
    then=Words("网关发来新键时会列在这里。", "What gateways send beyond that is listed here."),
)  # fmt: skip


def _new(one: Suggestion, value: str | None) -> str | None:
    return value if one.channel is None else None


SUGGESTIONS: Final = Table[Suggestion, WhichUnbound](
    code="key-suggestions",
    path="/unbound-keys/suggestions",
    words=Words("绑定建议", "Suggested bindings"),
    about="What each unbound key could be bound to, in the columns of `key.bind`: to be checked, "
    "completed and sent back as its file. The channel had the key before, or has it at another "
    "gateway; else a new meter is suggested.",
    tag=_TAG,
    right=_REGISTER,
    columns=(
        Column("gateway", Words("采集网关", "Gateway"), lambda one: one.row.one.gateway),
        Column("channel_key", Words("通道键", "Key"), lambda one: one.row.one.key),
        Column("to", Words("绑定到", "To"),
               lambda one: "new" if one.channel is None else "existing"),
        Column("channel", Words("通道", "Channel"), lambda one: one.channel, "whole"),
        Column(
            "institution",
            Words("机构", "Institution"),
            lambda one: one.institution if one.channel is None else None,
            "whole",
        ),
        Column(
            "meter", Words("表计编号", "Code of the meter"),
            lambda one: _new(one, _meter_of(one.row.one.key)),
        ),
        Column("name", Words("表计名称", "Name of the meter"),
               lambda one: _new(one, one.row.one.key)),
        Column("carrier", Words("能源品种", "Carrier"),
               lambda one: _new(one, one.row.guess.carrier)),
        Column("kind", Words("类型", "Kind"), lambda one: _new(one, one.row.kind)),
        Column("unit", Words("网关所用单位", "Unit of the gateway"),
               lambda one: _new(one, one.row.guess.unit)),
        Column("period_s", Words("读数间隔", "Between readings"),
               lambda one: one.period_s if one.channel is None else None, "whole"),
        Column("ratio", Words("变比", "Ratio of the transformers"), lambda one: _new(one, "1")),
        Column("counts", Words("计入机构台账", "Counts in the institution's account"),
               lambda one: _new(one, "no")),
        Column("opens", Words("通道启用时间", "The channel begins"),
               lambda one: one.row.one.since if one.channel is None else None, "instant"),
        Column("source", Words("依据", "Why, or by whom"),
               lambda one: f"{one.row.one.gateway} {one.row.one.last_at:%Y-%m-%d}"),
    ),
    filter=WhichUnbound,
    every=_suggest,
)  # fmt: skip


def _meter_of(key: str) -> str:
    """Return what a key says of its meter: all but its last part."""
    for sign in ("/", ".", ":"):
        head, found, _ = key.rpartition(sign)
        if found and head:
            return head
    return key
