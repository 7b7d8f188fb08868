"""`commonwatt export registry`: regions, institutions and channels as the importer takes them."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cli import settings
from cli.commands.import_options import Namespace
from cli.commands.options import ApiUrl
from cli.services.words import say


class Form(StrEnum):
    """Of the registry: CSV in a folder or a ZIP, or a workbook."""

    FOLDER = "folder"
    ZIP = "zip"
    XLSX = "xlsx"


def registry(
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", help=say("写入的目录或文件。", "The folder or file to write.")
        ),
    ],
    form: Annotated[
        Form,
        typer.Option(
            "--as",
            help=say(
                "folder、zip 为 CSV;xlsx 每个文件一个工作表。",
                "folder and zip hold CSV, xlsx a sheet for each file.",
            ),
        ),
    ] = Form.FOLDER,
    namespace: Namespace = "import",
    database_url: ApiUrl = None,
) -> None:
    """Write regions, institutions and channels; the importer takes the files back in."""
    from actions.registry.export import write_registry
    from cli.wiring import operator

    with operator(settings.load(database_url=database_url)) as actor:
        done = write_registry(actor, output, form.value, namespace)
    for name, rows in done.rows.items():
        typer.echo(say(f"{name}:{rows} 行", f"{name}: {rows} rows"))
    if done.without_code:
        typer.echo(
            say(
                f"另有 {done.without_code} 个机构没有“{namespace}”的代码,未导出。",
                f"{done.without_code} institutions have no code of “{namespace}” and stay out.",
            ),
            err=True,
        )
