"""`commonwatt doctor`: clock, disk, settings, database, broker and queues, with what to do."""

import typer

from cli import settings
from cli.services.words import say


def doctor() -> None:
    """Check clock, disk, settings, database, broker and queues; the exit status is 1 on trouble."""
    from cli.checkup import checks

    trouble = False
    for check in checks(settings.load()):
        mark = {"good": "  ok", "warning": "note", "bad": "  !!"}[check.state]
        typer.echo(f"{mark}  {say(check.zh, check.en)}")
        if check.state != "good" and check.next_en:
            typer.echo(f"      {say(check.next_zh, check.next_en)}")
        trouble = trouble or check.state == "bad"
    if trouble:
        raise typer.Exit(1)
