"""What is wrong with exchanges, settings, keys and shares, as far as their rows say so."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, Final

from actions.registry.complaints import (
    History,
    between,
    filled,
    gateway_named,
    instant_within,
    twice,
)
from actions.registry.values import NewExchange, NewKey, NewSetting, NewShare, Registry
from metering.errors import InputError

_MOST: Final = Decimal(2**53)  # of a value, in any unit
_MOST_S: Final = 31 * 86_400


def check_histories(registry: Registry) -> list[InputError]:
    """Return what is wrong with rows that can be judged without the database."""
    parts: list[tuple[Any, Callable[[Any], Iterator[InputError]], Callable[[Any], Any], str]] = [
        (registry.exchanges, _exchange, lambda r: (*of(r), r.at), "at"),
        (registry.settings, _setting, lambda r: (*of(r), r.valid_from), "valid_from"),
        (registry.keys, _key, lambda r: (r.gateway, r.key, r.valid_from), "key"),
        (registry.shares, _share, lambda r: (r.institution, *of(r), r.valid_from), "valid_from"),
    ]
    found: list[InputError] = []
    for rows, check, key, field in parts:
        found += [problem for row in rows for problem in check(row)]
        found += twice(rows, key, field)
    return found


def of(row: History) -> tuple[str, str, str]:
    """Return which channel a row is of: institution, meter and channel, by their codes."""
    institution = row.meter_of if isinstance(row, NewShare) else row.institution
    return institution, row.meter, row.channel


def named(registry: Registry) -> list[str]:
    """Return the codes of institutions that these rows name."""
    codes = [code for row in rows_of(registry) for code in (row.institution, of(row)[0])]
    return [code for code in codes if code]


def rows_of(registry: Registry) -> list[History]:
    """Return these rows of a registry, together."""
    rows: list[History] = [*registry.exchanges, *registry.settings]
    rows += [*registry.keys, *registry.shares]
    return rows


def _exchange(row: NewExchange) -> Iterator[InputError]:
    yield from filled(row, "institution", "meter", "channel", "source")
    yield from instant_within(row, "at")
    yield from between(row, "final", 0, _MOST)
    yield from between(row, "initial", 0, _MOST)


def _setting(row: NewSetting) -> Iterator[InputError]:
    yield from filled(row, "institution", "meter", "channel", "source")
    yield from instant_within(row, "valid_from")
    yield from between(row, "period_s", 1, _MOST_S)


def _key(row: NewKey) -> Iterator[InputError]:
    yield from filled(row, "key", "source")
    yield from gateway_named(row)
    yield from instant_within(row, "valid_from")
    if any(of(row)):
        yield from filled(row, "institution", "meter", "channel")


def _share(row: NewShare) -> Iterator[InputError]:
    yield from filled(row, "institution", "meter_of", "meter", "channel", "source")
    yield from between(row, "share_millionths", -1_000_000, 1_000_000)
