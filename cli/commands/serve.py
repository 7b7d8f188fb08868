"""`commonwatt serve`: the API and the pages."""

from typing import Annotated

import typer

from cli import serving
from cli.commands.options import ApiUrl, Owned
from cli.services.words import say


def serve(
    database_url: ApiUrl = None,
    host: Annotated[str | None, typer.Option(help=say("监听地址。", "Where to listen."))] = None,
    port: Annotated[int | None, typer.Option(help=say("端口。", "The port."))] = None,
    owned: Owned = False,
) -> None:
    """Serve API and pages until told to stop."""
    serving.serve(database_url, host, port, owned=owned)
