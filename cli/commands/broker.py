"""`commonwatt broker`: what a broker must know of gateways."""

from pathlib import Path
from typing import Annotated

import typer

from cli import settings
from cli.commands.options import CollectorUrl
from cli.services.words import say

app = typer.Typer(
    help=say("消息代理的用户与权限文件。", "The broker's files of logins and rights."),
    no_args_is_help=True,
)

_FOLDER = Annotated[
    Path,
    typer.Argument(
        exists=True,
        file_okay=False,
        metavar="FOLDER",
        help=say(
            "写入 passwords 与 acl 的目录;其中 passwords.own、acl.own(如有)排在最前。",
            "Where passwords and acl are written; passwords.own and acl.own there come first.",
        ),
    ),
]
_WATCH = Annotated[
    bool, typer.Option(help=say("不退出,每 2 秒查看变化。", "Stay, and look every 2 s."))
]
_PID_FILE = Annotated[
    Path | None,
    typer.Option(
        help=say(
            "代理的进程号文件:有变化时向其发送 SIGHUP。",
            "The broker's pid file: it gets a SIGHUP when something has changed.",
        )
    ),
]
_THEN = Annotated[
    str | None,
    typer.Option(
        help=say(
            "有变化时运行的命令,如 “systemctl reload mosquitto”。",
            "What to run when something has changed, such as “systemctl reload mosquitto”.",
        )
    ),
]
_COLLECTOR = Annotated[
    str, typer.Option(help=say("采集服务在代理上的用户名。", "The collector's login there."))
]


@app.callback()
def broker() -> None:
    """Keep a command of its own for each thing, however many there are."""


@app.command("files")
def files(
    folder: _FOLDER,
    database_url: CollectorUrl = None,
    watch: _WATCH = False,
    pid_file: _PID_FILE = None,
    then: _THEN = None,
    collector: _COLLECTOR = "collector",
) -> None:
    """Write mosquitto's files of passwords and rights, as the platform knows the gateways."""
    # The driver and the routes load here, not for --help.
    from cli import embedded, logs, running
    from cli.broker_reload import reloading
    from cli.wiring import away, broker_files

    known = embedded.filled(settings.load(database_url=database_url), "collector")
    url = settings.need(known.database_url, "database_url")
    log = logs.begin_levelled("broker")
    kept = broker_files(known, url, folder, reloading(pid_file, then), log, collector)
    if watch:
        kept.keep(running.until_stopped())
        return
    with away():
        count = kept.look()
    kept.close()
    typer.echo(
        say(
            f"{count} 个采集网关可以登录;文件在 {folder}。",
            f"{count} gateways may come in; the files are in {folder}.",
        )
    )
