"""The text of a file whose encoding nobody has named: Unicode with or without a mark, or a page."""

import codecs
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Final

from collector.files.pages_of_text import pages_of
from collector.files.refusals import CellError, Place, refusal
from metering.errors import InputError

_UTF8: Final = "utf-8-sig"  # comes first: hardly any text of a page is UTF-8 by chance
_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NAMES: Final = {
    "utf-8-sig": "UTF-8", "gb18030": "GBK (GB 18030)", "cp950": "Big5", "big5hkscs": "Big5 (HKSCS)",
    "cp1252": "Windows-1252",
}  # fmt: skip
_CHUNK_BYTES: Final = 1 << 20
_SAMPLE_BYTES: Final = 1 << 16  # with characters beyond ASCII
_ENOUGH: Final = 0.3  # of the bytes are zero in UTF-16 text that is mostly digits

Opener = Callable[[], IO[bytes]]


@contextmanager
def opened(source: Opener, encoding: str) -> Iterator[io.TextIOWrapper]:
    """Lend the file as text from its beginning, line ends as they are."""
    with source() as raw, io.TextIOWrapper(raw, encoding, newline="") as text:
        yield text


def called(encoding: str) -> str:
    """Return what people call an encoding."""
    return _NAMES.get(encoding, encoding.upper().removesuffix("-LE").removesuffix("-BE"))


def encoding_of(source: Opener, place: Place) -> str:
    """Return the encoding in which the whole file makes sense; InputError names the broken line."""
    with source() as raw:
        head = raw.read(4096)
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), None)
    wide = None if marked else _wide(head)
    broken: list[int] = []
    for encoding in (marked,) if marked else (wide,) if wide else _markless(source):
        line = _broken_line(source, encoding)
        if line is None:
            return encoding
        broken.append(line)
    line = max(broken)  # the encoding that is meant makes sense for longer
    raise refused(place.at(line))


def _markless(source: Opener) -> Iterator[str]:
    yield _UTF8
    sample = b""
    with source() as raw:
        while len(sample) < _SAMPLE_BYTES and (chunk := raw.read(_CHUNK_BYTES)):
            beyond = chunk if not chunk.isascii() else b""
            sample += beyond[: _SAMPLE_BYTES - len(sample)]
    yield from pages_of(sample)


def refused(place: Place) -> InputError:
    """Return the refusal of text in no known encoding."""
    return refusal(CellError("broken_encoding"), place)


def _wide(head: bytes) -> str | None:
    """Return UTF-16 without a mark, if every other byte of much of the text is zero."""
    half = len(head) // 2
    if half < 2:
        return None
    even, odd = head[0::2].count(0) / half, head[1::2].count(0) / half
    if odd > _ENOUGH and even < odd / 10:
        return "utf-16-le"
    return "utf-16-be" if even > _ENOUGH and odd < even / 10 else None


def _broken_line(source: Opener, encoding: str) -> int | None:
    """Return the line at which an encoding stops making sense."""
    decoder = codecs.getincrementaldecoder(encoding)()
    lines = 1
    with source() as raw:
        while True:
            chunk = raw.read(_CHUNK_BYTES)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeError as error:
                if isinstance(error, UnicodeDecodeError):
                    lines += error.object.count(b"\n", 0, error.start)
                return lines
            if not chunk:
                return None
            lines += text.count("\n")
