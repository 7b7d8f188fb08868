"""What one message would come to, if a gateway sent it now; nothing is kept."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace

from collector.codecs import Decode
from collector.intake import portions
from metering.errors import InputError
from metering.messages import Message, Rejection, Stored
from storage import connections
from storage.connections import WRITING, Bounds
from storage.readings import elsewhere
from storage.readings.store import Store


def try_message(url: str, message: Message, decode: Decode, *, bounds: Bounds = WRITING) -> Stored:
    """Return what a message would store, and why not.

    url: the collector's login: who holds it sees every gateway, so those are named that hold a key.
    """
    (portion,) = portions([message], decode)
    with closing(Store(url, "codec try", bounds=bounds)) as store:
        stored = store.try_out(portion.batch, portion.readings, portion.rejected)
    keys = {
        portion.readings.channel_key[row]
        for row, _ in elsewhere.rows_of(portion.readings, _elsewhere(stored))
    }
    if not keys:
        return stored
    with connections.opened(url, "codec try", bounds) as connection:
        found = elsewhere.bound_at(connection, message.gateway, keys)
    names = sorted({name for gateways in found.values() for name in gateways})
    rejected = [replace(one, reason=there(one.reason, names)) for one in stored.rejected]
    return replace(stored, rejected=rejected)


def there(why: InputError, gateways: Sequence[str]) -> InputError:
    """Return why a key means no channel, with the gateways at which it is bound."""
    if why.code != elsewhere.ELSEWHERE or not gateways:
        return why
    names = gateways[:5]
    return InputError(
        why.code,
        zh=f"{why.zh}所在采集网关:{'、'.join(names)}。",
        en=f"{why.en} There: {', '.join(names)}.",
        next_zh=why.next_zh,
        next_en=why.next_en,
        where=why.where,
    )


def _elsewhere(stored: Stored) -> list[Rejection]:
    return [one for one in stored.rejected if one.reason.code == elsewhere.ELSEWHERE]
