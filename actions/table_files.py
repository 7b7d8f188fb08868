"""Rows as a file, written once for all lists: CSV or a workbook, in constant memory.

A file is written whole before it is sent: so its name says how many rows it holds, what fails
answers with an error instead of half a file, and a slow reader keeps no connection.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Context, Decimal, InvalidOperation
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final, Literal, cast

from actions.fields import Lang, Words
from actions.workbooks import MEDIA_TYPE, Sheet, write_workbook

FileForm = Literal["csv", "xlsx"]
MEDIA: Final[dict[FileForm, str]] = {"csv": "text/csv; charset=utf-8", "xlsx": MEDIA_TYPE}
_IN_MEMORY: Final = 1 << 20  # bytes; larger files are on disk
_AT_ONCE: Final = 1 << 16  # bytes
_DIGITS: Final = 15  # that a spreadsheet's number holds
_ROUNDED: Final = Context(prec=_DIGITS)
_ABOUT: Final = Words("说明", "About")


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above a column; number: its cells are numbers, decimals as text among them."""

    text: str
    number: bool = False


@dataclass(frozen=True, slots=True)
class About:
    """What a file says of itself to people: its title, the filter, and in which language."""

    title: str
    filter: Sequence[tuple[str, str]]
    lang: Lang


@dataclass(slots=True)
class TableFile:
    """A file as it is written: its form, how many rows it holds, and of when."""

    form: FileForm
    file: IO[bytes]
    at: datetime
    rows: int = 0

    def headers(self, name: str, *, whole: bool = True) -> dict[str, str]:
        """Return headers that say how many rows there are, of when, and whether all."""
        part = "" if whole else "-part"
        file = f"{name}-{self.rows}-rows{part}-{self.at:%Y%m%dT%H%MZ}.{self.form}"
        return {
            "Content-Disposition": f'attachment; filename="{file}"',
            "Content-Length": str(self.file.seek(0, io.SEEK_END)),
            "X-Rows": str(self.rows),
            "X-As-Of": f"{self.at:%Y-%m-%dT%H:%M:%SZ}",
        }

    def chunks(self) -> Iterator[bytes]:
        """Return the bytes, and let the file go."""
        with self.file as file:
            file.seek(0)
            while chunk := file.read(_AT_ONCE):
                yield chunk

    def counted(self, rows: Iterable[Sequence[object]]) -> Iterator[Sequence[object]]:
        """Pass rows on, and count them."""
        for row in rows:
            self.rows += 1
            yield row


def write(
    form: FileForm,
    heads: Sequence[Head],
    rows: Iterable[Sequence[object]],
    *,
    bom: bool = False,
    about: About | None = None,
) -> TableFile:
    """Write rows down as they come.

    about: told in the last line of a CSV, or on a second sheet; numbers are for people then, of at
    most 15 digits. Without it a CSV is for programs, its decimals exact.
    """
    file = cast(IO[bytes], SpooledTemporaryFile(max_size=_IN_MEMORY))  # noqa: SIM115 - sent later
    made = TableFile(form, file, datetime.now(UTC))
    numbers = [one.number for one in heads]
    rounded = about is not None or form == "xlsx"
    body = ([_plain(cell) for cell in row] for row in made.counted(rows))
    if rounded:
        body = ([_held(*each) for each in zip(row, numbers, strict=True)] for row in body)
    try:
        if form == "csv":
            _write_csv(made, heads, body, bom, about)
        else:
            write_workbook(file, _sheets(made, heads, body, about))
    except BaseException:
        file.close()
        raise
    return made


def _sheets(
    made: TableFile, heads: Sequence[Head], rows: Iterable[Sequence[object]], about: About | None
) -> Iterator[Sheet]:
    yield Sheet(about.title[:31] if about else "1", [one.text for one in heads], rows)
    if about:
        yield Sheet(_ABOUT.say(about.lang), ["", ""], list(_told(made, about)))


def _write_csv(
    made: TableFile,
    heads: Sequence[Head],
    rows: Iterable[Sequence[object]],
    bom: bool,
    about: About | None,
) -> None:
    text = io.TextIOWrapper(made.file, "utf-8", newline="", write_through=False)
    if bom:
        text.write("\ufeff")
    writer = csv.writer(text)
    writer.writerow([one.text for one in heads])
    writer.writerows([_in_csv(cell) for cell in row] for row in rows)
    if about:
        joint = {"zh": (";", ":"), "en": ("; ", ": ")}[about.lang]
        writer.writerow([joint[0].join(joint[1].join(one) for one in _told(made, about))])
    text.flush()
    text.detach()


def _told(made: TableFile, about: About) -> Iterator[tuple[str, str]]:
    zh = about.lang == "zh"
    yield ("内容" if zh else "Table", about.title)
    yield ("行数" if zh else "Rows", str(made.rows))
    yield ("截至" if zh else "As of", f"{made.at:%Y-%m-%dT%H:%M:%SZ}")
    yield from about.filter


def _plain(value: object) -> Any:
    """Return what both forms write: lists as one text, days and instants as ISO 8601."""
    if isinstance(value, list | tuple):
        return ";".join("" if one is None else str(one) for one in value)
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value


def _held(value: Any, number: bool) -> Any:
    """Return a cell with its decimals as a spreadsheet holds them."""
    if not number or value is None or isinstance(value, bool | float):
        return value
    try:
        decimal = Decimal(value)
    except (InvalidOperation, TypeError):
        return value
    if not decimal.is_finite():
        return str(value)
    return decimal if len(decimal.as_tuple().digits) <= _DIGITS else _ROUNDED.plus(decimal)


def _in_csv(value: Any) -> object:
    """Return what a cell holds; text that a spreadsheet would run as a formula is quoted."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return value if _is_number(value) else f"'{value}"
    return value


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
