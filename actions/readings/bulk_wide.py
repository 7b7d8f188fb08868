"""A bulk export with a column a series: one line for each instant that any of them has."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from actions.actor import Actor
from actions.readings.bulk import Export, Written, settled
from actions.readings.bulk_columns import line
from actions.readings.bulk_plan import MOST_ROWS, Key, cut, expected, slices
from actions.registry.named import in_words
from metering.errors import InputError
from storage.readings import bulk, bulk_lines
from storage.readings.bulk import Bound, BulkChannel

MOST_COLUMNS: Final = 1000


def head_of(actor: Actor, export: Export) -> list[str]:
    """Return the headings: the instant, then each channel by its name with the unit in brackets.

    InputError where there are too many columns for a table.
    """
    count = len(export.channels)
    if count > MOST_COLUMNS:
        raise _too_wide(count)
    with actor.look() as connection:
        channels = bulk.channels(connection, export.channels)
        known = {one.channel_id: one for one in bulk.bindings(connection, export.channels)}
    names = [_name(export, one, known.get(one.channel_id)) for one in channels]
    twice = {name for name, times in Counter(names).items() if times > 1}
    titles = [
        f"{name} #{one.channel_id}" if name in twice else name
        for name, one in zip(names, channels, strict=True)
    ]
    lang = export.columns.lang
    at = {"zh": "时间", "en": "time", None: "at"}[lang]
    return [at, *(f"{t} ({_unit(export, c)})" for t, c in zip(titles, channels, strict=True))]


def pieces_wide(
    actor: Actor, export: Export, after: Key | None = None
) -> Iterator[tuple[Written, Iterator[bytes]]]:
    """Return the pieces after a key, each a span of time of all channels."""
    rows = export.columns.rows
    with actor.look() as connection:
        channels = bulk.channels(connection, export.channels)
    first_ms = export.first_ms if after is None else max(export.first_ms, after.at_ms + 1)
    for span in slices(first_ms, export.until_ms, rows):
        count = sum(expected(one, span, rows) for one in channels)
        for part in cut(span, -(-count // MOST_ROWS)):
            written = Written(Key(0, part[1] - 1))
            yield written, _lines(actor, export, channels, part, written)


def _lines(
    actor: Actor,
    export: Export,
    channels: list[BulkChannel],
    span: tuple[int, int],
    written: Written,
) -> Iterator[bytes]:
    columns = export.columns
    ids = [one.channel_id for one in channels]
    with settled(actor, export) as connection:
        stretches = columns.stretches(channels, [], span)
        if not stretches:
            return
        for at, numbers in bulk_lines.instants(connection, columns.rows, stretches, span):
            written.rows += 1
            yield f"{at},{','.join([numbers.get(one, '') for one in ids])}\n".encode()


def _name(export: Export, one: BulkChannel, bound: Bound | None) -> str:
    lang = export.columns.lang
    if lang is None:
        return bound.key if bound else f"#{one.channel_id}"
    owner = in_words(one.owner_zh, one.owner_en, lang)
    meter = in_words(one.meter_zh, one.meter_en, lang) or one.meter or ""
    return " ".join(filter(None, (owner, meter, one.code if one.code != "total" else "")))


def _unit(export: Export, one: BulkChannel) -> str:
    return one.unit if export.columns.what == "readings" else one.carrier_unit


def head_line(head: list[str]) -> bytes:
    """Return headings as the first line of CSV."""
    return (line(head) + "\n").encode()


def _too_wide(count: int) -> InputError:
    return InputError(
        "export.too_wide",
        zh=f"一列一个序列最多 {MOST_COLUMNS} 列,所选通道有 {count} 个。",
        en=f"A column a series holds {MOST_COLUMNS} columns at most; these are {count} channels.",
        next_zh="请缩小筛选范围,或改用长表(shape=long)。",
        next_en="Narrow the filter, or ask for the long shape.",
        where={"field": "shape", "value": "wide"},
    )
