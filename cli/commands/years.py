"""`commonwatt years`: where the closing of a year stands, institution by institution."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli import settings
from cli.commands.options import ApiUrl
from cli.services.words import say

if TYPE_CHECKING:
    from actions.accounts.closing_table import ClosingShown


def years(
    year: Annotated[
        int | None, typer.Argument(help=say("年度;不填为上一年", "Last year if left out"))
    ] = None,
    state: Annotated[
        str | None, typer.Option(help=say("只列此状态,如 missing", "Only this one: missing, …"))
    ] = None,
    region: Annotated[
        int | None, typer.Option(help=say("行政区划编号,含下级", "Id of a region, with all below"))
    ] = None,
    database_url: ApiUrl = None,
) -> None:
    """List whose year is missing months, ready, locked, verified, or due to be restated."""
    from actions.accounts.closing_table import CLOSING, WhichClosing
    from actions.doing import acting
    from actions.refusals import not_offered
    from actions.table_rows import every_row
    from cli.wiring import operator
    from compact.closing import Closing

    if state is not None and state not in set(Closing):
        raise not_offered("state", state)
    asked = WhichClosing.model_validate({"year": year, "state": state, "region": region})
    with operator(settings.load(database_url=database_url)) as actor, actor.look() as connection:
        for one in every_row(acting(actor, connection), CLOSING, asked):
            typer.echo(_line(one))


def _line(one: "ClosingShown") -> str:
    from actions.accounts.closing_fields import STATES

    words = STATES[one.state.value]
    name = say(one.name_zh or "", one.name_en or one.name_zh or "")
    parts = [str(one.institution_id), name, str(one.year), say(words.zh, words.en)]
    if one.row.difference_g:
        parts.append(f"{one.row.difference_g / 1000:+,.3f} kgce")
    return "  ".join([*parts, *one.wants("zh" if say("zh", "en") == "zh" else "en")])
