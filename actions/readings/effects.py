"""What a correction changes: hours, accounts and published figures, as the worker computes them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from psycopg import Connection

from actions.readings.evidence import readings_around, what_is_known
from analytics.hours import HOUR_BEYOND, spread
from analytics.judging import judged
from analytics.reach import ChangedSpan, settled
from analytics.steps import EffectiveReadings, Judged
from metering.errors import InputError
from storage.readings import amended
from storage.readings.amended import AccountChange, Published
from storage.registry import meters

_MOST_SHOWN: Final = 200
_MOST_READINGS: Final = 2_000_000  # more than three years of minutes


@dataclass(frozen=True, slots=True)
class HourChange:
    """The use of a channel's hour before and after, in quanta of the carrier; None is unknown."""

    channel_id: int
    start_ms: int
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class Effects:
    """What differs once the use around a correction is computed anew.

    hours: the first of those that differ; hours_changed: how many these are in all.
    accounts: those that the viewer sees; beyond: how many others change.
    published: figures that rest on the months of these accounts; they keep what they say.
    waits: readings have come whose use is still to be computed, so more will change than this.
    """

    hours: list[HourChange]
    hours_changed: int
    accounts: list[AccountChange]
    beyond: int
    published: list[Published]
    waits: bool


@dataclass(frozen=True, slots=True)
class Around:
    """The rows from which hours around an instant are made, and what is judged from them."""

    first_ms: int
    until_ms: int
    rows: EffectiveReadings
    found: Judged


def around(
    connection: Connection[Any], channel_id: int, at_ms: int, last_ms: int | None = None
) -> Around:
    """Return what changes from an instant to a last one can touch, by all that is known here."""
    known = what_is_known(connection, channel_id)
    last_ms = at_ms if last_ms is None else last_ms
    asked, kind = ChangedSpan(channel_id, at_ms, last_ms, added=False), known.kinds[channel_id]
    rows = 160
    while True:
        read, _ = readings_around(connection, asked, known, rows, _MOST_READINGS)
        if (reached := settled(read, kind)) is not None:
            made = judged(reached.rows)
            return Around(reached.first_ms, reached.last_ms, reached.rows, made)
        rows *= 8


def effects(
    connection: Connection[Any],
    channel_id: int,
    at_ms: int,
    last_ms: int | None = None,
    *,
    waits: bool,
) -> Effects:
    """Return what a change of one instant, or up to a last one, will have changed."""
    near = around(connection, channel_id, at_ms, last_ms)
    try:
        new = _hours(near)
    except InputError as error:
        if error.code != HOUR_BEYOND:
            raise
        # Of several wrong readings the first is corrected: the rest still makes too much.
        return Effects([], 0, [], 0, [], waits=True)
    old = amended.hours(connection, channel_id, near.first_ms, near.until_ms)
    changed = [
        HourChange(channel_id, hour, old.get(hour), new.get(hour))
        for hour in sorted(old.keys() | new.keys())
        if old.get(hour) != new.get(hour)
    ]
    accounts = amended.accounts_with(connection, channel_id, near.first_ms, near.until_ms, new)
    seen = [one for one in accounts if one.institution_id is not None]
    return Effects(
        hours=changed[:_MOST_SHOWN],
        hours_changed=len(changed),
        accounts=seen,
        beyond=len(accounts) - len(seen),
        published=_published(connection, seen),
        waits=waits,
    )


def together(connection: Connection[Any], parts: Sequence[Effects]) -> Effects:
    """Return what changes of several channels, made in one transaction, change together.

    A channel's part in an account does not depend on other channels, so the differences add.
    """
    accounts: dict[tuple[int | None, str, date], AccountChange] = {}
    for one in (change for part in parts for change in part.accounts):
        key = (one.institution_id, one.carrier, one.month)
        accounts[key] = _added(accounts[key], one) if key in accounts else one
    return Effects(
        hours=[hour for part in parts for hour in part.hours][:_MOST_SHOWN],
        hours_changed=sum(part.hours_changed for part in parts),
        accounts=list(accounts.values()),
        beyond=max((part.beyond for part in parts), default=0),
        published=_published(connection, list(accounts.values())),
        waits=any(part.waits for part in parts),
    )


def _added(one: AccountChange, other: AccountChange) -> AccountChange:
    """Return an account as both changes leave it; None where nothing of it is known any more."""
    if one.after is None and other.after is None:
        return one
    after = (one.after or 0) + (other.after or 0) - (one.before or 0)
    return replace(one, after=after)


def waits(connection: Connection[Any], channel_id: int) -> bool:
    """Return whether use of a channel is still to be computed; asked before a change queues it."""
    return meters.waits(connection, [channel_id])


def _published(connection: Connection[Any], seen: list[AccountChange]) -> list[Published]:
    months: dict[tuple[int, date], None] = {
        (one.institution_id, one.month): None for one in seen if one.institution_id is not None
    }
    if not months:
        return []
    return amended.published(connection, [one for one, _ in months], [m for _, m in months])


def _hours(near: Around) -> dict[int, int | None]:
    made = spread(near.found.steps)
    inside = (made.hour_ms >= near.first_ms) & (made.hour_ms < near.until_ms)
    columns = (made.hour_ms[inside], made.used[inside], made.known[inside])
    return {
        hour: used if known else None
        for hour, used, known in zip(*(column.tolist() for column in columns), strict=True)
    }
