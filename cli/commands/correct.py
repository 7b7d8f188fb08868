"""`commonwatt correct` and `undo-correction`: what a person says of readings, told before."""

from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from cli import settings
from cli.commands.imports import Url
from cli.services.words import say
from metering.errors import InputError

if TYPE_CHECKING:
    from actions.readings.correcting import Done
    from actions.readings.effects import Effects

_At = Annotated[
    str,
    typer.Option(
        help=say("时刻:2026-01-31T08:00:00+08:00", "The instant: 2026-01-31T08:00:00+08:00.")
    ),
]
_Value = Annotated[
    str | None, typer.Option(help=say("set、use 的值,按通道单位。", "Of set and use, in its unit."))
]
_Reason = Annotated[str, typer.Option(help=say("原因或依据。", "Why, or on which paper."))]
DryRun = Annotated[
    bool,
    typer.Option("--dry-run", help=say("只说明影响,不作更改。", "Tell only what would change.")),
]
Despite = Annotated[
    bool,
    typer.Option(
        "--despite", help=say("与相邻读数不符仍记录。", "Taken although it does not fit.")
    ),
]


class What(StrEnum):
    """What can be said of an instant."""

    VOID = "void"
    SET = "set"
    CONFIRM = "confirm"
    REINSTATE = "reinstate"
    WRAP = "wrap"
    USE = "use"
    WITHDRAW = "withdraw"


def correct(
    channel_id: int,
    what: What,
    at: _At,
    reason: _Reason,
    value: _Value = None,
    despite: Despite = False,
    dry_run: DryRun = False,
    database_url: Url = None,
) -> None:
    """Void or set a reading, confirm or reinstate one set aside, say what a step was."""
    from actions.readings import corrections, exchanges
    from cli.wiring import desk

    when = instant_of("--at", at)
    with desk(settings.load(database_url=database_url)) as seat:
        if what in (What.SET, What.USE):
            number = number_of("--value", value or "")
            done = (
                corrections.set_value(
                    seat, channel_id, when, number, reason=reason, dry_run=dry_run
                )
                if what is What.SET
                else exchanges.say_use(
                    seat, channel_id, when, number, reason=reason, despite=despite, dry_run=dry_run
                )
            )
        else:
            done = {
                What.VOID: corrections.void_reading,
                What.CONFIRM: corrections.confirm_outlier,
                What.REINSTATE: corrections.reinstate_reading,
                What.WRAP: corrections.confirm_wrap,
                What.WITHDRAW: exchanges.withdraw_exchange,
            }[what](seat, channel_id, when, reason=reason, dry_run=dry_run)
    tell(done)


def undo_correction(
    channel_id: int,
    correction_id: int,
    reason: _Reason,
    dry_run: DryRun = False,
    database_url: Url = None,
) -> None:
    """Take a correction back; everything is as if it had never been made."""
    from actions.readings.corrections import undo
    from cli.wiring import desk

    with desk(settings.load(database_url=database_url)) as seat:
        done = undo(seat, channel_id, correction_id, reason=reason, dry_run=dry_run)
    tell(done)


def undo_file_correction(
    file_id: int,
    reason: _Reason,
    dry_run: DryRun = False,
    database_url: Url = None,
) -> None:
    """Take all that a file corrects back; everything is as if it had corrected nothing."""
    from actions.readings.file_corrections import undo_file
    from cli.wiring import desk

    with desk(settings.load(database_url=database_url)) as seat:
        done = undo_file(seat, file_id, reason=reason, dry_run=dry_run)
    tell_effects(done.effects)
    count = len(done.corrections)
    typer.echo(
        say("试算,未作更改。", "Only tried: nothing was changed.")
        if dry_run
        else say(f"已撤销 {count} 个通道的更正。", f"Taken back, of {count} channels.")
    )


def tell(done: "Done") -> None:
    """Say what changes, and what was done or only tried."""
    tell_effects(done.effects)
    number = done.correction.id
    typer.echo(
        say("试算,未作更改。", "Only tried: nothing was changed.")
        if done.dry_run
        else say(
            f"已记录(更正 {number});用量将重新计算。",
            f"Recorded as correction {number}; the use around it is computed anew.",
        )
    )


def tell_effects(found: "Effects") -> None:
    """Say what changes: hours, accounts, and the published figures that rest on them."""
    from actions.figures import in_units

    typer.echo(
        say(f"{found.hours_changed} 个小时的用量变化。", f"{found.hours_changed} hours change.")
    )
    for one in found.accounts:
        before, after = (in_units(each, one.per_unit) or "–" for each in (one.before, one.after))
        of = f"{one.institution_id} {one.carrier} {one.month:%Y-%m}"
        typer.echo(f"  {of}: {before} → {after} {one.unit}")
    for each in found.published:
        typer.echo(f"  {_published(each.kind)}: {each.institution_id} {each.year}")
    if found.beyond:
        typer.echo(
            say(f"另有 {found.beyond} 个台账变化。", f"{found.beyond} other accounts change.")
        )


def _published(kind: str) -> str:
    return {
        "base": say("配额基数所依", "rests in the base of a quota"),
        "progress": say("进度所依", "rests in progress"),
        "locked": say("已锁定台账", "locked account"),
    }[kind]


def instant_of(option: str, said: str) -> datetime:
    """Return an instant as an option says it."""
    try:
        return datetime.fromisoformat(said)
    except ValueError:
        raise unreadable(option, said) from None


def number_of(option: str, said: str) -> Decimal:
    """Return a number as an option says it."""
    try:
        return Decimal(said)
    except InvalidOperation:
        raise unreadable(option, said) from None


def unreadable(option: str, said: str) -> InputError:
    """Return the refusal of an option that cannot be read."""
    return InputError(
        "correction.unreadable",
        zh=f"{option} 的值“{said}”无法识别。",
        en=f"{option} is “{said}”, which cannot be read.",
        next_zh="时刻写作 2026-01-31T08:00:00+08:00,读数写作十进制数。",
        next_en="Write the instant as 2026-01-31T08:00:00+08:00, and readings as decimal numbers.",
        where={"field": option, "value": said},
    )
