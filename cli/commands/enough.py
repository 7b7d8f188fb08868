"""`commonwatt enough`: which share of the time must be measured before figures are compared."""

from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer

from cli import settings
from cli.commands.imports import Url
from cli.services.words import say
from metering.errors import InputError


def enough(
    share: Annotated[
        str | None, typer.Argument(help=say("如 0.9;不填则列出。", "Such as 0.9; else list them."))
    ] = None,
    source: Annotated[
        str, typer.Option(help=say("依据:谁决定的、哪份文件。", "Who decided it, or which paper."))
    ] = "",
    region: Annotated[
        int | None,
        typer.Option(help=say("行政区划编号;默认整个平台。", "A region's id; else everywhere.")),
    ] = None,
    database_url: Url = None,
) -> None:
    """State the share below which nothing is ranked or compared, or list what is stated."""
    from actions.accounts.enough import list_shares, state_share
    from cli.wiring import desk

    with desk(settings.load(database_url=database_url)) as seat:
        if share is not None:
            state_share(seat, _share(share), source, region)
        for one in list_shares(seat):
            where = "*" if one.region_id is None else one.region_id
            typer.echo(f"{where}  {one.share.normalize():f}  {one.source}  {one.known_by}")


def _share(said: str) -> Decimal:
    try:
        return Decimal(said)
    except InvalidOperation:
        raise InputError(
            "enough.unreadable",
            zh=f"“{said}”不是小数。",
            en=f"“{said}” is no decimal number.",
            next_zh="请写成 0.9。",
            next_en="Write it as 0.9.",
            where={"field": "share", "value": said},
        ) from None
