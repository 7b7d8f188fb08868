"""What `commonwatt doctor` finds: how it is and what to do; of the routes file, here."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from cli.settings import Settings
from collector.routes_file import RoutesFile
from metering.errors import InputError


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
