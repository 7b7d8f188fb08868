"""What `commonwatt status` shows: a screen for people, or JSON for programs."""

import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from actions.readings.sight import BooksStand, Collector, Queue, Rejects, Sight
from cli.services.words import say

CLEAR: Final = "\x1b[H\x1b[2J\x1b[3J"
_REASONS: Final = 8


def as_json(found: Sight) -> str:
    """Return everything as one line; null where nothing is known."""
    said = msgspec.to_builtins(found)
    return msgspec.json.encode({**said, "stalled": found.stalled}).decode()


def screen(found: Sight) -> str:
    """Return what people read."""
    parts = [
        f"CommonWatt 协能  {found.at:%Y-%m-%d %H:%M:%S} UTC",
        *_collectors(found.collectors),
        "",
        _gateways(found),
        "",
        *_rejects(found.rejects),
        "",
        *_queues(found.queues, found.stalled),
        *_books(found.books),
    ]
    return "\n".join(parts)


def _collectors(some: list[Collector]) -> Iterable[str]:
    if not some:
        return ["", say("还没有接收服务入库过数据。", "No collector has stored anything yet.")]
    heads = (
        say("接收服务", "collector"), say("状态", "state"), say("读数/秒", "readings/s"),
        say("消息/秒", "messages/s"), say("待写消息", "inbox"), say("未确认", "unacked"),
        say("最久未确认", "oldest"), say("提交", "commit"), say("到达→可查", "arrival→stored"),
        say("累计读数", "stored"),
    )  # fmt: skip
    return ["", *_table([heads, *(_collector(one) for one in some)])]


def _collector(one: Collector) -> tuple[str, ...]:
    return (
        one.collector,
        _state(one),
        f"{one.stored_per_s:,.1f}",
        f"{one.messages_per_s:,.1f}",
        _count(one.held),
        _count(one.unacknowledged),
        _seconds(one.oldest_s),
        _ms(one.write_ms),
        _ms(one.lag_most_ms, "≤ "),
        _count(one.stored),
    )


def _state(one: Collector) -> str:
    if one.silent:
        return say(f"无消息 {_seconds(one.beat_age_s)}", f"silent {_seconds(one.beat_age_s)}")
    return {
        "connected": say("已连接代理", "connected"),
        "broker_away": say("代理断开", "broker away"),
        "stopped": say("已停止", "stopped"),
    }.get(one.state or "", "–")


def _gateways(found: Sight) -> str:
    of = found.gateways
    return say(
        f"采集网关:在线 {of.online:,},无数据 {of.silent:,},从未上送 {of.never:,}",
        f"Gateways: {of.online:,} online, {of.silent:,} silent, {of.never:,} never heard",
    )


def _rejects(some: list[Rejects]) -> Iterator[str]:
    if not some:
        yield say("没有待处理的拒收报文。", "No refused message waits.")
        return
    total = sum(one.messages for one in some)
    yield say(f"拒收报文 {total:,},按原因:", f"{total:,} refused messages wait, by reason:")
    yield from _table([(f"  {one.reason}", f"{one.messages:,}") for one in some[:_REASONS]])
    if len(some) > _REASONS:
        yield "  …"


def _queues(some: list[Queue], stalled: list[str]) -> Iterable[str]:
    names = {
        "usage": say("用量", "usage"),
        "accounts": say("台账", "accounts"),
        "tasks": say("任务", "tasks"),
    }
    heads = (say("计算队列", "queue"), say("等待", "waits"), say("暂存待核", "set aside"), "")
    rows = [
        (
            names.get(one.queue, one.queue),
            f"{one.rows:,}",
            f"{one.set_aside:,}",
            say("停滞", "stands still") if one.queue in stalled else "",
        )
        for one in some
    ]
    return _table([heads, *rows])


def _books(some: list[BooksStand]) -> Iterable[str]:
    """Return how each union's books stand with their second log; nothing where there are none."""
    if not some:
        return []
    heads = (
        say("账簿", "books"), say("日志行数", "lines"), say("链尾", "head"),
        say("上次对账", "reconciled"), say("差异", "differ"), say("对账暂停", "blocked"),
        say("受限", "restricted"),
    )  # fmt: skip
    return ["", *_table([heads, *(_book(one) for one in some)])]


def _book(one: BooksStand) -> tuple[str, ...]:
    at = one.reconciled_at
    return (
        say(f"联合体 {one.union_id}", f"union {one.union_id}"),
        f"{one.lines:,}",
        one.head[:12],
        say("从未", "never") if at is None else f"{at:%m-%d %H:%M}",
        _count(one.differences),
        f"{one.blocked:,}",
        f"{one.restricted:,}",
    )


def _count(number: int | None) -> str:
    return "–" if number is None else f"{number:,}"


def _ms(number: float | None, before: str = "") -> str:
    return "–" if number is None else f"{before}{number:,.0f} ms"


def _seconds(number: float | None) -> str:
    if number is None:
        return "–"
    return f"{number:,.1f} s" if number < 120 else f"{number / 60:,.0f} min"


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    """Return rows as lines: the first column to the left, the others to the right."""
    widths = [max(_width(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [row[0] + " " * (widths[0] - _width(row[0]))]
        cells += [
            " " * (width - _width(cell)) + cell
            for cell, width in zip(row[1:], widths[1:], strict=True)
        ]
        lines.append("  ".join(cells).rstrip())
    return lines


def _width(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)
