"""`commonwatt enough`: which share of the time must be measured before figures are compared."""

import typer

from cli import settings
from cli.commands.options import ApiUrl


def enough(database_url: ApiUrl = None) -> None:
    """List the shares below which nothing is ranked or compared; `do enough.state` states one."""
    from actions.access.persons import called
    from actions.accounts.enough import list_shares
    from cli.wiring import operator

    with operator(settings.load(database_url=database_url)) as actor:
        shares = list_shares(actor)
        names = called(actor, [one.known_by for one in shares])
        for one in shares:
            where = "*" if one.region_id is None else one.region_id
            typer.echo(f"{where}  {one.share.normalize():f}  {one.source}  {names[one.known_by]}")
