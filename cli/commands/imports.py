"""`commonwatt import`: the registry and files of readings; a dry run says all mistakes."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from cli import settings
from cli.commands import file_answers
from cli.commands.import_large import large
from cli.commands.options import ApiUrl, DryRun
from cli.failed import keeping
from cli.imported import tell_readings, tell_registry
from cli.services.words import language, say
from cli.settings import Settings
from metering.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from actions.fields import Lang
    from actions.readings.import_readings import Imported

app = typer.Typer(
    help=say("导入名录或读数文件。", "Import a registry, or files of readings."),
    no_args_is_help=True,
)
app.command()(large)

Readings = Annotated[
    Path,
    typer.Argument(
        help=say(
            "CSV、XLSX、ZIP 或 Green Button XML;列名、编码和格式自动识别。",
            "CSV, XLSX, ZIP or Green Button XML; columns, encoding and form are recognised.",
        )
    ),
]
AsCorrection = Annotated[
    bool,
    typer.Option(
        "--as-correction",
        help=say(
            "作为您的更正导入:同一时刻以本文件的数值为准。",
            "As your correction: the file counts against what stands.",
        ),
    ),
]
Reason = Annotated[str, typer.Option(help=say("更正理由。", "Why it corrects what stands."))]
Errors = Annotated[
    Path | None,
    typer.Option("--errors", help=say("有误的行存入此工作簿。", "Keeps wrong rows in a workbook.")),
]
WithoutFailed = Annotated[
    bool,
    typer.Option(
        "--without-failed",
        help=say("有误的行不导入,其余照办。", "Leave wrong rows out and import the rest."),
    ),
]
Fresh = Annotated[
    bool,
    typer.Option(
        "--fresh",
        help=say(
            "不采用此前同版式文件的回答。",
            "Without the answers that earlier files of the layout had.",
        ),
    ),
]
CollectorUrl = Annotated[
    str | None,
    typer.Option(
        help=say(
            "采集服务的数据库登录;默认 COMMONWATT_COLLECTOR_DATABASE_URL。",
            "The collector's login; else COMMONWATT_COLLECTOR_DATABASE_URL.",
        )
    ),
]


@app.command()
def registry(
    folder: Annotated[
        Path,
        typer.Argument(
            help=say(
                "含 regions.csv、institutions.csv、channels.csv 的目录,或其 ZIP、XLSX。",
                "Holds regions.csv, institutions.csv and channels.csv, or some of them; or is a "
                "ZIP or XLSX of these.",
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
    _rehearsed(dry_run)
    tell_registry(done)


@app.command()
def readings(
    file: Readings,
    dry_run: DryRun = False,
    gateway: file_answers.Gateway = None,
    channel: file_answers.Channel = None,
    zone: file_answers.Zone = None,
    unit: file_answers.Unit = None,
    decimal: file_answers.Decimal = None,
    dates: file_answers.Dates = None,
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
    """Store a file of readings as a whole or not at all; again changes nothing."""
    given = {
        "gateway": gateway, "channel": channel, "zone": zone, "unit": unit, "decimal": decimal,
        "dates": dates, "last_day": last_day, "stamp": stamp, "length_s": length_s, "hour": hour,
        "rates": rates, "ratio": ratio, "formulas": formulas, "empty": empty, "month": month,
        "sheets": sheets, "columns": column, "same": same,
    }  # fmt: skip
    known = settings.load(database_url=database_url, collector_database_url=collector_database_url)
    done = _imported(
        file, given, known, dry_run=dry_run, reason=reason if as_correction else None,
        errors=errors, without_failed=without_failed, fresh=fresh,
    )  # fmt: skip
    _rehearsed(dry_run)
    tell_readings(done, dry_run=dry_run)


def _imported(
    file: Path,
    given: Mapping[str, str | list[str] | None],
    known: Settings,
    *,
    dry_run: bool,
    reason: str | None,
    errors: Path | None,
    without_failed: bool,
    fresh: bool,
) -> "Imported":
    """Import a file. reason: why it corrects; None where it does not. errors: of failed rows."""
    import time
    from contextlib import closing

    from actions.readings.failed_readings import failed_readings
    from actions.readings.file_answers import answers_of
    from actions.readings.file_corrections import correct_by_file
    from actions.readings.import_readings import import_readings
    from cli import embedded, memory
    from cli.wiring import operator, store

    memory.give_back()
    known = embedded.filled(known, "api")
    url = settings.need(known.collector_database_url, "collector_database_url")
    now_ms = int(time.time() * 1000)
    kept = store(known, url, "import")
    answers = answers_of({name: value for name, value in given.items() if value is not None})
    with _opened(file) as source, operator(known) as actor, closing(kept) as sink:

        def failed() -> bytes | None:
            return failed_readings(
                actor, source, file.name, answers, now_ms=now_ms, ahead_ms=kept.ahead_ms,
                lang="zh" if language() == "zh" else "en", corrects=reason is not None,
                fresh=fresh,
            )  # fmt: skip

        with keeping(errors, failed):
            if reason is not None:
                return correct_by_file(
                    actor, source, file.name, answers, reason=reason, now_ms=now_ms,
                    ahead_ms=kept.ahead_ms, dry_run=dry_run, without_failed=without_failed,
                    fresh=fresh,
                )  # fmt: skip
            return import_readings(
                actor, sink, source, file.name, answers, now_ms=now_ms, dry_run=dry_run,
                without_failed=without_failed, fresh=fresh,
            )  # fmt: skip


def _rehearsed(dry_run: bool) -> None:
    if dry_run:
        typer.echo(say("演练:没有写入。", "Dry run: nothing was kept."))


def _opened(file: Path) -> BinaryIO:
    try:
        return file.open("rb")
    except FileNotFoundError:
        raise NotFoundError(
            "import.no_file",
            zh=f"没有文件 {file}。",
            en=f"There is no file {file}.",
            next_zh="请核对路径。",
            next_en="Check the path.",
            where={"file": str(file)},
        ) from None
    except OSError as error:
        raise InputError(
            "import.unreadable_file",
            zh=f"无法读取 {file}:{error.strerror}。",
            en=f"{file} cannot be read: {error.strerror}.",
            next_zh="请指定一个有权读取的 CSV 文件。",
            next_en="Name a CSV file that you may read.",
            where={"file": str(file)},
        ) from error
