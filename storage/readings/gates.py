"""Who is turned away before anything is bound: gateways whose key was revoked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import numpy as np
from psycopg import Connection

from metering.errors import InputError
from metering.messages import Message, Readings, Rejection

REVOKED: Final = "gateway.revoked"

# Few are revoked, so that asking for all of them costs less than naming those of a batch.
_FEW: Final = 100
_ALL_REVOKED: Final = """
    SELECT name, revoked_at FROM gateway WHERE revoked_at IS NOT NULL LIMIT %s
"""
_REVOKED: Final = """
    SELECT name, revoked_at FROM gateway WHERE revoked_at IS NOT NULL AND name = ANY(%s)
"""


def turned_away(
    connection: Connection[Any],
    batch: Sequence[Message],
    readings: Readings,
    rejected: Sequence[Rejection],
) -> tuple[Readings, Sequence[Rejection]]:
    """Return a batch's readings and refusals with all messages of revoked gateways refused.

    Asked in the transaction that stores the batch: what comes after a revocation stands nowhere.
    """
    gone = _revoked_of(connection, {message.gateway for message in batch})
    if not gone:
        return readings, rejected
    places = [place for place, message in enumerate(batch) if message.gateway in gone]
    seqs = dict(zip(readings.message.tolist(), readings.seq.tolist(), strict=True))
    seqs |= {one.message: one.seq for one in rejected if one.seq}
    refused = [
        Rejection(place, seqs.get(place) or None, _revoked(batch[place], gone)) for place in places
    ]
    others = [one for one in rejected if batch[one.message].gateway not in gone]
    return readings.only(~np.isin(readings.message, places)), [*others, *refused]


def _revoked_of(connection: Connection[Any], names: set[str]) -> dict[str, datetime]:
    """Return which of these gateways are revoked, and since when."""
    found = connection.execute(_ALL_REVOKED, [_FEW + 1]).fetchall()
    if len(found) > _FEW:
        found = connection.execute(_REVOKED, [list(names)]).fetchall()
    return {name: since for name, since in found if name in names}


def _revoked(message: Message, gone: dict[str, datetime]) -> InputError:
    at = f"{gone[message.gateway]:%Y-%m-%d %H:%M} UTC"
    return InputError(
        REVOKED,
        zh=f"采集网关 {message.gateway} 的凭据已于 {at} 吊销,报文已暂存待核。",
        en=f"The key of the gateway {message.gateway} was revoked at {at}; it is set aside.",
        next_zh="如仍是本单位网关,请签发新凭据,再“重新收下报文”;否则请查明来源。",
        next_en="If the gateway is yours, issue it a new key and take its messages again; else "
        "find out who sends.",
        where={"gateway": message.gateway},
    )
