"""Which layout a file has, by its headings alone: files of one sender look alike every month."""

import re
from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import groupby
from typing import BinaryIO, Final

from collector.files.answers import NONE
from collector.files.limits import DEFAULT, Limits
from collector.files.reading import tables_in
from collector.files.refusals import CellError
from collector.files.tables import Block, Cell, Table, text_of
from metering.errors import InputError

_SEARCHED: Final = 60  # rows, for the one that names the columns
_NUMBER: Final = re.compile(r"\d+")


def fingerprint(source: BinaryIO, name: str, limits: Limits = DEFAULT) -> bytes | None:
    """Return 32 bytes that files with the same headings share, None where none can be read.

    Numbers in headings count as one sign and like neighbours as one heading, so a month of 30
    days and one of 31 are of one layout. Encoding, separator and names of sheets do not count.
    """
    found: dict[tuple[str, ...], None] = {}
    try:
        for table in tables_in(source, name, NONE, limits):
            if isinstance(table, Table):
                found.update(dict.fromkeys(_headings(table)))
            elif not isinstance(table, InputError):
                found["<xml>",] = None
    except (InputError, CellError):
        return None
    if not found:
        return None
    return sha256("\x1e".join("\x1f".join(one) for one in found).encode()).digest()


def _headings(table: Table) -> Iterator[tuple[str, ...]]:
    """Return the row that most likely names the columns: the first with the most plain words."""
    blocks = table.blocks()
    first = next(blocks, Block())
    blocks.close()  # type: ignore[attr-defined]
    rows = first.rows[:_SEARCHED]
    best = max(rows, key=_words, default=[])
    if best:
        texts = (_NUMBER.sub("#", text_of(cell).casefold()) for cell in best)
        yield tuple(text for text, _ in groupby(texts))


def _words(row: Sequence[Cell]) -> int:
    return sum(1 for cell in row if text_of(cell) and not _NUMBER.search(text_of(cell)))
