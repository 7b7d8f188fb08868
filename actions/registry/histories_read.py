"""Rows of what holds of channels from other days on: exchanges, settings, keys and shares."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

from actions.registry.cells import Row
from actions.registry.parsed import (
    DAY,
    INSTANT,
    NUMBER,
    RATIO,
    SHARE,
    STAND_IN,
    WHOLE,
    decimal_of,
    instant_of,
    millionths_of,
    ratio_of,
)
from actions.registry.values import ALWAYS, NewExchange, NewKey, NewSetting, NewShare


def exchange(row: Row) -> NewExchange:
    """Return when a meter was exchanged."""
    return NewExchange(
        institution=row.text("institution"),
        meter=row.text("meter"),
        channel=row.text("channel"),
        at=row.must("at", instant_of, STAND_IN, INSTANT),
        final=row.read("final", decimal_of, None, NUMBER),
        initial=row.must("initial", decimal_of, Decimal(0), NUMBER),
        source=row.text("source", row.place.file),
        place=row.place,
    )


def setting(row: Row) -> NewSetting:
    """Return settings that hold from an instant on."""
    return NewSetting(
        institution=row.text("institution"),
        meter=row.text("meter"),
        channel=row.text("channel"),
        ratio=row.must("factor", ratio_of, Fraction(1), RATIO),
        period_s=row.must("period_s", int, 3600, WHOLE),
        max_per_hour=row.read("max_per_hour", decimal_of, None, NUMBER),
        wraps_at=row.read("wraps_at", decimal_of, None, NUMBER),
        valid_from=row.must("valid_from", instant_of, STAND_IN, INSTANT),
        source=row.text("source", row.place.file),
        place=row.place,
    )


def key(row: Row) -> NewKey:
    """Return what a key means from an instant on."""
    return NewKey(
        gateway=row.text("gateway"),
        key=row.text("key"),
        institution=row.text("institution"),
        meter=row.text("meter"),
        channel=row.text("channel"),
        valid_from=row.read("valid_from", instant_of, None, INSTANT),
        source=row.text("source", row.place.file),
        held_by=row.text("held_by"),
        place=row.place,
    )


def share(row: Row) -> NewShare:
    """Return how much of a channel counts from a day on."""
    return NewShare(
        institution=row.text("institution"),
        meter_of=row.text("meter_of"),
        meter=row.text("meter"),
        channel=row.text("channel"),
        share_millionths=row.must("share", millionths_of, 0, SHARE),
        valid_from=row.must("valid_from", date.fromisoformat, ALWAYS, DAY),
        source=row.text("source", row.place.file),
        place=row.place,
    )
