"""Records of old workbooks (BIFF5 to 8, [MS-XLS]): each with its kind, and the texts in them."""

import struct
from collections.abc import Iterator
from typing import IO, Final

from collector.files.refusals import CellError

BOF: Final = 0x0809
EOF: Final = 0x000A
CONTINUE: Final = 0x003C
BIFF8: Final = 0x0600
_HEAD: Final = struct.Struct("<HH")
UNSAID: Final = "unsaid"  # the encoding of a workbook before BIFF8 that names none
# Code pages by the number that a workbook names; else that of Windows with this number.
_PAGES: Final = {
    367: "ascii", 936: "gbk", 950: "big5", 1200: "utf-16-le", 10000: "mac-roman", 10002: "big5",
    10008: "gbk", 32768: "mac-roman", 32769: "cp1252", 65001: "utf-8",
}  # fmt: skip


def records(stream: IO[bytes], at: int) -> Iterator[tuple[int, bytes]]:
    """Return kind and content of each record from a place on, to the end of what begins there.

    Charts within a sheet are passed over. CellError where the stream ends before.
    """
    stream.seek(at)
    depth, read = 0, stream.read
    while len(head := read(4)) == 4:
        kind, length = _HEAD.unpack(head)
        data = read(length)
        if len(data) < length:
            break
        if kind == BOF:
            depth += 1
        if depth <= 1:
            yield kind, data
        if kind == EOF:
            depth -= 1
            if depth <= 0:
                return
    raise CellError("broken_workbook", "EOF")


def page_of(number: int) -> str:
    """Return the encoding of a code page; of one that nobody knows, that of Chinese Windows."""
    name = _PAGES.get(number, f"cp{number}")
    try:
        "".encode(name)
    except LookupError:
        return "gbk"
    return name


def text_in(data: bytes, at: int, page: str, *, short: bool = False) -> str:
    """Return a text that lies in one record.

    page: the encoding before BIFF8, empty in BIFF8. short: whether one byte says its length.
    """
    size = 1 if short else 2
    count = int.from_bytes(data[at : at + size], "little")
    at += size
    if page:
        return _decoded(data[at : at + count], page)
    flags = data[at] if at < len(data) else 0
    at += 1 + (2 if flags & 8 else 0) + (4 if flags & 4 else 0)
    if flags & 1:
        return data[at : at + 2 * count].decode("utf-16-le", "replace")
    return data[at : at + count].decode("latin-1")


def _decoded(raw: bytes, page: str) -> str:
    if page != UNSAID:
        return raw.decode(page, "replace")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("gbk", "replace")
