"""What a registry holds, as the rows of its files: each row is something new from its day on."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Context, Decimal
from itertools import groupby
from typing import Any, Final
from zoneinfo import ZoneInfo

from metering.channels import Kind
from metering.units import ratio_of

Found = Iterable[tuple[Any, ...]]  # as storage.registry.going_out reads them
Cells = list[str]

_EXACT: Final = Context(prec=40)
_FACTS: Final = ("name_zh", "name_en", "credit_code", "class", "area_m2", "persons", "disclosure")


@dataclass(frozen=True, slots=True)
class _Step:
    """What holds of a key from a day on; until: None where it goes on, said: by another file."""

    key: tuple[Any, ...]
    since: Any
    until: Any
    value: Any
    source: str
    said: bool = False
    held: str = ""  # whose a key is


def _changes(steps: Iterable[_Step]) -> Iterator[_Step]:
    """Return the steps that say something new, and where a key ends, with value None.

    steps: by key, in order of time. What another file says, or nobody's can, is passed over.
    """
    for _, group in groupby(steps, key=lambda one: one.key):
        value, last = None, None
        for one in group:
            if last is not None and last.until is not None and last.until < one.since:
                yield _end(last)
                value = None
            if one.value != value and not one.said:
                yield one if last is None else _after(one, last)
            value, last = one.value, one
        if last is not None and last.until is not None:
            yield _end(last)


def _end(last: _Step) -> _Step:
    return _Step(last.key, last.until, None, None, last.source, held=last.held)


def _after(one: _Step, last: _Step) -> _Step:
    """Return a step that names whose the key was, where it was somebody else's."""
    held = last.held if last.held != one.held and last.until == one.since else ""
    return _Step(one.key, one.since, one.until, one.value, one.source, one.said, held)


def _instant(at: datetime | None, zone: str) -> str:
    if at is None:
        return ""
    local = at.astimezone(ZoneInfo(zone) if zone else UTC)
    return local.isoformat(timespec="milliseconds" if local.microsecond else "seconds")


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _amount(quanta: int | None, per_unit: int) -> str:
    """Return quanta in the channel's unit, in full."""
    if quanta is None:
        return ""
    number = _EXACT.divide(Decimal(quanta), Decimal(per_unit))
    return f"{number.normalize():f}" if number else "0"


def _share(millionths: int | None) -> str:
    return f"{Decimal(millionths or 0) / 1_000_000:f}"


def _ratio(factor: int, under: int, per_unit: int, unit: str, kind: int, quantum: str) -> str:
    return str(ratio_of(factor, under, per_unit, unit, Kind(kind), quantum))


def _together(*sources: str | None) -> str:
    """Return what says so, each once."""
    return "; ".join(dict.fromkeys(filter(None, sources)))


def regions(found: Found) -> Iterator[Cells]:
    """Return the rows of regions.csv."""
    steps = (_Step((row[0],), row[1], row[10], row[3:10], row[2]) for row in found)
    for one in _changes(steps):
        if one.value is None:
            continue  # a region that is no more has no successor of its code
        kind, zh, en, parent, climate, grid, demo = one.value
        yield [
            one.key[0], kind, zh, en, _text(parent), _text(climate), _text(grid),
            "yes" if demo else "", one.since.isoformat(), one.source,
        ]  # fmt: skip


def institutions(found: Found) -> Iterator[Cells]:
    """Return the rows of institutions.csv: all that is known on each day on which some changes."""
    for code, facts in groupby(found, key=lambda row: row[0]):
        state: dict[str, list[str | None]] = {}
        for day, changed in groupby(facts, key=lambda row: row[1]):
            before, sources = dict(state), []
            for _, _, source, attribute, said in changed:
                if state.get(attribute) != said:
                    sources.append(source)
                state[attribute] = said
            if state != before:
                yield _institution(code, day, state, _together(*sources))


def _institution(code: str, day: date, state: dict[str, list[str | None]], source: str) -> Cells:
    name_zh, name_en, credit, kind, area, persons, disclosure = (
        _text(state.get(name, [None])[0]) for name in _FACTS
    )
    region, level, line = map(_text, state.get("1 affiliation", [None] * 3))
    located, latitude, longitude = map(_text, state.get("2 location", [None] * 3))
    return [
        code, name_zh, name_en, credit, kind, line, level, region, area, persons,
        day.isoformat(), located, disclosure, latitude, longitude, source,
    ]  # fmt: skip


def channels(found: Found) -> Iterator[Cells]:
    """Return the rows of channels.csv: how each channel began."""
    for row in found:
        institution, meter, channel, carrier, kind, unit, per_unit, net, zone, since = row[:10]
        quantum, factor, under, period_s, most, wraps_at, source = row[10:17]
        gateway, key, of_key, share, of_share, name_zh, name_en = row[17:]
        yield [
            institution, meter, channel, carrier, Kind(kind).name.lower(), unit, str(period_s),
            _amount(most, per_unit), _amount(wraps_at, per_unit), zone, _instant(since, zone),
            _text(gateway), _text(key), name_zh, name_en, str(per_unit),
            _ratio(factor, under, per_unit, unit, kind, quantum), "yes" if net else "",
            _share(share), "", "", _together(source, of_key, of_share),
        ]  # fmt: skip


def exchanges(found: Found) -> Iterator[Cells]:
    """Return the rows of exchanges.csv."""
    for institution, meter, channel, zone, per_unit, at, final, initial, source in found:
        yield [
            institution, meter, channel, _instant(at, zone), _amount(final, per_unit),
            _amount(initial, per_unit), source,
        ]  # fmt: skip


def settings(found: Found) -> Iterator[Cells]:
    """Return the rows of settings.csv: what changed since the channels began."""
    first = _firsts()
    steps = (
        _Step(row[:3], row[13], None, (row[3:13]), row[14], said=first(row[:3])) for row in found
    )
    for one in _changes(steps):
        zone, per_unit, unit, kind, quantum, factor, under, period_s, most, wraps_at = one.value
        yield [
            *one.key, _ratio(factor, under, per_unit, unit, kind, quantum), str(period_s),
            _amount(most, per_unit), _amount(wraps_at, per_unit), _instant(one.since, zone),
            one.source,
        ]  # fmt: skip


def _firsts() -> Callable[[Any], bool]:
    """Return a question: is this the first row of its key, of rows in order?"""
    last: list[Any] = []

    def first(key: Any) -> bool:
        is_first = last != [key]
        last[:] = [key]
        return is_first

    return first


def keys(found: Found) -> Iterator[Cells]:
    """Return the rows of keys.csv: what the channels' rows do not say.

    A channel of which no institution of ours is the owner cannot be named, and is passed over.
    """
    steps = (
        _Step(row[:2], row[2], row[3], (*row[6:9], row[5]), row[4],
              said=row[9] or row[6] is None, held=row[6] or "")
        for row in found
    )  # fmt: skip
    for one in _changes(steps):
        *who, zone = one.value or ("", "", "", "")
        yield [*one.key, *who, _instant(one.since, zone), one.held if one.since else "", one.source]


def shares(found: Found) -> Iterator[Cells]:
    """Return the rows of shares.csv: what the channels' rows do not say."""
    steps = (_Step(row[:4], row[5], row[6], row[4], row[7], said=row[8]) for row in found)
    for one in _changes(steps):
        yield [*one.key, _share(one.value), one.since.isoformat(), one.source]
