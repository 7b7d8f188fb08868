"""`commonwatt console`: the forms of planners and administrators, a process of its own."""

from typing import Annotated

import typer

from cli import settings
from cli.services.words import say


def console(
    database_url: Annotated[
        str | None,
        typer.Option(
            help=say(
                "API 的数据库登录;默认 COMMONWATT_DATABASE_URL。",
                "The API's login; else COMMONWATT_DATABASE_URL.",
            )
        ),
    ] = None,
    host: Annotated[str | None, typer.Option(help=say("监听地址。", "Where to listen."))] = None,
    port: Annotated[int | None, typer.Option(help=say("端口。", "The port."))] = None,
    owned: Annotated[bool, typer.Option(hidden=True)] = False,
) -> None:
    """Serve the forms until told to stop."""
    import uvicorn  # as the application, too heavy for --help

    from cli import embedded, logs, running
    from cli.application import console_application
    from cli.network import claim

    known = settings.load(database_url=database_url, host=host, console_port=port)
    known = embedded.filled(known, "api")
    url = settings.need(known.database_url, "database_url")
    stop = running.until_stopped()
    log = logs.begin("console")
    with claim(known.host, known.console_port) as claimed, console_application(known, url) as app:
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,  # the socket's address holds what an event needs
            server_header=False,
            proxy_headers=False,  # whom we trust is our own setting
            timeout_graceful_shutdown=5,
        )
        server = uvicorn.Server(config)
        if owned:
            running.with_owner(lambda: setattr(server, "should_exit", True))
        if not stop.is_set():
            log("console.begins", url=f"http://{known.host}:{known.console_port}")
            server.run([claimed])
    log("console.ends")
