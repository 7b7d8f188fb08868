"""What bytes are, by their first ones, and the parts of an archive, each within its bounds."""

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, BinaryIO, Final, Literal

from collector.files.limits import Limits
from collector.files.refusals import CellError

Form = Literal["text", "xlsx", "xls", "xml", "html", "json", "book", "ods"]
_HEAD_BYTES: Final = 4096
_BROKEN: Final = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError)
_STRANGE: Final = (RuntimeError, ValueError, IndexError, KeyError, OverflowError)
_OTHERS: Final = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7z"),
    (b"PAR1", "Parquet"),
    (b"ARROW1", "Arrow"),
    (b"SQLite", "SQLite"),
)
# A compound file, and an old workbook that some program wrote without one around it.
_OLD: Final = (
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x09\x08", b"\x09\x00\x04\x00", b"\x09\x00\x06\x00",
    b"\x09\x02\x06\x00", b"\x09\x04\x06\x00",
)  # fmt: skip
# The comment of an archive of ours, whose members are named alone.
BUNDLE: Final = b"commonwatt: files brought together"
_BOOK: Final = b"urn:schemas-microsoft-com:office:spreadsheet"
_XML_HEADS: Final = (b"<?xml", b"<feed", b"<ns", b"<atom:")


@dataclass(frozen=True, slots=True)
class Part:
    """One table file: open may be called again, each time from the beginning.

    name: of the file, with that of the member where it lies in an archive.
    """

    name: str
    form: Form
    open: Callable[[], IO[bytes]]


@contextmanager
def archive_errors(code: str) -> Iterator[None]:
    """Say what a damaged archive makes the library say, as a refusal."""
    try:
        yield
    except (*_BROKEN, *_STRANGE) as error:
        encrypted = isinstance(error, RuntimeError) and "password" in str(error)
        raise CellError("encrypted" if encrypted else code, str(error)[:80]) from error


def parts(source: BinaryIO, name: str, limits: Limits) -> Iterator[Part | tuple[str, CellError]]:
    """Return what a file holds, or which part of it is refused and why."""
    try:
        source.seek(0)
        head = source.read(_HEAD_BYTES)
        if head[:2] == b"PK":
            yield from _zipped(source, name, limits)
        elif head[:2] == b"\x1f\x8b":
            yield _gzipped(source, name, limits)
        else:
            yield Part(name, form_of(head), lambda: rewound(source))
    except CellError as error:
        yield name, error


