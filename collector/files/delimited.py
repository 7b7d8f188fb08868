"""Text as a table: which sign parts its columns, and its rows with their lines."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from typing import Final

from collector.files.refusals import CellError, Place, refusal
from collector.files.tables import BLOCK_ROWS, Block, Cell, Table
from collector.files.text import Opener, called, encoding_of, opened, refused

_SEPARATORS: Final = ",;\t|"
_WIDE: Final = (
    "\uff0c"  # typed by hand with a Chinese keyboard; where none of the others parts cells
)
SAID_BY_US: Final = "# CommonWatt"  # begins a line of our own exports that is no row
_CALLED: Final = {",": ",", ";": ";", "\t": "Tab", "|": "|"}
_SAMPLE_CHARACTERS: Final = 1 << 16
_MOST_LINE: Final = 1 << 20  # characters
_SAMPLE_ROWS: Final = 200


def table_of(source: Opener, place: Place, *, headed: bool = False) -> Table:
    """Return a text file as a table; InputError where its encoding makes no sense.

    headed: its first line names the columns, so what parts them stands there.
    """
    encoding = encoding_of(source, place)
    with opened(source, encoding) as text:
        sample = text.read(_SAMPLE_CHARACTERS)
    separator, skipped = _separator(sample, headed=headed)
    return Table(
        place,
        "csv",
        {"encoding": called(encoding), "separator": _CALLED.get(separator, separator)},
        lambda: _blocks(source, encoding, separator, skipped, place),
    )


def _separator(sample: str, *, headed: bool) -> tuple[str, int]:
    """Return the sign between columns, and how many lines at the top say only that."""
    first = sample.split("\n", 1)[0].strip().strip('"')
    if first.lower().startswith("sep=") and len(first) == 5:  # as Excel writes it
        return first[4], 1
    stand = [one for one in _SEPARATORS if one in first or not headed] or [","]
    scores = {one: _regular(sample, one) for one in stand}
    best = max(scores, key=lambda one: scores[one])
    if scores[best][1] < 2 and _regular(sample, _WIDE)[1] > 1:
        return _WIDE, 0
    return (best if scores[best] > (0, 0) else ","), 0


def _regular(sample: str, separator: str) -> tuple[int, int]:
    """Return how many cells lie in rows of the width that most have, and how wide that is."""
    whole = sample if len(sample) < _SAMPLE_CHARACTERS else sample.rsplit("\n", 1)[0]
    widths: Counter[int] = Counter()
    try:
        for row in csv.reader(io.StringIO(whole, newline=""), delimiter=separator):
            if any(cell.strip() for cell in row):
                widths[len(row)] += 1
            if widths.total() >= _SAMPLE_ROWS:
                break
    except csv.Error:
        return (0, 0)
    width, count = max(
        ((w, n) for w, n in widths.items() if w > 1), key=lambda one: one[1], default=(1, 0)
    )
    return count * (width - 1), width


def _blocks(
    source: Opener, encoding: str, separator: str, skipped: int, place: Place
) -> Iterator[Block]:
    try:
        with opened(source, encoding) as text:
            for _ in range(skipped):
                text.readline(_MOST_LINE)
            yield from _read(text, separator, skipped, place)
    except UnicodeError as error:  # a mark that promises what the rest does not keep
        raise refused(place) from error


def _read(text: io.TextIOWrapper, separator: str, line: int, place: Place) -> Iterator[Block]:
    reader = csv.reader(_lines(text, place), delimiter=separator, strict=True)
    block = Block()
    lines, rows = block.lines, block.rows
    try:
        for cells in reader:
            rows.append(cells)  # type: ignore[arg-type]
            lines.append(reader.line_num + line)
            if len(rows) == BLOCK_ROWS:
                yield block
                block = Block()
                lines, rows = block.lines, block.rows
    except csv.Error as error:
        yield block
        wrong = CellError("row", str(error))
        raise refusal(wrong, place.at(reader.line_num + line, "row")) from error
    yield block


def _lines(text: io.TextIOWrapper, place: Place) -> Iterator[str]:
    """Return a text's lines; one without end is no line of a table."""
    for number, line in enumerate(iter(lambda: text.readline(_MOST_LINE), ""), 1):
        if len(line) == _MOST_LINE and not line.endswith("\n"):
            wrong = CellError("row", f"> {_MOST_LINE}")
            raise refusal(wrong, place.at(number, "row"))
        yield "\n" if line.startswith(SAID_BY_US) else line


def blank(row: list[Cell]) -> bool:
    """Return whether nothing is written in a row."""
    return not any(cell.strip() if isinstance(cell, str) else True for cell in row)
