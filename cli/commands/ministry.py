"""`commonwatt ministry`: take the reports of building energy monitoring over TCP."""

from pathlib import Path
from typing import Annotated

import typer

from cli import settings
from cli.commands.options import CollectorUrl
from cli.services.words import say


def ministry(
    keys: Annotated[
        Path,
        typer.Option(
            help=say("采集器及其密钥的 TOML 文件。", "A TOML file of collectors and their keys.")
        ),
    ],
    database_url: CollectorUrl = None,
    host: Annotated[str, typer.Option(help=say("监听地址。", "Where it listens."))] = "127.0.0.1",
    port: Annotated[int, typer.Option(help=say("监听端口。", "The port it listens on."))] = 9700,
) -> None:
    """Take reports in the ministry's XML over TCP; they are acknowledged once they are stored."""
    from cli import logs, running, wiring_services
    from collector.ministry.door import DoorSettings

    known = settings.load(database_url=database_url)
    url = settings.need(known.database_url, "database_url")
    log = logs.begin_levelled("ministry")
    door = wiring_services.door(known, url, DoorSettings(host, port), keys, log)
    door.run(running.until_stopped())
