"""`commonwatt exchange`: a meter was exchanged; what stood on the old one and the new one."""

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer

from cli import settings
from cli.commands.imports import Url
from cli.services.words import say
from metering.errors import InputError

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
    database_url: Url = None,
) -> None:
    """Record that a register's meter was exchanged; said again, it corrects that instant."""
    from actions.exchanges import record_exchange
    from cli.wiring import desk

    try:
        when = datetime.fromisoformat(at)
    except ValueError:
        raise _unreadable("--at", at) from None
    with desk(settings.load(database_url=database_url)) as seat:
        record_exchange(
            seat,
            channel_id,
            when,
            final=None if final is None else _number("--final", final),
            initial=_number("--initial", initial),
            source=source,
        )
    typer.echo(say("已记录;相关用量将重新计算。", "Recorded; the use around it is computed anew."))


def _number(option: str, said: str) -> Decimal:
    try:
        return Decimal(said)
    except InvalidOperation:
        raise _unreadable(option, said) from None


def _unreadable(option: str, said: str) -> InputError:
    return InputError(
        "exchange.unreadable",
        zh=f"{option} 的值“{said}”无法识别。",
        en=f"{option} is “{said}”, which cannot be read.",
        next_zh="时刻写作 2026-01-31T08:00:00+08:00,读数写作十进制数。",
        next_en="Write the instant as 2026-01-31T08:00:00+08:00, and readings as decimal numbers.",
        where={"field": option, "value": said},
    )
