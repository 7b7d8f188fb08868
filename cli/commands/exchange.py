"""`commonwatt exchange`: a meter was exchanged; what stood on the old one and the new one."""

from typing import Annotated

import typer

from cli import settings
from cli.commands.correct import Despite, DryRun, instant_of, number_of, tell
from cli.commands.imports import Url
from cli.services.words import say

_At = Annotated[
    str,
    typer.Option(
        help=say("换表时刻:2026-01-31T08:00:00+08:00", "When: 2026-01-31T08:00:00+08:00.")
    ),
]
_Final = Annotated[
    str | None,
    typer.Option(
        help=say("旧表止数;无人抄见则不填。", "On the old meter; left out where nobody read it.")
    ),
]
_Initial = Annotated[str, typer.Option(help=say("新表起数。", "On the new meter."))]
_Source = Annotated[
    str, typer.Option(help=say("依据:谁抄的表、哪张单。", "Who read them, or which form."))
]


def exchange(
    channel_id: int,
    at: _At,
    initial: _Initial,
    source: _Source,
    final: _Final = None,
    despite: Despite = False,
    dry_run: DryRun = False,
    database_url: Url = None,
) -> None:
    """Record that a register's meter was exchanged; said again, it corrects that instant."""
    from actions.exchanges import record_exchange
    from cli.wiring import desk

    when = instant_of("--at", at)
    with desk(settings.load(database_url=database_url)) as seat:
        _, done = record_exchange(
            seat,
            channel_id,
            when,
            final=None if final is None else number_of("--final", final),
            initial=number_of("--initial", initial),
            source=source,
            despite=despite,
            dry_run=dry_run,
        )
    tell(done)