def form_of(head: bytes) -> Form:
    """Return what the first bytes say; CellError where it is no table."""
    if head.startswith(_OLD):
        return "xls"
    for magic, what in _OTHERS:
        if head.startswith(magic):
            raise CellError("not_a_table", what)
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if head[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        text = head.decode("utf-16", "ignore").lstrip().encode("utf-8", "ignore")
    if text.startswith(b"<"):
        return _marked_up(text)
    if text[:1] in {b"{", b"["} and b'"' in text[:200] and b"," not in text[:20].split(b'"')[0]:
        return "json"
    return "text"


def _marked_up(text: bytes) -> Form:
    """Return which kind of tags a text begins with; a page may call itself XML first."""
    lowered = text.lower()
    if _BOOK in text:
        return "book"
    if b"<html" in lowered or lowered.startswith(
        (b"<!doctype html", b"<table", b"<head", b"<meta")
    ):
        return "html"
    return "xml" if lowered.startswith(_XML_HEADS) or b">" in text else "text"


def _buffered(raw: io.RawIOBase) -> IO[bytes]:
    return io.BufferedReader(raw)


def rewound(source: BinaryIO) -> IO[bytes]:
    """Open a file from its beginning; it stays open when its reader is closed."""
    source.seek(0)
    return _buffered(_Kept(source))


class _Kept(io.RawIOBase):
    """A file that is read and stays open when its reader is closed."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source

    def readable(self) -> bool:
        return True

    def readinto(self, into: bytearray) -> int:  # type: ignore[override]
        chunk = self._source.read(len(into))
        into[: len(chunk)] = chunk
        return len(chunk)

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._source.seek(offset, whence)


class _Bounded(io.RawIOBase):
    """What is unpacked, counted as it comes: what an archive says of itself need not be true."""

    def __init__(
        self, source: IO[bytes] | gzip.GzipFile, most: int, packed: int, limits: Limits
    ) -> None:
        self._source = source
        self._most = most
        self._ratio = max(limits.loose_bytes, packed * limits.ratio)
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, into: bytearray) -> int:  # type: ignore[override]
        with archive_errors("broken_archive"):
            chunk = self._source.read(len(into))
        self._count += len(chunk)
        if self._count > self._most:
            raise CellError("bomb", f"> {self._most >> 20} MiB")
        if self._count > self._ratio:
            raise CellError("bomb", f"> {self._ratio >> 20} MiB")
        into[: len(chunk)] = chunk
        return len(chunk)


def _gzipped(source: BinaryIO, name: str, limits: Limits) -> Part:
    def opened() -> IO[bytes]:
        return opened_gzip(source, limits)

    return _inner(name, name.removesuffix(".gz"), opened, limits, _Room(limits.unpacked_bytes))


def opened_gzip(source: BinaryIO, limits: Limits) -> IO[bytes]:
    """Open what was compressed within its bounds."""
    size = source.seek(0, io.SEEK_END)
    source.seek(0)
    raw = gzip.GzipFile(fileobj=source, mode="rb")
    return _buffered(_Bounded(raw, limits.unpacked_bytes, size, limits))


@dataclass(slots=True)
class _Room:
    """How many bytes the workbooks within an archive may still unpack to, all together."""

    left: int


def _inner(
    name: str, called: str, opened: Callable[[], IO[bytes]], limits: Limits, room: _Room
) -> Part:
    """Return a member of an archive; of archives in it only workbooks are read."""
    head = _head(opened)
    if head[:2] != b"PK" and head[:2] != b"\x1f\x8b":
        form = form_of(head)
        if form == "xls":
            return Part(name, form, lambda: _held(opened, called, limits))
        return Part(name, form, opened)
    packed = _workbook(_names(opened, called, limits, room)) if head[:2] == b"PK" else None
    if packed is None:
        raise CellError("nested_archive", called)
    return Part(name, packed, lambda: _held(opened, called, limits))


def _workbook(names: Container[str]) -> Form | None:
    """Return which workbook an archive is, by what it holds; None where it is none."""
    if "xl/workbook.xml" in names or "[Content_Types].xml" in names:
        return "xlsx"
    return "ods" if "content.xml" in names and "mimetype" in names else None


def _names(opened: Callable[[], IO[bytes]], called: str, limits: Limits, room: _Room) -> list[str]:
    """Return what an archive within an archive holds, once it is known to be within bounds."""
    archive = opened_archive(_held(opened, called, limits), limits)
    room.left -= sum(one.file_size for one in archive.infolist())
    if room.left < 0:
        raise CellError("bomb", called)
    return archive.namelist()


def _held(opened: Callable[[], IO[bytes]], called: str, limits: Limits) -> io.BytesIO:
    """Return a member as a whole, for a workbook is read from its end."""
    with opened() as file:
        content = file.read(limits.inner_bytes + 1)
    if len(content) > limits.inner_bytes:
        raise CellError("bomb", f"{called} > {limits.inner_bytes >> 20} MiB")
    return io.BytesIO(content)


def member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limits: Limits) -> IO[bytes]:
    """Open a member of an archive within its bounds."""
    with archive_errors("broken_archive"):
        raw = archive.open(info)
    return _buffered(_Bounded(raw, limits.unpacked_bytes, info.compress_size, limits))


def opened_archive(
    source: BinaryIO, limits: Limits, broken: str = "broken_archive"
) -> zipfile.ZipFile:
    """Return an archive of which the list of members is within bounds."""
    source.seek(0)
    with archive_errors(broken):
        archive = zipfile.ZipFile(source)
    infos = archive.infolist()
    if len(infos) > limits.members or sum(i.file_size for i in infos) > limits.unpacked_bytes:
        raise CellError("bomb", f"{len(infos)}; {sum(i.file_size for i in infos) >> 20} MiB")
    if any(info.flag_bits & 1 for info in infos):
        raise CellError("encrypted", infos[0].filename)
    return archive


def _zipped(source: BinaryIO, name: str, limits: Limits) -> Iterator[Part | tuple[str, CellError]]:
    book = name.lower().endswith((".xlsx", ".xlsm", ".ods"))
    archive = opened_archive(source, limits, "broken_workbook" if book else "broken_archive")
    names = set(archive.namelist())
    form = _workbook(names)
    if form is not None:
        yield Part(name, form, lambda: rewound(source))
        return
    room = _Room(limits.unpacked_bytes)
    for info in members(archive):
        inner = info.filename if archive.comment == BUNDLE else f"{name}/{info.filename}"

        def opened(info: zipfile.ZipInfo = info) -> IO[bytes]:
            return member(archive, info, limits)

        try:
            yield _inner(inner, info.filename, opened, limits, room)
        except CellError as error:
            yield inner, error


def members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """Return the files of an archive; CellError where there is none."""
    found = [info for info in archive.infolist() if not _beside(info)]
    if not found:
        raise CellError("empty", "")
    return found


def _head(opened: Callable[[], IO[bytes]]) -> bytes:
    with opened() as file:
        return file.read(_HEAD_BYTES)


def _beside(info: zipfile.ZipInfo) -> bool:
    """Return whether a member is a folder, or what file managers lay beside files."""
    return info.is_dir() or info.filename.startswith("__MACOSX/") or "/." in f"/{info.filename}"
