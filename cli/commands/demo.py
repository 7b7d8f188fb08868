"""`commonwatt demo`: real data through the whole flow, then pages to look at, or figures."""

import signal
from pathlib import Path
from types import FrameType
from typing import Annotated, Literal, NoReturn

import typer

from cli import settings
from cli.services.words import say
from metering.errors import InputError

STATE = Path(".commonwatt")


_Data = Annotated[
    Path | None,
    typer.Option(
        help=say(
            "数据目录(meters.csv 或 .csv.gz、buildings.csv);默认用自带的。",
            "A folder with meters.csv or .csv.gz and buildings.csv; else the shipped one.",
        )
    ),
]
_Once = Annotated[
    bool,
    typer.Option(
        "--once",
        help=say(
            "只跑一遍并核对,不提供页面;数据的日期不移动。",
            "Run once and check, serve nothing; the data keeps its dates.",
        ),
    ),
]
_AsJson = Annotated[
    bool,
    typer.Option(
        "--json",
        help=say(
            "与 --once 同用:最后一行是一个 JSON 对象。", "With --once: the last line is JSON."
        ),
    ),
]
_Fresh = Annotated[
    bool,
    typer.Option("--fresh", help=say("删除上次的数据,从头开始。", "Remove the last run's data.")),
]
_Noise = Annotated[
    int | None,
    typer.Option(
        help=say(
            "种子:重复、乱序、迟到、断线。",
            "A seed: duplicates, disorder, lateness, lost connections.",
        )
    ),
]
_Join = Annotated[
    bool,
    typer.Option(
        "--join",
        help=say(
            "只登记数据并由网关发送;数据库(API 的登录)、消息代理和各服务已在运行。",
            "Register and send the data only, where database (named as the API's login), broker "
            "and services run already.",
        ),
    ),
]
_Port = Annotated[
    int | None, typer.Option(help=say("页面和接口的端口。", "Port of pages and API."))
]
_Engine = Annotated[
    Literal["plain", "timescaledb"] | None,
    typer.Option(help=say("首次运行时选定。", "Chosen at the first run.")),
]
_Batch = Annotated[
    int, typer.Option(min=1, max=1000, help=say("每条报文的读数。", "Readings per message."))
]
_State = Annotated[
    Path | None,
    typer.Option(help=say("状态目录;默认 .commonwatt。", "State folder; else .commonwatt.")),
]


def demo(
    data: _Data = None,
    once: _Once = False,
    as_json: _AsJson = False,
    fresh: _Fresh = False,
    noise: _Noise = None,
    port: _Port = None,
    engine: _Engine = None,
    batch: _Batch = 50,
    state: _State = None,
    join: _Join = False,
) -> None:
    """Show real energy data of real buildings, from gateways to accounts.

    It starts a database and a broker unless COMMONWATT_DATABASE_URL (a login that may create roles
    and databases) and COMMONWATT_BROKER_URL name others. Ctrl-C ends everything it started.
    """
    if join:
        if once or as_json or fresh or noise is not None or engine or port:
            raise _joins_alone()
        _join(settings.load(state=state), data, batch)
        return
    from cli.demo import show  # drivers and numpy load here, not for --help

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup means to go on
        signal.signal(signal.SIGHUP, _interrupt)
    known = settings.load(state=state, port=port)
    chosen = show.Chosen(data, once, as_json, fresh, noise, batch, engine)
    raise typer.Exit(show.run(known, chosen))


def _joins_alone() -> InputError:
    return InputError(
        "demo.joins_alone",
        zh="--join 只能与 --data、--batch、--state 同用。",
        en="--join goes with --data, --batch and --state alone.",
        next_zh="请去掉其他选项。",
        next_en="Leave the other options out.",
        where={"field": "join"},
    )


def _join(known: settings.Settings, data: Path | None, batch: int) -> None:
    from cli import running
    from cli.demo import joining  # drivers and numpy load here, not for --help

    joining.join(known, data, batch, running.until_stopped())


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
