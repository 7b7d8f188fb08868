"""`commonwatt collect`: take what gateways publish, until told to stop."""

from typing import Annotated

import typer

from cli import settings
from cli.commands.options import CollectorUrl, MetricsPort, Owned
from cli.services.words import say


def collect(
    database_url: CollectorUrl = None,
    broker_url: Annotated[
        str | None,
        typer.Option(
            help="mqtt://…; " + say("默认 COMMONWATT_BROKER_URL", "else COMMONWATT_BROKER_URL")
        ),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(help=say("每个采集进程一个名字。", "Tells several collectors apart.")),
    ] = None,
    metrics_port: MetricsPort = None,
    owned: Owned = False,
) -> None:
    """Take readings from the broker into the database; receipts say what is stored."""
    # Numpy and drivers load here, not for --help.
    from cli import beating, embedded, logs, memory, metrics, running, wiring_services

    known = settings.load(
        database_url=database_url,
        broker_url=broker_url,
        collector_name=name,
        metrics_port=metrics_port,
    )
    known = embedded.filled(known, "collector")
    url = settings.need(known.database_url, "database_url")
    broker = settings.need(known.broker_url, "broker_url")
    stop, log = running.until_stopped(), logs.begin_levelled("collect")
    if owned:
        running.with_owner(stop.set)
    collector = wiring_services.collector(known, url, broker, log, stop)
    metrics.expose(known.metrics_port, "collector", lambda: collector.tally)
    running.on_hangup(collector.reload)
    wiring_services.keep_embedded_broker(known, url, broker, log, stop)
    memory.look_seldom()
    with beating.beating(url, known.collector_name, collector.tally):
        collector.run(stop)
    if not stop.is_set():  # its writer died; whoever keeps services running starts it again
        raise typer.Exit(1)
