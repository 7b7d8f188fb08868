"""`commonwatt export`: readings, usage, accounts and the registry as files."""

from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import settings
from cli.commands.export_registry import registry
from cli.commands.options import ApiUrl
from cli.services.words import say
from metering.errors import InputError

if TYPE_CHECKING:
    from actions.fields import Lang
    from actions.readings.bulk import Asked

app = typer.Typer(
    help=say(
        "批量导出读数、用量、台账和名录;读数、用量中断后再次运行即续传。",
        "Export readings, usage, accounts and the registry; run again, a broken file of readings "
        "or usage goes on.",
    ),
    no_args_is_help=True,
)


app.command()(registry)


class Form(StrEnum):
    """Of the file."""

    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"
    ARROW = "arrow"


class Shape(StrEnum):
    """long: a line a value; wide: a column a series."""

    LONG = "long"
    WIDE = "wide"


class Headings(StrEnum):
    """In whose words."""

    CODES = "codes"
    ZH = "zh"
    EN = "en"


class Grain(StrEnum):
    """Of usage."""

    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


Output = Annotated[
    Path, typer.Option("--output", "-o", help=say("写入的文件。", "The file to write."))
]
As = Annotated[
    Form,
    typer.Option(
        "--as",
        help=say(
            "格式;xlsx 最多 1048575 行,parquet、arrow 需附加组件 commonwatt[arrow]。",
            "The form; xlsx holds 1,048,575 rows, parquet and arrow need the extra "
            "commonwatt[arrow].",
        ),
    ),
]
Shaped = Annotated[
    Shape,
    typer.Option(
        help=say(
            "long 一行一个数值;wide 一列一个序列,最多 1000 列。",
            "long: a line a value; wide: a column a series, 1,000 at most.",
        )
    ),
]
Channels = Annotated[
    str,
    typer.Option(help=say("通道编号,以逗号分隔。", "Ids of channels, parted by commas.")),
]
Institution = Annotated[int | None, typer.Option(help=say("机构编号。", "Id of an institution."))]
Region = Annotated[
    int | None,
    typer.Option(help=say("行政区划编号(含下级)。", "Id of a region, with its lower ones.")),
]
Carrier = Annotated[str | None, typer.Option(help=say("能源品种代码。", "Code of a carrier."))]
Since = Annotated[
    str,
    typer.Option("--from", help=say("起始日或带时差的时刻(含)。", "Day or instant, included.")),
]
Until = Annotated[
    str, typer.Option("--to", help=say("终止日或时刻(不含)。", "Day or instant, not included."))
]
Zone = Annotated[
    str | None,
    typer.Option(
        help=say("时间所用时区,默认本系统的时区。", "Zone of instants; else the installation's.")
    ),
]
Words = Annotated[
    Headings,
    typer.Option(
        help=say(
            "表头:codes 供程序使用,zh、en 供人阅读并附名称。",
            "codes for programs; zh or en for people, with names.",
        )
    ),
]


@app.command()
def readings(
    output: Output,
    form: As = Form.CSV,
    shape: Shaped = Shape.LONG,
    channels: Channels = "",
    institution: Institution = None,
    region: Region = None,
    carrier: Carrier = None,
    since: Since = "",
    until: Until = "",
    zone: Zone = None,
    headings: Words = Headings.CODES,
    database_url: ApiUrl = None,
) -> None:
    """Write the readings that stand; the importer takes the file back in."""
    from actions.readings.bulk import Asked

    asked = Asked(
        "readings", "hour", _ids(channels), institution, region, carrier, _when(since, "--from"),
        _when(until, "--to"), zone, _lang(headings),
    )  # fmt: skip
    _export(asked, output, form, shape, database_url)


@app.command()
def usage(
    output: Output,
    grain: Annotated[Grain, typer.Option(help=say("按时、日或月。", "By hour, day or month."))] = (
        Grain.HOUR
    ),
    form: As = Form.CSV,
    shape: Shaped = Shape.LONG,
    channels: Channels = "",
    institution: Institution = None,
    region: Region = None,
    carrier: Carrier = None,
    since: Since = "",
    until: Until = "",
    zone: Zone = None,
    headings: Words = Headings.CODES,
    database_url: ApiUrl = None,
) -> None:
    """Write the use of channels, in the carrier's unit."""
    from actions.readings.bulk import Asked

    asked = Asked(
        "usage", grain.value, _ids(channels), institution, region, carrier,
        _when(since, "--from"), _when(until, "--to"), zone,
        _lang(headings),
    )  # fmt: skip
    _export(asked, output, form, shape, database_url)


@app.command()
def accounts(
    output: Output,
    form: As = Form.CSV,
    institution: Institution = None,
    region: Region = None,
    carrier: Carrier = None,
    since: Annotated[
        str, typer.Option("--from", help=say("起始月份。", "The first month, as 2025-01."))
    ] = "",
    until: Annotated[
        str, typer.Option("--to", help=say("终止月份(含)。", "The last month, included."))
    ] = "",
    profile: Annotated[
        str | None, typer.Option(help=say("折标系数组。", "Profile of coefficients."))
    ] = None,
    headings: Words = Headings.CODES,
    database_url: ApiUrl = None,
) -> None:
    """Write what institutions used in each month, with standard coal and CO2."""
    from actions.accounts.bulk_accounts import write_accounts
    from cli.wiring import operator

    months = {"from_": _month(since, "--from"), "to": _month(until, "--to")}
    asked = {"region": region, "carrier": carrier, "profile": profile, **months}
    given = {name: value for name, value in asked.items() if value is not None}
    if institution is not None:
        given.pop("region", None)
    with operator(settings.load(database_url=database_url)) as actor:
        rows = write_accounts(
            actor, output, form.value, given, institution_id=institution, lang=_lang(headings)
        )
    typer.echo(say(f"{output}:{rows} 行", f"{output}: {rows} rows"))


def _month(text: str, option: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise _wrong(option, text, "2025-01") from error


def _export(
    asked: "Asked", output: Path, form: Form, shape: Shape, database_url: str | None
) -> None:
    from actions.figures import instant
    from actions.readings.bulk_files import write_export
    from cli.wiring import operator

    with operator(settings.load(database_url=database_url)) as actor:
        done = write_export(actor, asked, output, form.value, shape.value)
    if done.resumed:
        typer.echo(say("从中断处续传。", "Went on where it had broken off."), err=True)
    at = f"{instant(done.as_of_ms):%Y-%m-%dT%H:%M:%SZ}"
    typer.echo(
        say(
            f"{output}:{done.rows} 行,截至 {at}",
            f"{output}: {done.rows} rows, as of {at}",
        )
    )


def _lang(headings: Headings) -> "Lang | None":
    known: dict[Headings, Lang] = {Headings.ZH: "zh", Headings.EN: "en"}
    return known.get(headings)


def _ids(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(one) for one in text.replace(",", ",").split(",") if one.strip())
    except ValueError as error:
        raise _wrong("--channels", text, "12,13") from error


def _when(text: str, option: str) -> date | datetime | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    except ValueError as error:
        raise _wrong(option, text, "2026-01-31") from error


def _wrong(option: str, text: str, example: str) -> InputError:
    return InputError(
        "export.bad_option",
        zh=f"{option} 无法识别“{text}”。",
        en=f"{option} makes nothing of “{text}”.",
        next_zh=f"请写成 {example}。",
        next_en=f"Write it as {example}.",
        where={"field": option, "value": text},
    )
