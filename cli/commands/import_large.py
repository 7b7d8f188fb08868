"""`commonwatt import large`: a file of readings of any length, in constant memory."""

from pathlib import Path
from typing import Annotated

import typer

from cli import settings
from cli.commands import file_answers
from cli.commands.options import ApiUrl
from cli.services.words import say
from metering.errors import NotFoundError

Large = Annotated[
    Path,
    typer.Argument(
        help=say(
            "CSV(gateway,channel,at,value,可加 seq、unit),可 gzip,长度不限。",
            "A CSV (gateway,channel,at,value, perhaps seq and unit) of any length, gzip or not.",
        )
    ),
]
Wait = Annotated[
    bool,
    typer.Option("--wait", help=say("等到台账已计入。", "Wait until the accounts have it.")),
]
CollectorUrl = Annotated[
    str | None,
    typer.Option(
        help=say(
            "采集服务的数据库登录;默认 COMMONWATT_COLLECTOR_DATABASE_URL。",
            "The collector's login; else COMMONWATT_COLLECTOR_DATABASE_URL.",
        )
    ),
]


def large(
    file: Large,
    gateway: file_answers.Gateway = None,
    wait: Wait = False,
    database_url: ApiUrl = None,
    collector_database_url: CollectorUrl = None,
) -> None:
    """Store a file of readings of any length, all of it or nothing; again changes nothing."""
    from cli.large_file import taken

    known = settings.load(database_url=database_url, collector_database_url=collector_database_url)
    try:
        source = file.open("rb")
    except OSError as error:
        raise NotFoundError(
            "import.no_file",
            zh=f"无法读取文件 {file}:{error.strerror}。",
            en=f"{file} cannot be read: {error.strerror}.",
            next_zh="请核对路径和权限。",
            next_en="Check the path, and whether you may read it.",
            where={"file": str(file)},
        ) from None
    with source:
        taken(source, file, gateway, known, wait=wait)
