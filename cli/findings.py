"""What `commonwatt doctor` finds: how it is and what to do; of the routes file, here."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from psycopg import Connection

from cli.settings import Settings
from collector.routes_file import RoutesFile
from metering.errors import InputError
from storage.compact import second_log


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
    """Say in which union the books differed from the second log when they were last compared."""
    for one in second_log.at_odds(connection):
        yield Check(
            "bad",
            f"联合体 {one.union_id} 的账簿与独立日志有 {one.differences} 处差异"
            f"({one.made_at:%Y-%m-%d %H:%M} UTC),相关账簿户已暂停。",
            f"The books of union {one.union_id} differ from the second log in {one.differences} "
            f"places ({one.made_at:%Y-%m-%d %H:%M} UTC); those accounts rest.",
            "请查看“对账差异”,更正后运行 commonwatt reconcile,再办理 account.release。",
            "See the differences, mend them, run commonwatt reconcile, then do account.release.",
        )
