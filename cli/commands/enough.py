"""`commonwatt enough`: which share of the time must be measured before figures are compared."""

import typer

from cli import settings
from cli.commands.options import ApiUrl


def enough(database_url: ApiUrl = None) -> None:
    """List the shares below which nothing is ranked or compared; `do enough.state` states one."""
    from actions.accounts.enough import list_shares
    from cli.wiring import operator

    with operator(settings.load(database_url=database_url)) as actor:
        for one in list_shares(actor):
            where = "*" if one.region_id is None else one.region_id
            typer.echo(f"{where}  {one.share.normalize():f}  {one.source}  {one.known_by}")
