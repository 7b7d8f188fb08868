"""A submission as files: PDF, workbook, CSV in the platform's column order; the year's pack."""

import csv
import io
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from urllib.parse import quote
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from psycopg import Connection

from actions.accounts.submission_things import Forms, forms_of, named
from actions.accounts.survey_paper import form_paper, report_paper
from actions.actor import Actor
from actions.fields import Lang
from actions.figures import not_found
from actions.paper_workbook import workbook_of
from actions.pdf import MEDIA_TYPE, press
from actions.printed import Paper
from actions.workbooks import MEDIA_TYPE as WORKBOOK
from storage.accounts import submissions

ReturnForm = Literal["pdf", "xlsx", "csv", "zip"]
MEDIA: Final[dict[ReturnForm, str]] = {
    "pdf": MEDIA_TYPE,
    "xlsx": WORKBOOK,
    "csv": "text/csv; charset=utf-8",
    "zip": "application/zip",
}
_UNFIT: Final = re.compile(r"[^\w.()-]+")


@dataclass(frozen=True, slots=True)
class ReturnFile:
    """A submission as a file."""

    name: str
    media_type: str
    content: bytes

    @property
    def headers(self) -> dict[str, str]:
        """The headers that name it."""
        plain = f"submission.{self.name.rsplit('.', 1)[-1]}"
        named = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(self.name)}"
        return {"Content-Disposition": named}


@dataclass(frozen=True, slots=True)
class _Read:
    """A submission with its documents, read in one transaction."""

    forms: Forms
    form: Paper
    report: Paper
    at: datetime


def return_file(actor: Actor, submission_id: int, form: ReturnForm, lang: Lang) -> ReturnFile:
    """Return a submission as PDF, XLSX or CSV, or all with the draft of a report."""
    with actor.look() as connection:
        read = _read(connection, submission_id, lang)
    name = _UNFIT.sub("_", named(read.forms.of, lang))
    content = _pack(read) if form == "zip" else _made(read, read.form, form)
    return ReturnFile(f"{name}.{form}", MEDIA[form], content)


def columns_of(forms: Forms) -> bytes:
    """Return the submission as a line under the codes, in the national platform's column order."""
    lines = io.StringIO()
    writer = csv.writer(lines)
    writer.writerow(["institution_id", "name", "year", *(one.code for one in forms.cells)])
    amounts = ["" if one.amount is None else format(one.amount, "f") for one in forms.found]
    writer.writerow([forms.of.institution_id, forms.of.name_zh or "", forms.of.year, *amounts])
    return ("\ufeff" + lines.getvalue()).encode()


def _read(connection: Connection[Any], submission_id: int, lang: Lang) -> _Read:
    found = submissions.listed(connection, only=submission_id)
    if not found:
        raise not_found("年报", "submission", {"submission_id": submission_id})
    forms = forms_of(connection, found[0])
    return _Read(
        forms,
        form_paper(connection, forms, lang),
        report_paper(connection, forms, lang),
        found[0].moved_at,
    )


def _made(read: _Read, paper: Paper, form: ReturnForm) -> bytes:
    if form == "csv":
        return columns_of(read.forms)
    return press().print(paper, read.at) if form == "pdf" else workbook_of(paper, read.at)


def _pack(read: _Read) -> bytes:
    """Return forms as PDF, workbook and CSV, and the report as PDF and workbook."""
    sink = io.BytesIO()
    parts: tuple[tuple[str, Paper, ReturnForm], ...] = (
        ("forms", read.form, "pdf"),
        ("forms", read.form, "xlsx"),
        ("columns", read.form, "csv"),
        ("report", read.report, "pdf"),
        ("report", read.report, "xlsx"),
    )
    with ZipFile(sink, "w", ZIP_DEFLATED) as archive:
        for name, paper, form in parts:
            entry = ZipInfo(f"{name}.{form}", read.at.timetuple()[:6])
            archive.writestr(entry, _made(read, paper, form))
    return sink.getvalue()
