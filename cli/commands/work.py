"""`commonwatt work`: recompute what is stale, until told to stop."""

from typing import Annotated

import typer

from cli import settings
from cli.commands.options import MetricsPort, Owned
from cli.services.words import say


def work(
    database_url: Annotated[
        str | None,
        typer.Option(
            help=say(
                "worker 的数据库登录;默认 COMMONWATT_DATABASE_URL。",
                "The worker's login; else COMMONWATT_DATABASE_URL.",
            )
        ),
    ] = None,
    metrics_port: MetricsPort = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            help=say(
                "只做其中一部分,可多次给出:usage、accounts、tasks、upkeep、columnstore;默认全部。",
                "Only this lane, more than once for several: usage, accounts, tasks, upkeep, "
                "columnstore; else all.",
            )
        ),
    ] = None,
    owned: Owned = False,
) -> None:
    """Turn readings into hours, days, months and accounts, do tasks; several may run."""
    # Numpy and drivers load here, not for --help.
    from cli import embedded, logs, metrics, running, wiring_services

    known = settings.load(database_url=database_url, metrics_port=metrics_port)
    known = embedded.filled(known, "worker")
    url = settings.need(known.database_url, "database_url")
    stop = running.until_stopped()
    if owned:
        running.with_owner(stop.set)
    log = logs.begin("work")
    worker = wiring_services.worker(known, url, log, only or ())
    metrics.expose(known.metrics_port, "worker", lambda: worker.tally)
    wiring_services.plan_nights(known, url, log, stop)
    worker.run(stop)
