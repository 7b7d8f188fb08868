"""`commonwatt targets`: bases of a target, reviewed and answered for before anything is issued."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated

import typer

from cli import settings
from cli.commands.imports import Url
from cli.services.words import language, say
from metering.errors import InputError

if TYPE_CHECKING:
    from actions.compact.bases import BaseLine, How

app = typer.Typer(
    help=say("目标的基期:审核、估算、确认。", "Bases of a target: review, estimate, confirm."),
    no_args_is_help=True,
)

Target = Annotated[int, typer.Argument(help=say("目标编号。", "The target's id."))]
Institution = Annotated[int, typer.Argument(help=say("机构编号。", "The institution's id."))]
Reason = Annotated[
    str, typer.Option("--reason", help=say("理由(留痕)。", "Why; it stays on record."))
]


@app.command()
def review(
    target: Annotated[
        int | None,
        typer.Argument(help=say("目标编号;默认最近设定的。", "The target's id; else the newest.")),
    ] = None,
    database_url: Url = None,
) -> None:
    """List every base that is missing, partial or implausible, those that move most first."""
    from actions.compact.bases import newest_target
    from actions.compact.bases import review as reviewed
    from cli.wiring import desk

    with desk(settings.load(database_url=database_url)) as seat:
        found = reviewed(seat, target if target is not None else newest_target(seat))
    for one in found.lines:
        _show(one)
    for member in found.members:
        typer.echo(
            say(
                f"成员 {member.member_id}:{member.institutions} 家,异常 {member.odd},"
                f"待审核 {member.open}",
                f"member {member.member_id}: {member.institutions} bases, {member.odd} odd, "
                f"{member.open} open",
            )
        )
    said = say(f"待审核 {found.open} 家。", f"{found.open} bases are open.")
    if not found.open:
        said = say("全部已审核,可以下达。", "All are answered for: a run can be issued.")
    typer.echo(said)


@app.command()
def estimate(
    target: Target,
    institution: Institution,
    month: Annotated[str, typer.Argument(help=say("月份:2025-01", "The month: 2025-01"))],
    how: Annotated[str, typer.Option("--by", help="year_before / year_after / like_days / bill")],
    reason: Reason,
    carrier: Annotated[
        str | None,
        typer.Option(help=say("能源品种;只有一种时可省。", "Left out where there is only one.")),
    ] = None,
    amount: Annotated[
        str | None,
        typer.Option(help=say("账单数量,按该品种的单位。", "Of a bill, in the carrier's unit.")),
    ] = None,
    database_url: Url = None,
) -> None:
    """Put the other year's month, the mean of like days or a bill in the place of a month."""
    from actions.compact.bases import Estimate
    from actions.compact.bases import estimate as estimated
    from cli.wiring import desk

    number = None if amount is None else _number(amount)
    wanted = Estimate(_month(month), _how(how), carrier, number)
    with desk(settings.load(database_url=database_url)) as seat:
        _show(estimated(seat, target, institution, wanted, reason))


@app.command()
def confirm(
    target: Target,
    reason: Reason,
    institution: Annotated[
        list[int] | None,
        typer.Option(help=say("机构编号,可重复。", "An institution's id; may be repeated.")),
    ] = None,
    member: Annotated[
        int | None, typer.Option(help=say("成员的行政区划编号。", "A member's region id."))
    ] = None,
    database_url: Url = None,
) -> None:
    """Confirm the named bases as they are; without names, all about which nothing is odd."""
    from actions.compact.bases import confirm as confirmed
    from cli.wiring import desk

    with desk(settings.load(database_url=database_url)) as seat:
        done = confirmed(
            seat, target, reason, institution_ids=institution or None, member_id=member
        )
    typer.echo(say(f"已确认 {done} 家。", f"{done} bases confirmed."))


@app.command("leave-out")
def leave_out(
    target: Target, institution: Institution, reason: Reason, database_url: Url = None
) -> None:
    """Leave an institution out of a target: it gets no quota until it is reopened."""
    from actions.compact.bases import leave_out as left
    from cli.wiring import desk

    with desk(settings.load(database_url=database_url)) as seat:
        _show(left(seat, target, institution, reason))


@app.command()
def reopen(
    target: Target, institution: Institution, reason: Reason, database_url: Url = None
) -> None:
    """Take back what was decided about a base, and every figure put into it."""
    from actions.compact.bases import reopen as reopened
    from cli.wiring import desk

    with desk(settings.load(database_url=database_url)) as seat:
        _show(reopened(seat, target, institution, reason))


@app.command()
def enough(
    union: Annotated[int, typer.Argument(help=say("联合体编号。", "The union's id."))],
    permille: Annotated[
        int, typer.Argument(help=say("完整率的千分数。", "Thousandths of the expected time."))
    ],
    reason: Reason,
    database_url: Url = None,
) -> None:
    """Say how much of the expected time makes a month of a union known (900 until then)."""
    from actions.compact.bases import set_enough
    from cli.wiring import desk

    with desk(settings.load(database_url=database_url)) as seat:
        set_enough(seat, union, permille, reason)
    typer.echo(say("已记录。", "Recorded."))


def _show(line: "BaseLine") -> None:
    """Print a base with its findings, figures and what was decided."""
    from actions.compact.base_words import HOWS, STATES, in_words, told

    lang = language()
    name = ((line.name_zh if lang == "zh" else line.name_en) or "").strip()
    year = None if line.base is None else line.base.year
    share = "" if line.own_share is None else f", {line.own_share:.1%}"
    typer.echo(
        f"{line.effect_g / 1000:,.0f} kgce{share}  {line.institution_id} {name}  "
        f"[{in_words(STATES[line.state], lang)}]"
    )
    for finding in line.findings:
        typer.echo(f"    {told(finding, year, lang)}")
    for act in line.acts:
        how = in_words(HOWS[act.how], lang)
        typer.echo(f"    = {act.month:%Y-%m} {act.carrier}: {how} ({act.reason})")


def _month(said: str) -> date:
    try:
        return date.fromisoformat(f"{said}-01")
    except ValueError:
        raise _unreadable("MONTH", said) from None


def _how(said: str) -> "How":
    from actions.compact.bases import How

    known = {one.value: one for one in (How.YEAR_BEFORE, How.YEAR_AFTER, How.LIKE_DAYS, How.BILL)}
    if (how := known.get(said.replace("-", "_"))) is None:
        raise _unreadable("--by", said)
    return how


def _number(said: str) -> Decimal:
    try:
        return Decimal(said)
    except InvalidOperation:
        raise _unreadable("--amount", said) from None


def _unreadable(option: str, said: str) -> InputError:
    return InputError(
        "targets.unreadable",
        zh=f"{option} 的值“{said}”无法识别。",
        en=f"{option} is “{said}”, which cannot be read.",
        next_zh="月份写作 2025-01;--by 取 year_before、year_after、like_days 或 bill。",
        next_en="Write the month as 2025-01; --by is year_before, year_after, like_days or bill.",
        where={"field": option, "value": said},
    )
