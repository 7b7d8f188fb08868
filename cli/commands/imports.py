"""`commonwatt import`: the registry and files of readings; a dry run says all mistakes."""

from pathlib import Path
from typing import Annotated

import typer

from cli import settings
from cli.services.words import say

app = typer.Typer(
    help=say("导入名录或读数文件。", "Import a registry, or files of readings."),
    no_args_is_help=True,
)

DryRun = Annotated[
    bool,
    typer.Option(
        "--dry-run", help=say("只说明会怎样,不写入。", "Say what would happen; keep nothing.")
    ),
]


@app.command()
def registry(
    folder: Annotated[
        Path,
        typer.Argument(
            help=say(
                "含 regions.csv、institutions.csv、channels.csv 的目录。",
                "Holds regions.csv, institutions.csv and channels.csv, or some of them.",
            )
        ),
    ],
    dry_run: DryRun = False,
    namespace: Annotated[
        str,
        typer.Option(
            help=say("这些机构代码由谁编制。", "Whose codes the institutions carry, by name.")
        ),
    ] = "import",
    database_url: Annotated[
        str | None,
        typer.Option(
            help=say(
                "API 的数据库登录;默认 COMMONWATT_DATABASE_URL。",
                "The API's login; else COMMONWATT_DATABASE_URL.",
            )
        ),
    ] = None,
) -> None:
    """Register regions, institutions and channels in one transaction; again changes nothing."""
    from actions.registry import register
    from actions.registry_files import read
    from cli.wiring import desk

    known = settings.load(database_url=database_url)
    said = read(folder, namespace)
    with desk(known) as seat:
        done = register(seat, said, dry_run=dry_run)
    if dry_run:
        typer.echo(say("演练:没有写入。", "Dry run: nothing was kept."))
    for name, count in (
        (say("行政区划", "regions"), done.regions),
        (say("机构", "institutions"), done.institutions),
        (say("通道", "channels"), done.channels),
    ):
        typer.echo(
            say(
                f"{name}:新增 {count.made},变更 {count.changed},未变 {count.unchanged}",
                f"{name}: {count.made} made, {count.changed} changed, {count.unchanged} unchanged",
            )
        )
    for warning in done.warnings:
        typer.echo(
            say(
                f"注意:已登记计量表的名称不变:{warning}",
                f"Note: the names of a known meter stay: {warning}",
            ),
            err=True,
        )
