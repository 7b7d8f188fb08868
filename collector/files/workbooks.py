"""XLSX as tables, read cell by cell: memory is that of a few rows, whatever the sheet claims."""

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import IO

from collector.files.containers import archive_errors, member, opened_archive
from collector.files.guarded_xml import fed, parser
from collector.files.limits import Limits
from collector.files.merged_cells import Below, merged_in
from collector.files.refusals import CellError, Place
from collector.files.sheet import SheetReader, local
from collector.files.sheet_days import DATES, EPOCHS, instant, shows_time
from collector.files.tables import BLOCK_ROWS, Block, Table


@dataclass(frozen=True, slots=True)
class Book:
    """What the sheets of a workbook share: texts, which styles show a time, when days begin."""

    strings: list[str]
    dated: frozenset[str]
    since: datetime

    def instant(self, days: float) -> str | float:
        """Return a number that is shown as a time."""
        return instant(days, self.since)


def tables_of(
    opened: Callable[[], IO[bytes]], place: Place, limits: Limits, *, refuse_formulas: bool
) -> Iterator[Table]:
    """Return the sheets of a workbook in their order; CellError where it cannot be read."""
    archive = opened_archive(opened(), limits)  # type: ignore[arg-type]
    with archive_errors("broken_workbook"):
        names = {one.filename: one for one in archive.infolist()}
        titles = _sheets(archive, names, limits)
        book = _book(archive, names, limits)
    for title, path, hidden in titles:
        if path not in names:
            raise CellError("broken_workbook", path or title)
        sheet = Place(place.file, title)
        how = {"hidden": "✓"} if hidden else {}
        read = partial(
            _blocks, archive, names[path], book, limits, sheet, how, refuse=refuse_formulas
        )
        yield Table(sheet, "xlsx", how, read)


def _blocks(
    archive: zipfile.ZipFile,
    info: zipfile.ZipInfo,
    book: Book,
    limits: Limits,
    place: Place,
    how: dict[str, str],
    *,
    refuse: bool,
) -> Iterator[Block]:
    reader = SheetReader(book.strings, book.dated, book.instant, limits, refuse=refuse)
    with member(archive, info, limits) as source:
        below = Below(merged_in(source))
    if below:
        how["merged"] = str(len(below))
    block = Block()
    with member(archive, info, limits) as source:
        for _ in fed(reader.parser, source, limits):
            for line, row in reader.take():
                block.lines.append(line)
                block.rows.append(below.filled(line, row) if below else row)
            if len(block.rows) >= BLOCK_ROWS:
                yield block
                block = Block()
    if reader.formulas:
        how["formulas"] = str(reader.formulas)
    yield block


def _sheets(
    archive: zipfile.ZipFile, names: dict[str, zipfile.ZipInfo], limits: Limits
) -> list[tuple[str, str, bool]]:
    """Return title and path of each sheet, and whether it is hidden."""
    paths: dict[str, str] = {}
    titles: list[tuple[str, str, bool]] = []

    def begin(tag: str, fields: dict[str, str]) -> None:
        name = local(tag)
        if name == "Relationship":
            target = fields.get("Target", "").removeprefix("/xl/")
            paths[fields.get("Id", "")] = f"xl/{target}"
        elif name == "sheet":
            rel = next((value for key, value in fields.items() if local(key) == "id"), "")
            hidden = fields.get("state", "visible") != "visible"
            titles.append((fields.get("name", ""), rel, hidden))

    for part in ("xl/_rels/workbook.xml.rels", "xl/workbook.xml"):
        _walk(archive, names, part, begin, limits)
    return [(title, paths.get(rel, ""), hidden) for title, rel, hidden in titles]


def _book(archive: zipfile.ZipFile, names: dict[str, zipfile.ZipInfo], limits: Limits) -> Book:
    later: list[bool] = []

    def begin(tag: str, fields: dict[str, str]) -> None:
        if local(tag) == "workbookPr" and fields.get("date1904") in {"1", "true"}:
            later.append(True)

    _walk(archive, names, "xl/workbook.xml", begin, limits)
    return Book(
        _strings(archive, names, limits), _dated(archive, names, limits), EPOCHS[bool(later)]
    )


def _strings(
    archive: zipfile.ZipFile, names: dict[str, zipfile.ZipInfo], limits: Limits
) -> list[str]:
    """Return the texts that cells point to; what is said in ruby over a text is no part of it."""
    found: list[str] = []
    pieces: list[str] = []
    inside = {"t": False, "rPh": False}

    def begin(tag: str, _fields: dict[str, str]) -> None:
        name = local(tag)
        if name == "si":
            pieces.clear()
        elif name in inside:
            inside[name] = True

    def end(tag: str) -> None:
        name = local(tag)
        if name == "si":
            found.append("".join(pieces))
            if len(found) > limits.strings:
                raise CellError("too_many_cells", str(limits.strings))
        elif name in inside:
            inside[name] = False

    def text(data: str) -> None:
        if inside["t"] and not inside["rPh"]:
            pieces.append(data)

    _walk(archive, names, "xl/sharedStrings.xml", begin, limits, end, text)
    return found


def _dated(
    archive: zipfile.ZipFile, names: dict[str, zipfile.ZipInfo], limits: Limits
) -> frozenset[str]:
    """Return the styles whose numbers are days, as spreadsheets keep dates."""
    own: set[str] = set()
    kinds: list[str] = []
    inside = [False]

    def begin(tag: str, fields: dict[str, str]) -> None:
        name = local(tag)
        if name == "numFmt" and shows_time(fields.get("formatCode", "")):
            own.add(fields.get("numFmtId", ""))
        elif name == "cellXfs":
            inside[0] = True
        elif name == "xf" and inside[0]:
            kinds.append(fields.get("numFmtId", "0"))

    def end(tag: str) -> None:
        if local(tag) == "cellXfs":
            inside[0] = False

    _walk(archive, names, "xl/styles.xml", begin, limits, end)
    return frozenset(
        str(place)
        for place, kind in enumerate(kinds)
        if kind in own or (kind.isdecimal() and int(kind[:6]) in DATES)
    )


def _walk(
    archive: zipfile.ZipFile,
    names: dict[str, zipfile.ZipInfo],
    part: str,
    begin: Callable[[str, dict[str, str]], None],
    limits: Limits,
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Read a part with handlers; one that is not there says nothing."""
    if part not in names:
        return
    reader = parser()
    reader.StartElementHandler = begin
    if end is not None:
        reader.EndElementHandler = end
    if text is not None:
        reader.CharacterDataHandler = text
    with member(archive, names[part], limits) as source:
        for _ in fed(reader, source, limits):
            pass
