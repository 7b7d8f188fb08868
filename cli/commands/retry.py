"""`commonwatt retry`: list what could not be computed, and have it tried again."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli import settings
from cli.commands.options import ApiUrl
from cli.services.words import say

if TYPE_CHECKING:
    from storage.readings.set_aside import SetAside


def retry(
    number: Annotated[
        int | None,
        typer.Argument(help=say("暂存待核项编号;默认全部。", "One thing's number; else all.")),
    ] = None,
    task: Annotated[
        int | None, typer.Option(help=say("只重试该任务。", "Only the task of this number."))
    ] = None,
    list_only: Annotated[
        bool, typer.Option("--list", help=say("只列出。", "Only list them."))
    ] = False,
    database_url: ApiUrl = None,
) -> None:
    """Have what the worker set aside tried again at once; what fails is set aside again."""
    from actions.readings import set_aside
    from cli.wiring import operator

    with operator(settings.load(database_url=database_url)) as actor:
        for one in set_aside.list_set_aside(actor, limit=1000).rows:
            typer.echo(_line(one))
        for failed in set_aside.failed_tasks(actor):
            typer.echo(
                f"--task {failed.id}  {failed.kind} {failed.key}  {failed.attempts} ×  "
                f"{failed.at:%Y-%m-%d %H:%M} UTC  {failed.reason}  {failed.error}"
            )
        if list_only:
            return
        if task is not None:
            count = set_aside.retry_task(actor, task)
        else:
            count = set_aside.retry(actor, number)
    typer.echo(say(f"{count} 项将立即重试。", f"{count} will be tried again at once."))


def _line(one: "SetAside") -> str:
    """Return one thing that could not be computed, under the number by which it is tried again."""
    what = f"channel {one.channel_id}" if one.channel_id else one.carrier or ""
    month = f" {one.month:%Y-%m}" if one.month else ""
    return (
        f"{one.id}  {one.stage}  institution {one.institution_id}  {what}{month}  "
        f"{one.reason}  {one.error}"
    )
