"""What an institution used for what, month by month: meters less what is behind them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

from actions.accounts.overview import months_before
from actions.fields import Acting
from actions.registry.state_end_use import items_by_key
from analytics.end_uses import add, by_use, firsts
from analytics.meter_trees import Placed, mains_on
from storage.accounts import end_uses as sums
from storage.accounts.end_uses import Used
from storage.registry import end_uses, regions, submeters
from storage.registry.end_uses import ChannelUse, Item
from storage.registry.regions import Carrier

MONTHS: Final = 12
REST: Final = ""  # the code of what is for no item


@dataclass(slots=True)
class EndUseMonth:
    """What was used for an item in a month. [quanta of the carrier; s]

    key: SET:CODE; empty: what counts in the account and is for no item. quanta: None where it is
    unknown. known_s, expected_s: of the channels that it is made of. item: None of the rest.
    """

    month: date
    carrier: Carrier
    key: str
    item: Item | None
    quanta: int | None
    known_s: int
    expected_s: int


@dataclass(slots=True)
class _Sum:
    """A sum that grows by parts: its amount, and how much of the time is known."""

    quanta: int | None = 0
    known_s: int = 0
    expected_s: int = 0


def of_institution(
    at: Acting, institution: int, first: date, until: date, code_set: str | None = None
) -> list[EndUseMonth]:
    """Return what was used for what in the months from a day to before another.

    code_set: into whose items those of other sets are mapped; None, or where no mapping is known:
    as they were stated.
    """
    stated = end_uses.known(at.connection, institution=institution)
    channels = sorted({one.channel_id for one in stated})
    placed = [Placed(*row) for row in submeters.trees(at.connection, channels)]
    spans = _spans(first, until, placed, stated)
    if not channels or not spans:
        return []
    found = sums.used(at.connection, channels, spans)
    into = end_uses.mapped(at.connection, code_set, at.today) if code_set else {}
    groups = _grouped(spans, placed, stated, found, into)
    rest = _rest(groups, sums.accounts(at.connection, institution, first, until))
    items, carriers = items_by_key(at), regions.carriers(at.connection)
    by_code = {one.code: one for one in carriers}
    return [
        EndUseMonth(month, by_code[carrier], key, items.get(key), one.quanta, one.known_s,
                    one.expected_s)
        for (month, carrier, key), one in sorted([*groups.items(), *rest])
        if key != _FIRSTS
    ]  # fmt: skip


_FIRSTS: Final = "*"  # what all items of a carrier add to


def _spans(
    first: date, until: date, placed: Iterable[Placed], stated: Iterable[ChannelUse]
) -> list[tuple[date, date]]:
    """Return the spans of days in which tree and items stay the same; each lies in one month."""
    edges = {first, until}
    month = first
    while (month := months_before(month.replace(day=1), -1)) < until:
        edges.add(month)
    for one in placed:
        edges |= {one.first, one.until or until}
    for held in stated:
        edges |= {held.valid_from, held.valid_to or until}
    return list(pairwise(sorted(one for one in edges if first <= one <= until)))


def _grouped(
    spans: Sequence[tuple[date, date]],
    placed: Sequence[Placed],
    stated: Sequence[ChannelUse],
    found: Sequence[Used],
    into: dict[str, str],
) -> dict[tuple[date, str, str], _Sum]:
    """Return sums by (month, carrier, item), and of all items of a carrier under `_FIRSTS`."""
    groups: dict[tuple[date, str, str], _Sum] = {}
    for place, (day, _) in enumerate(spans, 1):
        mains = mains_on(placed, day)
        held = [one for one in stated if one.holds_on(day)]
        here = {one.channel_id: one for one in found if one.place == place}
        for carrier in {one.carrier for one in held}:
            own = [one for one in held if one.carrier == carrier]
            uses = {one.channel_id: into.get(one.key, one.key) for one in own}
            used = {one: here[one].used for one in uses if one in here}
            key = (day.replace(day=1), carrier)
            for use, amount in by_use(mains, uses, used).items():
                made = groups.setdefault((*key, use), _Sum())
                made.quanta = add(made.quanta, amount)
            whole = groups.setdefault((*key, _FIRSTS), _Sum())
            for one in firsts(mains, uses):
                whole.quanta = add(whole.quanta, used.get(one))
            for channel, use in uses.items():
                if channel in here:
                    groups[*key, use].known_s += here[channel].known_s
                    groups[*key, use].expected_s += here[channel].expected_s
    return groups


def _rest(
    groups: dict[tuple[date, str, str], _Sum], accounts: dict[tuple[date, str], int | None]
) -> list[tuple[tuple[date, str, str], _Sum]]:
    """Return what of each account is for no item; none where either side is unknown."""
    return [
        ((month, carrier, REST), _Sum(whole - one.quanta))
        for (month, carrier, key), one in groups.items()
        if key == _FIRSTS
        and one.quanta is not None
        and (whole := accounts.get((month, carrier))) is not None
    ]
