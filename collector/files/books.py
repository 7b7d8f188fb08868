"""The tables of one file, whatever its form: text, workbooks old and new, pages, JSON."""

from collections.abc import Iterator
from typing import Final

from collector.files.containers import Form, Part, member, opened_archive
from collector.files.delimited import table_of
from collector.files.limits import Limits
from collector.files.refusals import CellError, Place
from collector.files.tables import Table
from collector.files.workbooks import tables_of

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
    elif part.form == "ods":
        yield from _open_document(part, place, limits)
    elif part.form == "xls":
        from collector.files.old_workbooks import old_tables

        yield from old_tables(part.open, place, limits, refuse_formulas=refuse_formulas)
    else:
        yield from _of_rare_form(part, place, limits)


def _of_rare_form(part: Part, place: Place, limits: Limits) -> Iterator[Table]:
    """Return the tables of a form whose readers are loaded when they are needed."""
    if part.form == "html":
        from collector.files.html_tables import html_table

        yield html_table(part.open, place, limits)
    elif part.form == "json":
        from collector.files.json_tables import json_table

        yield json_table(part.open, place, limits)
    else:
        from collector.files.xml_books import xml_tables

        yield from xml_tables(part.open, place, limits, "xml")


def _open_document(part: Part, place: Place, limits: Limits) -> Iterator[Table]:
    """Return the sheets of an ODS archive."""
    from collector.files.xml_books import xml_tables

    archive = opened_archive(part.open(), limits, "broken_workbook")  # type: ignore[arg-type]
    infos = {one.filename: one for one in archive.infolist()}
    if _CONTENT not in infos:
        raise CellError("broken_workbook", _CONTENT)
    yield from xml_tables(lambda: member(archive, infos[_CONTENT], limits), place, limits, "ods")
