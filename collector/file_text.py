"""The text of a file whose encoding nobody has named: UTF-8 with or without a mark, or GBK."""

import codecs
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final

from metering.errors import InputError

# The newer standard includes GBK. UTF-8 comes first: hardly any GBK text is UTF-8 by chance.
_ENCODINGS: Final = ("utf-8-sig", "gb18030")
_CHUNK_BYTES: Final = 1 << 20


@contextmanager
def opened(source: BinaryIO, name: str) -> Iterator[io.TextIOWrapper]:
    """Lend the file as text from its beginning, line ends as they are."""
    text = io.TextIOWrapper(source, encoding_of(source, name), newline="")
    try:
        yield text
    finally:
        text.detach()


def encoding_of(source: BinaryIO, name: str) -> str:
    """Return the encoding in which the whole file makes sense, and rewind it."""
    broken_lines: list[int] = []
    for encoding in _ENCODINGS:
        source.seek(0)
        broken_line = _broken_line(source, encoding)
        source.seek(0)
        if broken_line is None:
            return encoding
        broken_lines.append(broken_line)
    line = max(broken_lines)  # the encoding that is meant makes sense for longer
    raise InputError(
        "file.broken_encoding",
        zh=f"{name} 第 {line} 行:既不是 UTF-8 也不是 GBK 编码。",
        en=f"{name}, line {line}: the text is neither UTF-8 nor GBK.",
        next_zh="请另存为 UTF-8 编码的 CSV 文件。",
        next_en="Save it as CSV in UTF-8.",
        where={"file": name, "line": line},
    )


def _broken_line(source: BinaryIO, encoding: str) -> int | None:
    """Return the line at which an encoding stops making sense."""
    decoder = codecs.getincrementaldecoder(encoding)()
    lines = 1
    while True:
        chunk = source.read(_CHUNK_BYTES)
        try:
            decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            return lines + error.object.count(b"\n", 0, error.start)
        if not chunk:
            return None
        lines += chunk.count(b"\n")
