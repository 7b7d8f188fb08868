"""`commonwatt recompute`: compute published runs anew from their snapshots, byte for byte."""

from typing import Annotated

import typer

from cli import settings
from cli.commands.options import ApiUrl
from cli.services.words import say


def recompute(
    run: Annotated[
        int | None,
        typer.Argument(help=say("分解方案编号;默认全部。", "A run's id; else all runs.")),
    ] = None,
    database_url: ApiUrl = None,
) -> None:
    """Prove that runs come of their inputs; status 1 where one does not."""
    from actions.compact.runs import prove
    from cli.wiring import operator

    with operator(settings.load(database_url=database_url)) as actor:
        proofs = prove(actor, run)
    for proof in proofs:
        verdict = say("一致", "same bytes") if proof.same else say("不一致", "DIFFERS")
        typer.echo(f"{proof.run_id}  {proof.sha256}  {verdict}")
    if not proofs:
        typer.echo(say("还没有分解方案。", "There is no run yet."))
    if not all(proof.same for proof in proofs):
        raise typer.Exit(1)
