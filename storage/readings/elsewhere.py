"""Why a key means no channel: nobody ever bound it, or bound it for another time or gateway."""

from collections.abc import Collection, Sequence
from typing import Any, Final

import numpy as np
from psycopg import Connection

from metering.errors import InputError
from metering.messages import Message, Readings, Rejection
from storage.readings.refusing import REASONS

UNKNOWN: Final = "reading.unknown_key"
THEN: Final = "reading.unbound_then"
ELSEWHERE: Final = "reading.bound_elsewhere"
UNBOUND: Final = (UNKNOWN, THEN, ELSEWHERE)

_BOUND = """
    SELECT p.pair - 1,
           EXISTS (SELECT FROM binding b JOIN gateway g ON g.id = b.gateway_id
                    WHERE g.name = p.gateway AND b.key = p.key AND b.known_until IS NULL),
           EXISTS (SELECT FROM binding b JOIN gateway g ON g.id = b.gateway_id
                    WHERE g.name <> p.gateway AND b.key = p.key AND b.known_until IS NULL)
      FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY AS p (gateway, key, pair)
"""
# Asked as the viewer: a gateway or channel that he does not see is not there.
_BOUND_AT = """
    SELECT DISTINCT b.key, g.name FROM binding b JOIN gateway g ON g.id = b.gateway_id
     WHERE b.key = ANY(%s) AND g.name <> %s AND b.known_until IS NULL
     ORDER BY b.key, g.name LIMIT 1000
"""
_WORDS: Final = {
    UNKNOWN: REASONS[UNKNOWN],
    THEN: (
        "该键在读数的时间没有绑定通道,在其他时间有。",
        "This key is bound to a channel at other times, not at the reading's.",
        ("请核对网关时钟;时间无误时,在“未绑定的键”页面(/unbound-keys)自该时间起绑定,"
        "暂存的读数随即收下。"),
        ("Check the gateway's clock; if it is right, bind the key from that time on, on the page "
        "of unbound keys (/unbound-keys), which takes what waits, too."),
    ),
    ELSEWHERE: (
        "该键绑定在别的采集网关上,本网关没有此键。",
        "This key is bound at another gateway, and not at this one.",
        ("网关已更换或改名的,请核对其主题和路由(/routes);确为本网关的键,请在“未绑定的键”页面"
        "(/unbound-keys)绑定,暂存的读数随即收下。"),
        ("If the gateway was replaced or renamed, check its topic and route (/routes); if the key "
        "is its own, bind it on the page of unbound keys (/unbound-keys), which takes what waits."),
    ),
}  # fmt: skip


def told(
    connection: Connection[Any],
    batch: Sequence[Message],
    readings: Readings,
    refused: Sequence[Rejection],
) -> list[Rejection]:
    """Return refusals, those of unknown keys by what is known of them at other times and places."""
    unknown = [one for one in refused if one.reason.code == UNKNOWN]
    if not unknown:
        return list(refused)
    keys = _keys(readings, unknown)
    pairs = list({(batch[m].gateway, key): None for (m, _), key in keys.items()})
    asked = [[gateway for gateway, _ in pairs], [key for _, key in pairs]]
    why = {
        pairs[place]: THEN if here else ELSEWHERE if other else UNKNOWN
        for place, here, other in connection.execute(_BOUND, asked).fetchall()
    }
    found: list[Rejection] = [one for one in refused if one.reason.code != UNKNOWN]
    for one in unknown:
        gateway = batch[one.message].gateway
        parts: dict[str, list[int]] = {}
        for i in one.i:
            parts.setdefault(why[gateway, keys[one.message, i]], []).append(i)
        found += [_part(one, code, parts[code], keys) for code in UNBOUND if code in parts]
    return found


def bound_at(
    connection: Connection[Any], gateway: str, keys: Collection[str]
) -> dict[str, list[str]]:
    """Return of keys the other gateways at which they are bound, as far as the viewer sees."""
    found: dict[str, list[str]] = {}
    for key, name in connection.execute(_BOUND_AT, [list(keys), gateway]) if keys else ():
        found.setdefault(key, []).append(name)
    return found


def _keys(readings: Readings, refused: Sequence[Rejection]) -> dict[tuple[int, int], str]:
    """Return the keys of refused readings, by message and place in it."""
    return {at: readings.channel_key[row] for row, at in rows_of(readings, refused)}


def rows_of(readings: Readings, refused: Sequence[Rejection]) -> list[tuple[int, tuple[int, int]]]:
    """Return the rows of refused readings, each with its message and place in it."""
    wanted = {(one.message, i) for one in refused for i in one.i}
    rows = np.flatnonzero(np.isin(readings.message, [one.message for one in refused]))
    places = zip(readings.message[rows].tolist(), readings.i[rows].tolist(), strict=True)
    return [(row, at) for row, at in zip(rows.tolist(), places, strict=True) if at in wanted]


def _part(
    one: Rejection, code: str, i: Sequence[int], keys: dict[tuple[int, int], str]
) -> Rejection:
    """Return the refusal of some of the readings of a message."""
    if code == UNKNOWN and len(i) == len(one.i):
        return one
    named = ", ".join(sorted({keys[one.message, place] for place in i})[:5])
    zh, en, next_zh, next_en = _WORDS[code]
    reason = InputError(
        code,
        zh=f"{named}:{zh}",
        en=f"{named}: {en}",
        next_zh=next_zh,
        next_en=next_en,
        where={"channel": named},
    )
    return Rejection(one.message, one.seq, reason, tuple(i))
