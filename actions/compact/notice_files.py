"""Notices as files: one by one, and all of a member as a ZIP that is sent as it is written."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from zipfile import ZipFile, ZipInfo

from psycopg import Connection

from actions.actor import Actor
from actions.compact.member_notice import member_notice
from actions.compact.notices import Ground, Names, Notice, notice_in
from actions.compact.quotas import Explained, explained_all
from actions.compact.runs import run_of
from actions.fields import Lang
from actions.figures import kilograms, not_found
from actions.paper_workbook import workbook_of
from actions.pdf import MEDIA_TYPE, press
from actions.workbooks import MEDIA_TYPE as WORKBOOK
from compact.indicators import Indicator
from storage.compact import books, movements, notices, runs
from storage.compact.books import QuotaFilter

NoticeForm = Literal["pdf", "xlsx"]
MEDIA: Final[dict[NoticeForm, str]] = {"pdf": MEDIA_TYPE, "xlsx": WORKBOOK}
ZIP_TYPE: Final = "application/zip"
_AT_ONCE: Final = 50  # notices of one moment; no connection is held between them
_MOST_YEARS: Final = 131  # of which a book may speak
_UNFIT: Final = re.compile(r"[^\w.〔〕()-]+")


@dataclass(frozen=True, slots=True)
class NoticeFile:
    """A notice as a file of a name that its number gives."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class _Made:
    """A notice as a ZIP holds it, with its line in the list."""

    file: NoticeFile
    at: datetime
    line: tuple[object, ...]


def file_of(notice: Notice, form: NoticeForm) -> NoticeFile:
    """Return a notice as PDF or XLSX; the same notice is the same bytes of PDF."""
    make = press().print if form == "pdf" else workbook_of
    name = f"{_UNFIT.sub('_', notice.number)}.{form}"
    return NoticeFile(name, MEDIA[form], make(notice.paper, notice.at))


def bundle(
    actor: Actor, run_id: int, region_id: int, form: NoticeForm, lang: Lang
) -> Iterator[bytes]:
    """Return a ZIP of a member's notices as far as the reader sees its institutions.

    What is refused is refused before the first byte. Fifty notices' values and one file are in
    memory, however many there are.
    """
    first = member_notice(actor, run_id, region_id, lang)
    with actor.look() as connection:
        if not notices.institutions(connection, run_id, region_id, after=0, most=1):
            raise not_found("通知书", "notice", {"run_id": run_id, "region_id": region_id})
    own = file_of(first, form)
    return _zipped(first, own, _made(actor, run_id, region_id, form, lang))


def _zipped(first: Notice, own: NoticeFile, made: Iterator[_Made]) -> Iterator[bytes]:
    sink = _Sink()
    lines = io.StringIO()
    writer = csv.writer(lines)
    writer.writerow(("number", "institution_id", "name", "year", "quota", "unit"))
    with ZipFile(sink, "w") as archive:  # type: ignore[call-overload]
        _put(archive, own.name, own.content, first.at)
        yield sink.taken()
        for one in made:
            writer.writerow(one.line)
            _put(archive, one.file.name, one.file.content, one.at)
            yield sink.taken()
        _put(archive, "list.csv", ("\ufeff" + lines.getvalue()).encode(), first.at)
    yield sink.taken()


def _put(archive: ZipFile, name: str, content: bytes, at: datetime) -> None:
    archive.writestr(ZipInfo(name, at.timetuple()[:6]), content)


def _made(
    actor: Actor, run_id: int, region_id: int, form: NoticeForm, lang: Lang
) -> Iterator[_Made]:
    after, names = 0, None
    while True:
        with actor.look() as connection:
            names = names or Names.read(connection, lang)
            ids = notices.institutions(connection, run_id, region_id, after=after, most=_AT_ONCE)
            ground = Ground.read(connection, run_of(connection, run_id), region_id)
            found = _several(connection, names, ground, ids)
        for each in found:
            yield _file(*each, form)
        if len(ids) < _AT_ONCE:
            return
        after = ids[-1]


def _several(
    connection: Connection[Any], names: Names, ground: Ground, ids: Sequence[int]
) -> list[tuple[Notice, Explained]]:
    """Return the notices of some institutions, by a handful of queries for all of them."""
    asked = QuotaFilter(ground.run.union_id, among=ids, indicator=ground.run.indicator)
    held = books.quotas(connection, asked, most=_AT_ONCE * _MOST_YEARS)
    years = {(one.institution_id, one.year) for one in held}
    shares = runs.shares(connection, ground.run.run_id, only=ids)
    of_run = {(one.institution_id, one.year) for one in shares}
    quotas = [one for one in held if (one.institution_id, one.year) in of_run]
    explained = explained_all(connection, ground.run, quotas)
    moved = movements.of_quotas(
        connection,
        (ground.run.union_id, ground.run.indicator),
        ids,
        sorted({one.year for one in quotas}),
    )

    def made(who: int, one: Explained) -> Notice:
        changed = (who, one.quota.year - 1) in years
        return notice_in(connection, names, one, ground, changed=changed, moved=moved)

    return [(made(who, one), one) for who, one in explained.items()]


def _file(notice: Notice, found: Explained, form: NoticeForm) -> _Made:
    quota, amount_g = found.quota, found.share.amount_g
    amount = kilograms(amount_g), Indicator(quota.indicator).unit
    told = (notice.number, quota.institution_id, notice.paper.to, quota.year, *amount)
    return _Made(file_of(notice, form), notice.at, told)


class _Sink:
    """Takes what a ZIP writes, which never goes back, and hands it on."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, part: bytes) -> int:
        self._parts.append(bytes(part))
        return len(part)

    def flush(self) -> None:
        """Nothing waits here."""

    def taken(self) -> bytes:
        """Return what has been written since it was last asked."""
        found = b"".join(self._parts)
        self._parts.clear()
        return found
