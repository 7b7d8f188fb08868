"""`commonwatt upload`: what buildings used by the hour, to an upper centre of energy monitoring."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from cli import settings
from cli.commands.options import ApiUrl
from cli.services.words import say

CentreFile = Annotated[
    Path,
    typer.Option(
        help=say("上级数据中心及各建筑的 TOML 文件。", "A TOML file of the centre and buildings.")
    ),
]
Day = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d"],
        help=say("中国民用日;不填为昨天。", "A civil day of China; else yesterday."),
    ),
]
JournalFile = Annotated[
    Path,
    typer.Option(
        help=say("已应答内容的记录文件。", "Where it is written down what was acknowledged.")
    ),
]


def upload(
    centre: CentreFile, journal: JournalFile, day: Day = None, database_url: ApiUrl = None
) -> None:
    """Send a day's hours of accounts to an upper centre; run again, it sends what is left."""
    from zoneinfo import ZoneInfo

    from cli import uploading
    from cli.wiring import operator
    from collector.ministry.upward import read

    to = read(centre)
    yesterday = datetime.now(ZoneInfo("Asia/Shanghai")).date() - timedelta(days=1)
    asked = yesterday if day is None else day.date()
    with operator(settings.load(database_url=database_url)) as actor:
        told = uploading.upload(actor, to, asked, uploading.Journal(journal))
    typer.echo(
        say(
            f"{asked}:上传 {told.sent} 小时,此前已应答 {told.before},未知未传 {told.unknown} 项",
            f"{asked}: {told.sent} hours sent, {told.before} were acknowledged before, "
            f"{told.unknown} values are unknown and were left out",
        )
    )
