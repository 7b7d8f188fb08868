"""`commonwatt reconcile`: the books of unions compared with the second log and the runs."""

from typing import Annotated

import typer

from cli import settings
from cli.commands.options import ApiUrl
from cli.services.words import language, say

Union = Annotated[
    int | None, typer.Option(help=say("联合体编号;默认全部。", "The union's id; all if not said."))
]
_MOST = 20


def reconcile(union: Union = None, database_url: ApiUrl = None) -> None:
    """Compare books, second log, runs and snapshots to the gram; 1 where anything differs.

    Accounts that differ rest until a person has looked (`do account.release`).
    """
    from actions.compact.book_words import DIFFERENCES
    from actions.compact.reconcile_books import ReconcileBooks
    from actions.compact.unions import list_unions
    from actions.doing import together
    from cli.wiring import operator
    from storage.compact import second_log

    lang, differ = language(), 0
    with operator(settings.load(database_url=database_url)) as actor:
        unions = [one.union for one in list_unions(actor)]
        for one in (one for one in unions if union in (None, one.union_id)):
            with together(actor) as acts:
                found = acts.do(ReconcileBooks(), one.union_id)
            name = one.name_zh if lang == "zh" else one.name_en
            typer.echo(
                say(
                    f"{name}:日志 {found.lines:,} 行,分录 {found.entries:,} 条,"
                    f"差异 {found.differences:,} 处。",
                    f"{name}: {found.lines:,} lines of the log, {found.entries:,} entries, "
                    f"{found.differences:,} differences.",
                )
            )
            differ += found.differences
            if found.differences:
                with actor.look() as connection:
                    of = found.reconciliation_id
                    listed = second_log.differences(connection, one.union_id, of=of, most=_MOST)
                for each in listed:
                    words = DIFFERENCES[each.code]
                    typer.echo(f"    {words.zh if lang == 'zh' else words.en}: {each.what}")
    if differ:
        raise typer.Exit(1)
