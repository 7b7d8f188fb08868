"""The tables of one file, whatever its form: text, workbooks old and new, pages, JSON."""

from collections.abc import Iterator
from typing import Final

from collector.files.containers import Form, Part, member, opened_archive
from collector.files.delimited import table_of
from collector.files.html_tables import html_table
from collector.files.json_tables import json_table
from collector.files.limits import Limits
from collector.files.refusals import CellError, Place
from collector.files.tables import Table
from collector.files.workbooks import tables_of
from collector.files.xml_books import xml_tables

_CONTENT: Final = "content.xml"
FEED: Final[Form] = "xml"  # which is no table


def tables_of_part(
    part: Part, limits: Limits, *, refuse_formulas: bool = False, headed: bool = False
) -> Iterator[Table]:
    """Return the tables of a part that is no feed; CellError or InputError where it has none.

    headed: its first line names the columns.
    """
    place = Place(part.name)
    if part.form == "text":
        yield table_of(part.open, place, headed=headed)
    elif part.form == "xlsx":
        yield from tables_of(part.open, place, limits, refuse_formulas=refuse_formulas)
    elif part.form == "html":
        yield html_table(part.open, place, limits)
    elif part.form == "json":
        yield json_table(part.open, place, limits)
    elif part.form == "book":
        yield from xml_tables(part.open, place, limits, "xml")
    else:
        yield from _open_document(part, place, limits)


def _open_document(part: Part, place: Place, limits: Limits) -> Iterator[Table]:
    """Return the sheets of an ODS archive."""
    archive = opened_archive(part.open(), limits, "broken_workbook")  # type: ignore[arg-type]
    infos = {one.filename: one for one in archive.infolist()}
    if _CONTENT not in infos:
        raise CellError("broken_workbook", _CONTENT)
    yield from xml_tables(lambda: member(archive, infos[_CONTENT], limits), place, limits, "ods")
