"""What is refused of a tree of meters: circles, other carriers, use that would count twice."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from actions.fields import Acting, Option, Searched, Words
from analytics.meter_trees import Counted, Placed, Twice, circle, counted_twice
from metering.errors import InputError
from storage.registry import keys, meters, submeters
from storage.registry.keys import Registered
from storage.registry.meters import Channel

_MOST_DIGITS: Final = 9
_SOMEBODYS: Final = Words("他人的计量表", "somebody else's meter")


def _option(one: Registered) -> Option:
    tail = f"{one.meter} · {one.channel} ({one.unit}) #{one.channel_id}"
    return Option(str(one.channel_id), Words(f"{one.name_zh} · {tail}", f"{one.name_en} · {tail}"))


def _find(at: Acting, text: str) -> list[Option]:
    return [_option(one) for one in keys.registrable(at.connection, text, 51)]


def _named(at: Acting, value: str) -> Option | None:
    if not value.isdecimal() or len(value) > _MOST_DIGITS:
        return None
    found = keys.one_registrable(at.connection, int(value))
    return _option(found) if found else None


every_channel: Final = Searched(_find, _named)


def called(at: Acting, channel_id: int) -> Words:
    """Return what people call a channel; of one not seen, that it is somebody else's."""
    found = meters.channels(at.connection, [channel_id])
    if not found:
        return _SOMEBODYS
    text = f"{found[0].meter or '…'} · {found[0].code} (#{channel_id})"
    return Words(text, text)


def check_carrier(on: Channel, main: Channel) -> None:
    """Refuse a main meter of another carrier."""
    if on.carrier != main.carrier:
        raise InputError(
            "submeter.other_carrier",
            zh=f"分表 {on.meter} · {on.code} 计 {on.carrier},总表 {main.meter} · {main.code} 计 "
            f"{main.carrier}。",
            en=f"The sub-meter {on.meter} · {on.code} measures {on.carrier}, the main meter "
            f"{main.meter} · {main.code} {main.carrier}.",
            next_zh="请选择同一能源品种的总表。",
            next_en="Choose a main meter of the same carrier.",
            where={"field": "main", "value": str(main.channel_id)},
        )


def check_tree(at: Acting, channel: int, main: int, since: date) -> None:
    """Refuse a main meter that would stand behind its own sub-meter."""
    placed = [Placed(*row) for row in submeters.trees(at.connection, [channel, main])]
    closed = circle(_with(placed, channel, main, since))
    if closed is None:
        return
    day, way = closed
    names = [called(at, one) for one in (*way, way[0])]
    raise InputError(
        "submeter.circle",
        zh=f"自 {day} 起会形成循环:{' → '.join(one.zh for one in names)}。",
        en=f"From {day} on this would be a circle: {' → '.join(one.en for one in names)}.",
        next_zh="请改选总表,或先把其中一块改为总表。",
        next_en="Choose another main meter, or first let one of them be a main meter itself.",
        where={"field": "main", "value": str(main)},
    )


def check_once(at: Acting, channel: int, main: int, since: date, *, leaves: bool) -> None:
    """Refuse what would count a sub-meter's use twice, and name both.

    leaves: the sub-meter counts no longer in accounts of its own from that day on.
    """
    rows = [Placed(*row) for row in submeters.trees(at.connection, [channel, main])]
    shares = [Counted(*row) for row in submeters.counted(at.connection, [channel, main])]
    if leaves:
        shares = _without(shares, channel, since)
    before = {one.channel for one in counted_twice(rows, shares)}
    after = counted_twice(_with(rows, channel, main, since), shares)
    if new := [one for one in after if one.channel not in before]:
        raise twice(at, new[0])


def twice(at: Acting, one: Twice) -> InputError:
    """Return the refusal of what counts twice."""
    sub, above = called(at, one.channel), called(at, one.above)
    return InputError(
        "submeter.counts_twice",
        zh=f"自 {one.day} 起,{sub.zh} 与其总表 {above.zh} 都计入台账,同一用量会重复计入"
        f"(合计 {one.share / 10_000:g}%)。",
        en=f"From {one.day} on {sub.en} and its main meter {above.en} both count in accounts: the "
        f"same use would count twice ({one.share / 10_000:g} % of it).",
        next_zh="请勾选“不再单独计入台账”;分给别的机构的,请从总表所属机构的台账扣除(占比 -1)。",
        next_en="Tick that it no longer counts in accounts of its own; where it is another "
        "institution's, leave it out of the main meter's account (share -1).",
        where={"field": "leaves", "value": "false"},
    )


def _with(placed: Sequence[Placed], channel: int, main: int, since: date) -> list[Placed]:
    """Return a tree as it would be: until the next word on the same channel."""
    others = [one for one in placed if one.channel != channel]
    own = [one for one in placed if one.channel == channel]
    later = min((one.first for one in own if one.first > since), default=None)
    held = next((one for one in own if one.holds_on(since)), None)
    kept = [
        replace(one, until=since) if one is held else one
        for one in own
        if one is not held or one.first < since
    ]
    return [*others, *kept, Placed(channel, main, since, held.until if held else later)]


def _without(shares: Sequence[Counted], channel: int, since: date) -> list[Counted]:
    """Return what counts where a channel no longer does."""
    kept = (
        replace(one, until=since) if one.channel == channel and one.holds_on(since) else one
        for one in shares
    )
    return [one for one in kept if one.channel != channel or one.first < since]
