"""`commonwatt targets review`: the bases of a target about which somebody has to answer."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli import settings
from cli.commands.options import ApiUrl
from cli.services.words import language, say

if TYPE_CHECKING:
    from actions.compact.bases import BaseLine

app = typer.Typer(
    help=say("目标的基数核查。", "Review of a target's bases."),
    no_args_is_help=True,
)


@app.callback()
def about() -> None:
    """Review bases; `commonwatt do base.estimate`, `base.confirm` and the like answer for them."""


@app.command()
def review(
    target: Annotated[
        int | None,
        typer.Argument(help=say("目标编号;默认最近设定的。", "The target's id; else the newest.")),
    ] = None,
    database_url: ApiUrl = None,
) -> None:
    """List every base that is missing, partial or implausible, those that move most first."""
    from actions.compact.bases import newest_target
    from actions.compact.bases import review as reviewed
    from cli.wiring import operator

    with operator(settings.load(database_url=database_url)) as actor:
        found = reviewed(actor, target if target is not None else newest_target(actor))
    for one in found.lines:
        _show(one)
    for member in found.members:
        typer.echo(
            say(
                f"成员 {member.member_id}:{member.institutions} 家,异常 {member.odd},"
                f"待核查 {member.open}",
                f"member {member.member_id}: {member.institutions} bases, {member.odd} odd, "
                f"{member.open} open",
            )
        )
    line = say(f"待核查 {found.open} 家。", f"{found.open} bases are open.")
    if not found.open:
        line = say("全部已核查,可以下达。", "All are answered for: a run can be issued.")
    typer.echo(line)


def _show(line: "BaseLine") -> None:
    """Print a base with its findings, figures and what was decided."""
    from actions.compact.base_words import HOWS, STATES, in_words, told

    lang = language()
    name = ((line.name_zh if lang == "zh" else line.name_en) or "").strip()
    year = None if line.base is None else line.base.year
    share = "" if line.own_share is None else f", {line.own_share:.1%}"
    unit = line.indicator.unit_shown
    typer.echo(
        f"{line.effect_g / 1000:,.0f} {unit}{share}  {line.institution_id} {name}  "
        f"[{in_words(STATES[line.state], lang)}]"
    )
    for finding in line.findings:
        typer.echo(f"    {told(finding, year, lang, unit)}")
    for act in line.acts:
        how = in_words(HOWS[act.how], lang)
        typer.echo(f"    = {act.month:%Y-%m} {act.carrier}: {how} ({act.reason})")
