"""`commonwatt replay`: simulated gateways send a data set, keep what has no receipt, and go on."""

from pathlib import Path
from typing import Annotated

import typer

from cli import settings
from cli.services.words import say


def replay(
    folder: Annotated[
        Path,
        typer.Argument(
            help=say(
                "数据目录:meters.csv 或 .csv.gz、buildings.csv。",
                "Holds meters.csv or .csv.gz, and buildings.csv.",
            )
        ),
    ],
    noise: Annotated[
        int | None,
        typer.Option(
            help=say(
                "种子:重复、乱序、迟到、断线;数值不变。",
                "A seed: duplicates, disorder, lateness, lost connections; values never change.",
            )
        ),
    ] = None,
    seed: Annotated[
        int, typer.Option(help=say("计度器起点和翻转值的种子。", "Of register starts and wraps."))
    ] = 0,
    speed: Annotated[
        float,
        typer.Option(
            min=0, help=say("真实时间的倍数;0 为尽快。", "Times real time; 0: as fast as possible.")
        ),
    ] = 0,
    batch: Annotated[
        int, typer.Option(min=1, max=1000, help=say("每条报文的读数。", "Readings per message."))
    ] = 50,
    live: Annotated[
        bool,
        typer.Option(
            "--live", help=say("历史之后按真实时间继续。", "After history, in real time.")
        ),
    ] = False,
    shift_weeks: Annotated[
        list[str] | None,
        typer.Option(
            help=say(
                "某站点整体移动的周数:SITE=WEEKS,可多次。",
                "Move a site by whole weeks: SITE=WEEKS, as often as needed.",
            )
        ),
    ] = None,
    spool: Annotated[
        Path | None,
        typer.Option(
            help=say(
                "网关缓存目录;默认在状态目录下。",
                "Where gateways keep what has no receipt; else in the state folder.",
            )
        ),
    ] = None,
    broker_url: Annotated[
        str | None,
        typer.Option(
            help="mqtt://…; " + say("默认 COMMONWATT_BROKER_URL", "else COMMONWATT_BROKER_URL")
        ),
    ] = None,
    owned: Annotated[bool, typer.Option(hidden=True)] = False,
) -> None:
    """Send a data set through the broker until every reading has its receipt."""
    from cli import replaying, running  # numpy and paho load here, not for --help

    known = settings.load(broker_url=broker_url)
    stop = running.until_stopped()
    if owned:
        running.with_owner(stop.set)
    wanted = replaying.Wanted(
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
