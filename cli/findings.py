"""What `commonwatt doctor` finds: how it is and what to do; of the routes file, here."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

from psycopg import Connection

from cli.settings import Settings
from collector.routes_file import RoutesFile
from metering.errors import InputError
from storage.compact import second_log
from storage.compact.second_log import BooksStand

_LONG_AGO: Final = timedelta(hours=50)  # two nights


@dataclass(frozen=True, slots=True)
class Check:
    """One finding, in both languages."""

    state: Literal["good", "warning", "bad"]
    zh: str
    en: str
    next_zh: str = ""
    next_en: str = ""


def routes_file(settings: Settings) -> Iterator[Check]:
    """Say whether the routes file can be used, and how many routes it holds."""
    if settings.routes_file is None:
        return
    try:
        table = RoutesFile(settings.routes_file).routes()
    except InputError as error:
        yield Check("bad", error.zh, error.en, error.next_zh, error.next_en)
    else:
        yield Check(
            "good",
            f"路由文件 {settings.routes_file}:{len(table)} 条路由",
            f"Routes file {settings.routes_file}: {len(table)} routes",
        )


def books(connection: Connection[Any]) -> Iterator[Check]:
    """Say how the books of each union stand with the second log, and which accounts rest."""
    now = datetime.now(UTC)
    for one in second_log.stand(connection):
        yield _agree(one, now)
        if one.blocked:
            yield Check(
                "warning",
                f"联合体 {one.union_id}:{one.blocked} 个账簿户因对账暂停。",
                f"Union {one.union_id}: {one.blocked} accounts are blocked by a reconciliation.",
                "更正差异并核实后,办理 account.release 或 books.release。",
                "Mend and look at what differed, then do account.release or books.release.",
            )


def _agree(one: BooksStand, now: datetime) -> Check:
    of = f"联合体 {one.union_id}", f"union {one.union_id}"
    if one.differences:
        return Check(
            "bad",
            f"{of[0]} 的账簿与独立日志有 {one.differences} 处差异"
            f"({one.reconciled_at:%Y-%m-%d %H:%M} UTC),相关账簿户已暂停。",
            f"The books of {of[1]} differ from the second log in {one.differences} "
            f"places ({one.reconciled_at:%Y-%m-%d %H:%M} UTC); those accounts rest.",
            "请查看“对账差异”,更正后运行 commonwatt reconcile,再办理 account.release。",
            "See the differences, mend them, run commonwatt reconcile, then do account.release.",
        )
    end = f"{one.lines} 行,链尾 {one.head[:12]}", f"{one.lines} lines, head {one.head[:12]}"
    if one.reconciled_at is None or now - one.reconciled_at > _LONG_AGO:
        since = "尚未对账", "nobody has compared it yet"
        if one.reconciled_at is not None:
            day = f"{one.reconciled_at:%Y-%m-%d %H:%M} UTC"
            since = f"上次对账 {day}", f"compared last on {day}"
        return Check(
            "warning",
            f"{of[0]} 的独立日志:{end[0]};{since[0]}。",
            f"The second log of {of[1]}: {end[1]}; {since[1]}.",
            "请确认 commonwatt work 正在运行,或运行 commonwatt reconcile。",
            "See that commonwatt work runs (it compares each night), or run commonwatt reconcile.",
        )
    at = f"{one.reconciled_at:%Y-%m-%d %H:%M} UTC"
    return Check(
        "good",
        f"{of[0]} 的账簿与独立日志一致({at}):{end[0]}",
        f"The books of {of[1]} agree with the second log ({at}): {end[1]}",
    )
