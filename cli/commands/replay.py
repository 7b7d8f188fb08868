"""`commonwatt replay`: simulated gateways send a data set, keep what has no receipt, and go on."""

from pathlib import Path
from typing import Annotated

import typer

from cli import settings
from cli.services.words import say

_Folder = Annotated[
    Path,
    typer.Argument(
        help=say(
            "数据目录:meters.csv 或 .csv.gz、buildings.csv。",
            "Holds meters.csv or .csv.gz, and buildings.csv.",
        )
    ),
]
_Noise = Annotated[
    int | None,
    typer.Option(
        help=say(
            "种子:重复、乱序、迟到、断线;数值不变。",
            "A seed: duplicates, disorder, lateness, lost connections; values never change.",
        )
    ),
]
_Seed = Annotated[
    int, typer.Option(help=say("计度器起点和翻转值的种子。", "Of register starts and wraps."))
]
_Speed = Annotated[
    float,
    typer.Option(
        min=0, help=say("真实时间的倍数;0 为尽快。", "Times real time; 0: as fast as possible.")
    ),
]
_Batch = Annotated[
    int, typer.Option(min=1, max=1000, help=say("每条报文的读数。", "Readings per message."))
]
_Live = Annotated[
    bool,
    typer.Option("--live", help=say("历史之后按真实时间继续。", "After history, in real time.")),
]
_ShiftWeeks = Annotated[
    list[str] | None,
    typer.Option(
        help=say(
            "某站点整体移动的周数:SITE=WEEKS,可多次。",
            "Move a site by whole weeks: SITE=WEEKS, as often as needed.",
        )
    ),
]
_Spool = Annotated[
    Path | None,
    typer.Option(
        help=say(
            "网关缓存目录;默认在状态目录下。",
            "Where gateways keep what has no receipt; else in the state folder.",
        )
    ),
]
_BrokerUrl = Annotated[
    str | None,
    typer.Option(
        help="mqtt://…; " + say("默认 COMMONWATT_BROKER_URL", "else COMMONWATT_BROKER_URL")
    ),
]


def replay(
    folder: _Folder,
    noise: _Noise = None,
    seed: _Seed = 0,
    speed: _Speed = 0,
    batch: _Batch = 50,
    live: _Live = False,
    shift_weeks: _ShiftWeeks = None,
    spool: _Spool = None,
    broker_url: _BrokerUrl = None,
    owned: Annotated[bool, typer.Option(hidden=True)] = False,
) -> None:
    """Send a data set through the broker until every reading has its receipt."""
    from cli import embedded, replaying, running  # numpy and paho load here, not for --help

    known = embedded.filled(settings.load(broker_url=broker_url), "gateways")
    stop = running.until_stopped()
    if owned:
        running.with_owner(stop.set)
    wanted = replaying.ReplayOptions(
        folder=folder,
        spool=spool or known.state.absolute() / "spool",
        broker_url=settings.need(known.broker_url, "broker_url"),
        broker_version=known.broker_version,
        noise=noise,
        seed=seed,
        speed=speed,
        batch=batch,
        live=live,
        shift_weeks=dict(replaying.shift(one) for one in shift_weeks or ()),
    )
    if not replaying.run(wanted, stop, as_lines=owned) and not stop.is_set():
        raise typer.Exit(1)
