"""`commonwatt import`: the registry and files of readings; a dry run says all mistakes."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from cli import settings
from cli.services.words import say
from metering.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from actions.readings.import_readings import Imported

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
Url = Annotated[
    str | None,
    typer.Option(
        help=say(
            "API 的数据库登录;默认 COMMONWATT_DATABASE_URL。",
            "The API's login; else COMMONWATT_DATABASE_URL.",
        )
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
    database_url: Url = None,
) -> None:
    """Register regions, institutions and channels in one transaction; again changes nothing."""
    from actions.registry.files import read
    from actions.registry.importing import register
    from cli.wiring import desk

    known = settings.load(database_url=database_url)
    said = read(folder, namespace)
    with desk(known) as seat:
        done = register(seat, said, dry_run=dry_run)
    _rehearsed(dry_run)
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
    for note in done.notes:
        typer.echo(say(f"注意:{note.zh}", f"Note: {note.en}"), err=True)


@app.command()
def readings(
    file: Annotated[
        Path,
        typer.Argument(
            help=say(
                "CSV 文件,列:gateway、channel、at、value,可加 unit、seq。",
                "CSV with the columns gateway, channel, at, value, and unit and seq if known.",
            )
        ),
    ],
    dry_run: DryRun = False,
    gateway: Annotated[
        str | None,
        typer.Option(
            help=say(
                "整个文件所属的采集网关:省份/网关。",
                "Of all rows, where the file does not say: province/gateway.",
            )
        ),
    ] = None,
    as_correction: Annotated[
        bool,
        typer.Option(
            "--as-correction",
            help=say(
                "作为您的更正导入:同一时刻以本文件的数值为准。",
                "As your correction: the file counts against what stands.",
            ),
        ),
    ] = False,
    reason: Annotated[
        str, typer.Option(help=say("更正理由。", "Why it corrects what stands."))
    ] = "",
    database_url: Url = None,
    collector_database_url: Annotated[
        str | None,
        typer.Option(
            help=say(
                "采集服务的数据库登录;默认 COMMONWATT_COLLECTOR_DATABASE_URL。",
                "The collector's login; else COMMONWATT_COLLECTOR_DATABASE_URL.",
            )
        ),
    ] = None,
) -> None:
    """Store a file of readings as a whole or not at all; again changes nothing."""
    import time
    from contextlib import closing

    from actions.readings.file_corrections import correct_by_file
    from actions.readings.import_readings import import_readings
    from cli import embedded
    from cli.wiring import desk, store

    known = settings.load(database_url=database_url, collector_database_url=collector_database_url)
    known = embedded.filled(known, "api")
    url = settings.need(known.collector_database_url, "collector_database_url")
    now_ms = int(time.time() * 1000)
    kept = store(known, url, "import")
    with _opened(file) as source, desk(known) as seat, closing(kept) as sink:
        if as_correction:
            done = correct_by_file(
                seat, source, file.name, gateway, reason=reason, now_ms=now_ms,
                ahead_ms=kept.ahead_ms, dry_run=dry_run,
            )  # fmt: skip
        else:
            done = import_readings(
                seat, sink, source, file.name, gateway, now_ms=now_ms, dry_run=dry_run
            )
    _rehearsed(dry_run)
    _told(done)


def _told(done: "Imported") -> None:
    from cli.effects import tell_effects

    typer.echo(
        say(
            f"读数 {done.readings},通道 {done.channels}:{done.first_at} 至 {done.last_at}",
            f"readings {done.readings}, channels {done.channels}: "
            f"{done.first_at} to {done.last_at}",
        )
    )
    typer.echo(
        say(
            f"新增 {done.inserted},已有 {done.duplicates},与已有读数不同 {done.revised}",
            f"{done.inserted} new, {done.duplicates} known already, "
            f"{done.revised} beside another reading of their instant",
        )
    )
    if done.rounded:
        typer.echo(
            say(
                f"其中 {done.rounded} 个数值比通道最小单位更精细,已舍入;请核对 per_unit。",
                f"{done.rounded} of them are finer than their channel's quantum and were rounded; "
                "check its per_unit.",
            ),
            err=True,
        )
    if done.behind:
        _told_behind(done)
    if done.outdone:
        _told_outdone(done)
    if done.effects is not None:
        tell_effects(done.effects)
    if done.file_id is not None:
        typer.echo(
            say(
                "撤销:commonwatt do correction.undo_import "
                f"--correction_file {done.file_id} --reason 理由",
                "To take it back: commonwatt do correction.undo_import "
                f"--correction_file {done.file_id} --reason WHY",
            )
        )


def _told_behind(done: "Imported") -> None:
    lines = ", ".join(map(str, done.behind_lines))
    lines += " …" if done.behind > len(done.behind_lines) else ""
    typer.echo(
        say(
            f"{done.behind} 行未导入(第 {lines} 行):数值接续上一行,时间却倒退一天以上,"
            "与该时刻的读数不符,当时时钟有误。请更正时间;如时间无误,请把这些行单独存成一个文件再导入。",
            f"{done.behind} rows were left out (line {lines}): their value goes on from the row "
            "before while their time falls back by more than a day, to where it does not fit: a "
            "clock was wrong. Mend their times; if these are right, import the rows as a file of "
            "their own.",
        ),
        err=True,
    )


def _told_outdone(done: "Imported") -> None:
    """Say which rows do not count, and how they could; or that they do, as a correction."""
    if done.corrected:
        typer.echo(say(f"更正 {done.corrected} 个读数", f"{done.corrected} corrected"))
    else:
        typer.echo(
            say(
                f"{done.outdone} 行未被采用:同一时刻以序号较大者为准,序号相同则以数值较大者为准。"
                "如本文件为准,请加 --as-correction --reason 理由。",
                f"{done.outdone} rows do not count: of several readings of one instant the greater "
                "sequence number, then the greater value stands. Where the file is right, add "
                "--as-correction --reason WHY.",
            ),
            err=True,
        )
    for one in done.examples:
        typer.echo(
            say(
                f"  第 {one.line} 行 {one.gateway} {one.channel} {one.at}:{one.value},"
                f"原有 {one.stands or '作废'}",
                f"  line {one.line}, {one.gateway} {one.channel} {one.at}: {one.value}, "
                f"beside {one.stands or 'a void'}",
            ),
            err=True,
        )


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
