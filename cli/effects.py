"""What a correction by a file changes, told on the terminal."""

from typing import TYPE_CHECKING

import typer

from cli.services.words import say

if TYPE_CHECKING:
    from actions.readings.effects import Effects


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
