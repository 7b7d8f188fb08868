"""`commonwatt services`: run database and broker by themselves, look at them, stop them."""

import signal
import time
from pathlib import Path
from types import FrameType
from typing import Annotated, NoReturn

import typer

from cli import services
from cli.services.broker import Kind
from cli.services.words import say

app = typer.Typer(
    help=say("运行内置的数据库和消息代理。", "Run the embedded database and broker."),
    no_args_is_help=True,
)

State = Annotated[
    Path,
    typer.Option(
        envvar="COMMONWATT_STATE",
        help=say("存放数据、端口和日志的目录。", "The folder of data, ports and logs."),
    ),
]
OtherDatabase = Annotated[
    str | None,
    typer.Option(
        envvar="COMMONWATT_DATABASE_URL",
        help=say("使用这个数据库，不启动内置的。", "Use this database; start none."),
    ),
]
OtherBroker = Annotated[
    str | None,
    typer.Option(
        envvar="COMMONWATT_BROKER_URL",
        help=say("使用这个代理，不启动内置的。", "Use this broker; start none."),
    ),
]
BrokerKind = Annotated[
    Kind,
    typer.Option(
        help=say("auto：有 mosquitto 就用它，否则用 amqtt。", "auto: mosquitto, else amqtt.")
    ),
]
_STATE = Path(".commonwatt")


@app.command()
def up(
    state: State = _STATE,
    database_url: OtherDatabase = None,
    broker_url: OtherBroker = None,
    broker: BrokerKind = "auto",
    postgres_port: Annotated[
        int | None, typer.Option(help=say("数据库端口。", "The database's port."))
    ] = None,
    broker_port: Annotated[
        int | None, typer.Option(help=say("代理端口。", "The broker's port."))
    ] = None,
    detach: Annotated[
        bool, typer.Option("--detach", help=say("在后台运行。", "Keep running in the background."))
    ] = False,
) -> None:
    """Start database and broker, print their URLs, and keep them until Ctrl-C."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        with services.up(
            state,
            database_url=database_url,
            broker_url=broker_url,
            broker_kind=broker,
            postgres_port=postgres_port,
            broker_port=broker_port,
            progress=lambda text: typer.echo(text, err=True),
            detach=detach,
        ) as running:
            _print(running.running)
            if running.started_here:
                _wait(running)
            else:
                typer.echo(say("停止：commonwatt services down", "Stop: commonwatt services down"))
    except KeyboardInterrupt:
        typer.echo(say("已停止。", "Stopped."))


@app.command()
def status(state: State = _STATE) -> None:
    """Show how database and broker are; the exit status is 1 where one of them does not run."""
    seen = services.status(state)
    if seen.phase is None:
        typer.echo(say("没有运行。", "Not running."))
        raise typer.Exit(1)
    phases = {
        "starting": say("正在启动", "starting"),
        "running": say("运行中", "running"),
        "stopping": say("正在停止", "stopping"),
    }
    down = seen.record.down if seen.record else []
    if down:
        names = ", ".join(down)
        typer.echo(say(f"{names} 已中断，正在重启", f"{names} fell, and is being started again"))
    else:
        typer.echo(phases[seen.phase])
    if seen.record is not None:
        _print_record(seen.record)
        _print_databases(seen.record, state)
    _line(say("日志", "logs"), str(seen.logs))
    if down:
        raise typer.Exit(1)


@app.command()
def down(state: State = _STATE) -> None:
    """Stop database and broker, whichever terminal started them."""
    if services.down(state):
        typer.echo(say("已停止。", "Stopped."))
    else:
        typer.echo(say("没有在运行的服务。", "Nothing was running."))


def _wait(running: services.Services) -> None:
    """Wait for Ctrl-C, or for the end of whoever keeps the servers."""
    typer.echo(say("按 Ctrl-C 停止。", "Ctrl-C stops them."))
    while running.alive():
        time.sleep(0.3)
    typer.echo(say("服务已被停止。", "The services were stopped."))


def _print(running: services.Running) -> None:
    _line(say("数据库", "database"), running.database_url)
    _line(say("代理", "broker"), f"{running.broker_url}  ({running.broker})")
    if running.gateway_url not in ("", running.broker_url):
        _line(say("网关", "gateways"), running.gateway_url)


def _print_record(record: services.Record) -> None:
    if record.running is not None:
        _print(record.running)
    _line(say("目录", "folder"), record.place)
    if record.socket:
        _line(say("套接字", "socket"), record.socket)
    _line(say("监管进程", "supervisor"), f"pid {record.supervisor_pid}")
    for name, count in record.restarts.items():
        if count:
            _line(name, say(f"曾重启 {count} 次", f"started again {count} times"))
    if record.trouble:
        _line(say("最近的故障", "last trouble"), record.trouble)


def _print_databases(record: services.Record, state: Path) -> None:
    """Name what the embedded server holds: the demo's database, and one's own."""
    from cli import embedded
    from cli.demo import database
    from cli.demo import state as demo_state

    if record.running is None or record.running.postgres_pid is None:
        return
    if (demo := demo_state.of(state, None, once=False).read()) is not None:
        _line(say("演示库", "demo's"), database.named(record.running.database_url, demo.database))
    if embedded.known(state):
        _line(say("本库", "own"), embedded.own(record.running))


def _line(name: str, value: str) -> None:
    typer.echo(f"{name:<12} {value}")


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
