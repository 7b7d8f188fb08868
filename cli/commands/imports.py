"""`commonwatt import`: the registry and files of readings; a dry run says all mistakes."""

from typing import TYPE_CHECKING

import typer

from cli import settings
from cli.commands import file_answers
from cli.commands.import_large import large
from cli.commands.import_options import (
    AsCorrection,
    CollectorUrl,
    Errors,
    Folder,
    Fresh,
    Namespace,
    Readings,
    Reason,
    WithoutFailed,
)
from cli.commands.options import ApiUrl, DryRun
from cli.failed import keeping
from cli.imported import kept_told, rehearsed, tell_readings, tell_registry
from cli.importing import How, import_files
from cli.services.words import language, say

if TYPE_CHECKING:
    from actions.fields import Lang

app = typer.Typer(
    help=say("导入名录或读数文件。", "Import a registry, or files of readings."),
    no_args_is_help=True,
)
app.command()(large)


@app.command()
def registry(
    folder: Folder,
    dry_run: DryRun = False,
    namespace: Namespace = "import",
    errors: Errors = None,
    without_failed: WithoutFailed = False,
    database_url: ApiUrl = None,
) -> None:
    """Register regions, institutions and channels in one transaction; again changes nothing."""
    from actions.registry.failed import failed_registry, register_rest
    from actions.registry.files import read_tables, tables_of
    from actions.registry.importing import register
    from actions.registry.uploaded import uploaded_tables
    from cli.wiring import operator

    known = settings.load(database_url=database_url)
    whole = folder.is_file()
    tables = uploaded_tables(folder.name, folder.read_bytes()) if whole else tables_of(folder)

    with operator(known) as actor:

        def failed() -> bytes | None:
            lang: Lang = "zh" if language() == "zh" else "en"
            return failed_registry(actor, tables, namespace, lang)

        with keeping(errors, failed):
            if without_failed:
                done = register_rest(actor, tables, namespace, dry_run=dry_run)
            else:
                done = register(actor, read_tables(tables, namespace), dry_run=dry_run)
    rehearsed(dry_run)
    tell_registry(done)


@app.command()
def readings(
    files: Readings,
    dry_run: DryRun = False,
    gateway: file_answers.Gateway = None,
    channel: file_answers.Channel = None,
    zone: file_answers.Zone = None,
    unit: file_answers.Unit = None,
    decimal: file_answers.Decimal = None,
    dates: file_answers.Dates = None,
    years: file_answers.Years = None,
    brackets: file_answers.Brackets = None,
    last_day: file_answers.LastDay = None,
    month: file_answers.Month = None,
    stamp: file_answers.Stamp = None,
    length_s: file_answers.Length = None,
    hour: file_answers.Hour = None,
    rates: file_answers.Rates = None,
    ratio: file_answers.Ratio = None,
    formulas: file_answers.Formulas = None,
    empty: file_answers.Empty = None,
    sheets: file_answers.Sheets = None,
    hidden: file_answers.Hidden = None,
    column: file_answers.Column = None,
    same: file_answers.Same = None,
    as_correction: AsCorrection = False,
    reason: Reason = "",
    errors: Errors = None,
    without_failed: WithoutFailed = False,
    fresh: Fresh = False,
    database_url: ApiUrl = None,
    collector_database_url: CollectorUrl = None,
) -> None:
    """Store files of readings together, all of them or nothing; again changes nothing."""
    given = file_answers.given(locals())
    known = settings.load(database_url=database_url, collector_database_url=collector_database_url)
    how = How(dry_run, reason if as_correction else None, errors, without_failed, fresh)
    with kept_told():
        tell_readings(import_files(files, given, known, how), dry_run=dry_run)
