"""Readings and usage of any span as lines of CSV, piece by piece, from where a reader stopped.

A piece is a transaction of its own, so that no export holds one open; the end of the span is set
when it begins, so that what is measured meanwhile is not in it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from psycopg import Connection

from actions.actor import Actor
from actions.fields import Lang
from actions.readings.bulk_columns import Columns, What
from actions.readings.bulk_plan import CHANNELS, Key, Piece, pieces, slices
from actions.registry.institutions import no_institution
from actions.registry.meters import no_channel
from actions.registry.named import in_words
from actions.spans import When, span_of
from storage import connections, days
from storage.readings import bulk, bulk_lines
from storage.readings.bulk import Wanted
from storage.readings.series import Grain
from storage.registry import institutions, regions
from storage.registry.institutions import InstitutionFilter

_IN_ZONE: Final = "SELECT set_config('timezone', %s, true)"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which rows are wanted, and for whom.

    channels: these alone; empty is all that the others let through. region_id: with its lower ones.
    zone: in which instants are written and days begin; None is the installation's.
    lang: for people, in that language; None for programs.
    """

    what: What = "readings"
    grain: Grain = "hour"
    channels: tuple[int, ...] = ()
    institution_id: int | None = None
    region_id: int | None = None
    carrier: str | None = None
    since: When = None
    until: When = None
    zone: str | None = None
    lang: Lang | None = None


@dataclass(frozen=True, slots=True)
class Export:
    """An export that has begun: its channels, span, and the moment at which it began.

    places: the most decimals that a number of it has.
    """

    columns: Columns
    channels: list[int]
    zone: str
    first_ms: int
    until_ms: int
    as_of_ms: int
    places: int


@dataclass(slots=True)
class Written:
    """A piece as it is written: how many rows it has, and the key with which it ends."""

    last: Key
    rows: int = 0


def begin(actor: Actor, asked: Asked, as_of_ms: int | None = None) -> Export:
    """Return what is to be exported; NotFoundError where the reader does not see it.

    as_of_ms: when it began, of one that is taken up again.
    """
    with actor.look() as connection:
        zone = asked.zone or days.zone(connection)
        days.in_zone(lambda: connection.execute(_IN_ZONE, [zone]), zone)
        ids = bulk.chosen(connection, _wanted(connection, asked))
        if missing := sorted(set(asked.channels).difference(ids)):
            raise no_channel(missing[0])
        span = span_of(connection, asked.since, asked.until, zone, -1)
        began_ms = bulk.as_of_ms(connection) if as_of_ms is None else as_of_ms
        since_ms = bulk.since_ms(connection, ids)
        places = bulk.most_places(connection, ids, readings=asked.what == "readings")
        carriers = {
            one.code: in_words(one.name_zh, one.name_en, asked.lang or "en")
            for one in regions.carriers(connection)
        }
    columns = Columns(asked.what, asked.grain, asked.lang, carriers)
    first_ms, until_ms = max(span.first_ms, since_ms), min(span.until_ms, began_ms)
    if columns.rows in ("day", "month"):
        first_ms = max(_day(span.first_ms, zone), _day(since_ms, "UTC") - _DAY_MS)
        until_ms = _day(until_ms + _DAY_MS - 1, zone)
    if columns.rows == "month":
        first_ms = _month(first_ms)
    return Export(columns, ids, zone, first_ms, until_ms, began_ms, places)


def pieces_of(
    actor: Actor, export: Export, after: Key | None = None
) -> Iterator[tuple[Written, Iterator[bytes]]]:
    """Return the pieces after a key; each is to be read to its end before the next is asked for."""
    rows = export.columns.rows
    for span in slices(export.first_ms, export.until_ms, rows):
        if after is not None and after.at_ms >= span[1]:
            continue
        ids = export.channels
        if after is not None and after.at_ms >= span[0]:
            rest = (after.at_ms + 1, span[1])
            yield from _runs(actor, export, [one for one in ids if one == after.channel_id], rest)
            ids = [one for one in ids if one > after.channel_id]
        yield from _runs(actor, export, ids, span)


def _runs(
    actor: Actor, export: Export, ids: Sequence[int], span: tuple[int, int]
) -> Iterator[tuple[Written, Iterator[bytes]]]:
    for place in range(0, len(ids), CHANNELS):
        some = ids[place : place + CHANNELS]
        with actor.look() as connection:
            if not bulk_lines.any_rows(connection, export.columns.rows, some, span):
                continue
            channels = bulk.channels(connection, some)
        for piece in pieces(channels, span, export.columns.rows):
            written = Written(piece.last)
            yield written, _lines(actor, export, piece, written)


def _lines(actor: Actor, export: Export, piece: Piece, written: Written) -> Iterator[bytes]:
    columns, span = export.columns, (piece.first_ms, piece.until_ms)
    with settled(actor, export) as connection:
        bound = bulk.bindings(connection, [one.channel_id for one in piece.channels])
        stretches = columns.stretches(piece.channels, bound, span)
        for text in bulk_lines.lines(connection, columns.rows, stretches, span, tail=columns.tail):
            written.rows += text.count(b"\n")
            yield text


@contextmanager
def settled(actor: Actor, export: Export) -> Iterator[Connection[Any]]:
    """Lend a transaction that writes instants in the export's zone."""
    with actor.look() as connection:
        connections.give_room(connection)
        connection.execute(_IN_ZONE, [export.zone])
        yield connection


def _wanted(connection: Connection[Any], asked: Asked) -> Wanted:
    among: list[int] | None = None
    if asked.institution_id is not None:
        if institutions.one(connection, asked.institution_id) is None:
            raise no_institution(asked.institution_id)
        among = [asked.institution_id]
    if asked.region_id is not None:
        below = institutions.matching(connection, InstitutionFilter(region_id=asked.region_id))
        among = below if among is None else [one for one in among if one in set(below)]
    return Wanted(list(asked.channels) or None, among, asked.carrier)


_DAY_MS: Final = 86_400_000


def _day(at_ms: int, zone: str) -> int:
    """Return the civil day of an instant, as its midnight in UTC: so days are kept here."""
    return _at_midnight(datetime.fromtimestamp(at_ms / 1000, ZoneInfo(zone)).date())


def _month(day_ms: int) -> int:
    return _at_midnight(datetime.fromtimestamp(day_ms / 1000, UTC).date().replace(day=1))


def _at_midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000
