"""`commonwatt replay-rejected`: feed in again what could not be taken."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli import settings
from cli.commands.options import CollectorUrl
from cli.services.words import say
from metering.errors import InputError

if TYPE_CHECKING:
    from actions.readings.shift_rejected import Shifted
    from actions.routes import Routes
    from storage.connections import Bounds


DryRun = Annotated[
    bool,
    typer.Option("--dry-run", help=say("只说明会怎样。", "Say what would happen; keep nothing.")),
]
OfGateway = Annotated[
    str | None,
    typer.Option(help=say("只处理该采集网关:省份/网关。", "Only of this one: province/gateway.")),
]
Shift = Annotated[
    str | None,
    typer.Option(
        help=say(
            "收下因时钟暂存待核的读数,时间平移 -8h、+1d6h 或 guess(按推测);先预览,确认后执行。",
            "Take what was set aside for its clock at other times: -8h, +1d6h, or guess; "
            "shown first, done when confirmed.",
        )
    ),
]
Yes = Annotated[bool, typer.Option("--yes", help=say("不再询问。", "Do not ask before a shift."))]


def replay_rejected(
    dry_run: DryRun = False,
    gateway: OfGateway = None,
    shift: Shift = None,
    yes: Yes = False,
    database_url: CollectorUrl = None,
) -> None:
    """Try refused messages again, after keys were bound, routes added or settings mended."""
    from actions.readings.replay_rejected import replay_rejected as again
    from cli import embedded
    from cli.wiring import routing_now, writing

    known = embedded.filled(settings.load(database_url=database_url), "collector")
    url = settings.need(known.database_url, "database_url")
    table = routing_now(known, url)
    if shift is not None:
        _shift(url, table, gateway, shift, writing(known), dry_run=dry_run, yes=yes)
        return
    done = again(url, table, gateway=gateway, dry_run=dry_run, bounds=writing(known))
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


def _shift(
    url: str,
    routes: "Routes",
    gateway: str | None,
    shift: str,
    bounds: "Bounds",
    *,
    dry_run: bool,
    yes: bool,
) -> None:
    """Show what a shift would do, ask, and do it."""
    from actions.readings.shift_rejected import shift_as_operator

    name = gateway or _no_gateway()
    preview = shift_as_operator(url, routes, name, shift, dry_run=True, bounds=bounds)
    _told(preview)
    if dry_run:
        typer.echo(say("演练:没有写入。", "Dry run: nothing was kept."))
        return
    if not yes and not typer.confirm(say("执行?", "Do it?")):
        raise typer.Exit(1)
    done = shift_as_operator(url, routes, name, preview.shift, bounds=bounds)
    typer.echo(
        say(
            f"已收 {done.taken} 条报文:新增读数 {done.inserted},已有 {done.duplicates},"
            f"与已有读数不同 {done.revised};仍拒收 {done.refused}",
            f"{done.taken} messages taken: {done.inserted} readings new, {done.duplicates} known, "
            f"{done.revised} beside another; {done.refused} refused",
        )
    )
    if done.left:
        typer.echo(say("还有更多,请再次运行。", "More wait: run it again."))


def _told(preview: "Shifted") -> None:
    typer.echo(
        say(
            f"{preview.gateway}:{preview.messages} 条报文、{preview.readings} 个读数平移 "
            f"{preview.shift}",
            f"{preview.gateway}: {preview.messages} messages, {preview.readings} readings, "
            f"shifted by {preview.shift}",
        )
    )
    for one in preview.channels:
        misfits = say(f",{one.misfits} 个与前后不符", f", {one.misfits} do not fit there")
        typer.echo(
            f"  {one.channel} ({one.readings}): {one.first:%Y-%m-%d %H:%M:%S} … "
            f"{one.last:%Y-%m-%d %H:%M:%S} → {one.first_shifted:%Y-%m-%d %H:%M:%S} … "
            f"{one.last_shifted:%Y-%m-%d %H:%M:%S} UTC{misfits if one.misfits else ''}"
        )
    for reason, count in preview.reasons.items():
        typer.echo(say(f"  仍拒收 {reason}:{count}", f"  still refused, {reason}: {count}"))


def _no_gateway() -> str:
    raise InputError(
        "rejects.no_gateway",
        zh="平移须指明采集网关。",
        en="A shift is of one gateway.",
        next_zh="请加 --gateway 省份/网关。",
        next_en="Add --gateway province/gateway.",
        where={"field": "--gateway"},
    )
