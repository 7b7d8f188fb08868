"""`commonwatt replay-rejected`: feed in again what could not be taken."""

from typing import Annotated

import typer

from cli import settings
from cli.services.words import say


def replay_rejected(
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", help=say("只说明会怎样。", "Say what would happen; keep nothing.")
        ),
    ] = False,
    gateway: Annotated[
        str | None,
        typer.Option(
            help=say("只处理该采集网关:省份/网关。", "Only of this one: province/gateway.")
        ),
    ] = None,
    database_url: Annotated[
        str | None,
        typer.Option(
            help=say(
                "采集服务的数据库登录;默认 COMMONWATT_DATABASE_URL。",
                "The collector's login; else COMMONWATT_DATABASE_URL.",
            )
        ),
    ] = None,
) -> None:
    """Try refused messages again, after keys were bound or settings mended."""
    from actions.replay_rejected import replay_rejected as again
    from collector.routing import NATIVE, PUSHED, Routing

    known = settings.load(database_url=database_url)
    url = settings.need(known.database_url, "database_url")
    done = again(url, Routing((NATIVE, PUSHED)).decode, gateway=gateway, dry_run=dry_run)
    if dry_run:
        typer.echo(say("演练:没有写入。", "Dry run: nothing was kept."))
    typer.echo(
        say(
            f"已收 {done.taken},仍拒收 {done.refused}",
            f"{done.taken} taken, {done.refused} refused",
        )
    )
    for reason, count in sorted(done.reasons.items()):
        typer.echo(f"  {reason}: {count}")
