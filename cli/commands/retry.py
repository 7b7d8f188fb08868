"""`commonwatt retry`: list what could not be computed, and have it tried again."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli import settings
from cli.commands.options import ApiUrl
from cli.services.words import say

if TYPE_CHECKING:
    from storage.readings.set_aside import SetAside
    from storage.tasks import TaskState


def retry(
    number: Annotated[
        int | None,
        typer.Argument(help=say("暂存待核项编号;默认全部。", "One thing's number; else all.")),
    ] = None,
    task: Annotated[
        int | None, typer.Option(help=say("只重试该任务。", "Only the task of this number."))
    ] = None,
    reason: Annotated[
        str, typer.Option(help=say("原因,记入审计日志。", "What was mended, for the audit trail."))
    ] = "commonwatt retry",
    list_only: Annotated[
        bool, typer.Option("--list", help=say("只列出。", "Only list them."))
    ] = False,
    database_url: ApiUrl = None,
) -> None:
    """Have what the worker set aside tried again at once; what fails is set aside again.

    By the declared set_aside.retry_all, set_aside.retry and task.retry.
    """
    from actions.doing import together
    from actions.readings import set_aside
    from actions.readings.retry_all import RetryAll, RetryTask
    from actions.readings.retry_set_aside import RetrySetAside
    from cli.doing import read
    from cli.wiring import operator

    with operator(settings.load(database_url=database_url)) as actor:
        for one in set_aside.list_set_aside(actor, limit=1000).rows:
            typer.echo(_line(one))
        for failed in set_aside.failed_tasks(actor):
            typer.echo(_task_line(failed))
        if list_only:
            return
        kind = RetryTask if task is not None else RetryAll if number is None else RetrySetAside
        with together(actor) as acts:
            done = acts.do(read(kind, {"reason": reason}), task if task is not None else number)
    count = done.retried
    typer.echo(say(f"{count} 项将立即重试。", f"{count} will be tried again at once."))


def _task_line(one: "TaskState") -> str:
    return (
        f"--task {one.id}  {one.kind} {one.key}  {one.attempts} ×  "
        f"{one.at:%Y-%m-%d %H:%M} UTC  {one.reason}  {one.error}"
    )


def _line(one: "SetAside") -> str:
    """Return one thing that could not be computed, under the number by which it is tried again."""
    what = f"channel {one.channel_id}" if one.channel_id else one.carrier or ""
    month = f" {one.month:%Y-%m}" if one.month else ""
    return (
        f"{one.id}  {one.stage}  institution {one.institution_id}  {what}{month}  "
        f"{one.reason}  {one.error}"
    )
