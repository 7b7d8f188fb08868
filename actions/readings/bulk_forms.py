"""A written CSV turned into what was asked for: workbook, Parquet or Arrow, in constant memory."""

import csv
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, Final, Literal

from actions.readings.bulk import Export
from actions.readings.bulk_columns import TITLES
from actions.workbooks import MOST_ROWS, Sheet, write_workbook
from metering.errors import InputError, UnavailableError

Form = Literal["csv", "xlsx", "parquet", "arrow"]
# Of a column: how many decimals a number has, or what else it holds.
Kind = int | Literal["text", "whole", "instant", "day", "flag", "double"]

_WHOLE: Final = {"channel_id", "institution_id", "seq", "measured_s", "known_s"}
_WHOLE_FOR_PEOPLE: Final = {
    "机构编号", "institution id", "形状已知秒数", "总量已知秒数", "measured (s)", "known (s)",
}  # fmt: skip
_NUMBERS: Final = {"value", "used", "数值", "用量"}
_TIMES: Final = {"at", "time", "时间", "start", "开始时间", "from", "起始时间"}
_BATCH_ROWS: Final = 65_536


def ready_for(form: Form) -> None:
    """UnavailableError where what the form needs is not installed."""
    if form in ("parquet", "arrow"):
        _arrow()


def fits(form: Form, rows: int) -> None:
    """InputError where a form has no room for so many rows."""
    if form == "xlsx" and rows > MOST_ROWS:
        raise _too_long()


def convert(part: Path, file: Path, form: Form, export: Export, headings: Sequence[str]) -> None:
    """Give a CSV its name, or make the form of it that was asked for and let it go."""
    if form != "csv":
        made = file.with_name(f"{file.name}.new")
        if form == "xlsx":
            _workbook(part, made, export, headings)
        else:
            _columnar(part, made, form, export, headings)
        part.unlink()
        part = made
    part.replace(file)


def _workbook(part: Path, made: Path, export: Export, headings: Sequence[str]) -> None:
    title = TITLES[export.columns.what].say(export.columns.lang or "en")
    numeric = [_is_number(export, place, one) for place, one in enumerate(headings)]
    with part.open(encoding="utf-8-sig", newline="") as source, made.open("wb") as out:
        reader = csv.reader(source)
        next(reader)
        write_workbook(out, [Sheet(title, headings, _typed(reader, numeric))])


def _typed(rows: Iterator[list[str]], numeric: Sequence[bool]) -> Iterator[list[object]]:
    for row in rows:
        yield [
            Decimal(cell) if number and cell else cell
            for cell, number in zip(row, numeric, strict=True)
        ]


def _is_number(export: Export, place: int, heading: str) -> bool:
    if heading in _TIMES:
        return False
    known = heading in _NUMBERS or heading in _WHOLE or heading in _WHOLE_FOR_PEOPLE
    return known or (place > 0 and heading not in export.columns.head)


def _columnar(part: Path, made: Path, form: Form, export: Export, headings: Sequence[str]) -> None:
    kinds = [_kind(export, place, one) for place, one in enumerate(headings)]
    with part.open("rb") as source, made.open("wb") as out:
        write_columns(source, out, form, list(zip(headings, kinds, strict=True)))


def _kind(export: Export, place: int, heading: str) -> Kind:
    if heading in _TIMES:
        by_rows: dict[str, Kind] = {"reading": "instant", "hour": "instant", "day": "day"}
        return by_rows.get(export.columns.rows, "text")
    if heading in _WHOLE or heading in _WHOLE_FOR_PEOPLE:
        return "whole"
    return export.places if _is_number(export, place, heading) else "text"


def write_columns(
    source: IO[bytes], out: IO[bytes], form: Form, columns: Sequence[tuple[str, Kind]]
) -> None:
    """Write CSV with a header as Parquet or Arrow, some rows at a time."""
    core, arrow_io = _arrow()
    of = core.DataType
    types = {
        "text": of.utf8(),
        "whole": of.int64(),
        "instant": of.timestamp("us", tz="UTC"),
        "day": of.date32(),
        "flag": of.bool(),
        "double": of.float64(),
    }
    fields = [
        core.Field(name, of.decimal128(38, kind) if isinstance(kind, int) else types[kind])
        for name, kind in columns
    ]
    batches = arrow_io.read_csv(
        source, core.Schema(fields), has_header=True, batch_size=_BATCH_ROWS
    )
    if form == "parquet":
        most = _BATCH_ROWS * 4
        arrow_io.write_parquet(batches, out, compression="zstd(3)", max_row_group_size=most)
    else:
        arrow_io.write_ipc(batches, out)


def _arrow() -> tuple[Any, Any]:
    try:
        import arro3.core
        import arro3.io
    except ImportError as error:
        raise UnavailableError(
            "export.no_arrow",
            zh="本机未安装 Parquet 与 Arrow 支持。",
            en="Parquet and Arrow are not installed here.",
            next_zh="请安装附加组件 commonwatt[arrow](requirements/arrow.txt),或改用 CSV。",
            next_en="Install the extra commonwatt[arrow] (requirements/arrow.txt), or ask for CSV.",
        ) from error
    return arro3.core, arro3.io


def _too_long() -> InputError:
    return InputError(
        "export.too_long",
        zh=f"超过一个工作表的 {MOST_ROWS} 行。",
        en=f"These are more than the {MOST_ROWS} rows that a worksheet holds.",
        next_zh="请缩小时间范围,或改用 CSV、Parquet。",
        next_en="Ask for a shorter span, or for CSV or Parquet.",
        where={"field": "as", "value": "xlsx"},
    )
