"""`commonwatt published`: what authorities published, as CSV with document and clause."""

import csv
import sys
from datetime import datetime
from typing import Annotated

import typer

from cli import settings
from cli.commands.options import ApiUrl
from cli.services.words import say


def published(
    code: Annotated[
        str | None,
        typer.Argument(help=say("清单代码;不填则列出清单。", "A list's code; none names them.")),
    ] = None,
    on: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help=say("当日有效的版本。", "Editions that hold on this day.")
        ),
    ] = None,
    database_url: ApiUrl = None,
) -> None:
    """Print a list of published values as CSV, or the names of the lists."""
    from actions.registry.published import BY_CODE, list_published
    from cli.wiring import operator

    if code is None:
        for one in BY_CODE.values():
            typer.echo(f"{one.code}  {say(one.zh, one.en)}")
        return
    with operator(settings.load(database_url=database_url)) as actor:
        table = list_published(actor, code, day=on.date() if on else None)
    writer = csv.writer(sys.stdout)
    writer.writerow(table.columns)
    writer.writerows(table.rows)
