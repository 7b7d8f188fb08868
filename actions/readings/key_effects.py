"""What binding a key would let in of what waits under it."""

from collections import Counter
from datetime import UTC, datetime
from typing import Final

import numpy as np

from actions.declared import Effect
from actions.fields import Acting, Words, plain
from actions.readings.routes_now import routes_now
from actions.readings.waiting import Waiting, holding
from storage.readings.binding import bind

_LEFT: Final = Words("仅演练前 10,000 条报文", "tried with the first 10,000 messages alone")


def kept_readings(at: Acting, gateway: str, key: str) -> Waiting:
    """Return what waits under a key, without the other keys of the same messages."""
    found = holding(at.connection, gateway, [key], routes_now(at))
    mine = np.array([one == key for one in found.readings.channel_key], np.bool_)
    readings = found.readings.only(mine) if len(mine) else found.readings
    return Waiting(found.rows, found.batch, readings, found.left, [], 0)


def coming(at: Acting, kept: Waiting) -> list[Effect]:
    """Return how many readings would come, from when to when, and why others would not.

    Asked in the transaction in which the key is bound.
    """
    bound, refused = bind(at.connection, kept.batch, kept.readings)
    messages = Words("涉及的暂存报文", "Messages that wait")
    effects = [
        Effect("messages", messages, None, plain(str(len(kept.batch)))),
        Effect("readings", Words("将收下的读数", "Readings that would come"), None,
               plain(str(len(bound.at_ms)))),
    ]  # fmt: skip
    if len(bound.at_ms):
        span = f"{_said(int(bound.at_ms.min()))} – {_said(int(bound.at_ms.max()))} UTC"
        effects.append(Effect("span", Words("读数时间", "Of the time"), None, plain(span)))
    reasons: Counter[str] = Counter()
    for one in refused:
        reasons[one.reason.code] += len(one.i)
    effects += [
        Effect("waits_on", Words(f"仍不能收下:{code}", f"Waits on: {code}"), None, plain(str(n)))
        for code, n in sorted(reasons.items())
    ]
    return [*effects, *([Effect("left", Words("更多", "More"), None, _LEFT)] if kept.left else [])]


def _said(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m-%d %H:%M:%S}"
