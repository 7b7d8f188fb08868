"""`commonwatt status`: the intake in one look, live in the terminal."""

from typing import Annotated

import typer

from cli import settings
from cli.commands.options import ApiUrl
from cli.services.words import say

Once = Annotated[bool, typer.Option("--once", help=say("只显示一次。", "Show it once, and end."))]
AsJson = Annotated[
    bool, typer.Option("--json", help=say("JSON,每次一行。", "As JSON, a line each time."))
]
Every = Annotated[
    float,
    typer.Option(min=0.5, max=3600, help=say("刷新间隔,秒。", "Seconds between looks.")),
]


def status(
    once: Once = False, as_json: AsJson = False, every: Every = 2.0, database_url: ApiUrl = None
) -> None:
    """Show collectors, rates, gateways, refused messages and queues until Ctrl-C."""
    import sys

    from actions.readings.sight import sight
    from cli import running, status_shown
    from cli.demo.seen import of_demo
    from cli.wiring import operator
    from metering.errors import UnavailableError

    known = of_demo(settings.load(database_url=database_url))
    stop = running.until_stopped()
    live = sys.stdout.isatty() and not once and not as_json
    with operator(known) as actor:
        while True:
            try:
                found = sight(actor)
                text = status_shown.as_json(found) if as_json else status_shown.screen(found)
            except UnavailableError as away:
                if once:
                    raise
                text = say(away.zh, away.en)
            typer.echo((status_shown.CLEAR if live else "") + text)
            sys.stdout.flush()
            if once or stop.wait(every):
                return
