"""JSON as a table: a list of objects, a column a name; or an object on each line."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from collector.files.limits import Limits
from collector.files.refusals import CellError, Place
from collector.files.tables import BLOCK_ROWS, Block, Cell, Table
from collector.files.text import Opener

_MOST_BYTES: Final = 12 << 20  # whole in memory, several times as large there
_MOST_LINE: Final = 1 << 20
_EXACT: Final = 1 << 53
Record = dict[str, Any]


def json_table(source: Opener, place: Place, limits: Limits) -> Table:
    """Return a JSON text as a table; CellError where it holds no list of objects."""
    with source() as raw:
        content = raw.read(_MOST_BYTES + 1)
    records = None
    if len(content) <= _MOST_BYTES:
        try:
            records = records_of(msgspec.json.decode(content))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            records = None
        if records == []:
            raise CellError("not_a_table", "JSON")
    if records is None:  # cut into lines, or nothing at all
        headings = _headings(_lines(source), limits)
        return Table(place, "json", {}, lambda: _blocks(_lines(source), headings))
    headings = _headings(iter(enumerate(records, 1)), limits)
    return Table(place, "json", {}, lambda: _blocks(iter(enumerate(records, 1)), headings))


def records_of(said: Any) -> list[Record]:
    """Return the objects of the first list of them; those of lists in a list, one after another.

    An object of such a list has the names of the first that it leaves out: so Home Assistant
    writes the history of an entity.
    """
    if isinstance(said, dict):
        lists = [one for one in said.values() if isinstance(one, list)]
        return next((found for one in lists if (found := records_of(one))), [])
    if not isinstance(said, list):
        return []
    if said and all(isinstance(one, list) for one in said):
        return [
            {"entity_id": inner[0]["entity_id"], **flat} if "entity_id" in inner[0] else flat
            for inner in said
            if inner and isinstance(inner[0], dict)
            for flat in records_of(inner)
        ]
    return [_flat(one) for one in said] if all(isinstance(one, dict) for one in said) else []


def _flat(record: Record) -> Record:
    """Return an object without objects in it, which are named with both names."""
    found: Record = {}
    for name, value in record.items():
        if isinstance(value, dict):
            found |= {f"{name}.{inner}": one for inner, one in value.items()}
        else:
            found[name] = value
    return found


def _lines(source: Opener) -> Iterator[tuple[int, Record]]:
    with source() as raw:
        for number, line in enumerate(iter(lambda: raw.readline(_MOST_LINE), b""), 1):
            if line.strip():
                yield number, _record(line, number)


def _record(line: bytes, number: int) -> Record:
    try:
        record = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise CellError("broken_json", str(number)) from None
    if not isinstance(record, dict):
        raise CellError("broken_json", str(number))
    return _flat(record)


def _headings(records: Iterator[tuple[int, Record]], limits: Limits) -> list[str]:
    names: dict[str, None] = {}
    for _, record in records:
        names.update(dict.fromkeys(record))
        if len(names) > limits.columns:
            raise CellError("too_wide", str(limits.columns))
    return list(names)


def _blocks(records: Iterator[tuple[int, Record]], headings: list[str]) -> Iterator[Block]:
    """Return a block with the headings, then blocks of records; lines count these."""
    block = Block([0], [list(headings)])
    for number, record in records:
        block.lines.append(number)
        block.rows.append([_cell(record.get(name)) for name in headings])
        if len(block.rows) >= BLOCK_ROWS:
            yield block
            block = Block()
    yield block


def _cell(value: Any) -> Cell:
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, int | float):
        return float(value) if abs(value) < _EXACT else str(value)
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()[:200]
