"""What wmbusmeters makes of radio telegrams of water, heat, gas and electricity meters: JSON.

Keys are its names: total_m3, total_energy_consumption_kwh. What is of an earlier day or an extreme
(target_, max_, last_month) is no reading of now; an error of the meter makes its values bad.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from collector.codecs.parts.quantities import is_other, unit_in
from collector.codecs.parts.rows import NO_VALUE, Row, code_of, number, partly
from collector.codecs.parts.text import json_of
from collector.codecs.parts.times import instant
from collector.codecs.payload import malformed
from metering.messages import Decoded, Message

_NOT_NOW: Final = re.compile(
    r"^(target|max|min|maximum|minimum|prev|previous|last|history|historical|historic|billing|due|set)_"
    r"|_(last|at_(set|end|old|history|billing)|history|prev(ious)?|target|ago)(_|$)|_(month|week|day|hour)_"
)
_WRONG: Final = re.compile(r"ERROR|TAMPER|MANIPULATION|INVALID|FAILURE|DECRYPT", re.IGNORECASE)
_RATES: Final = frozenset({"m3/h", "L/h"})
_PLACEHOLDER: Final = "1111-11-11"  # of its tests


class Codec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How meters are told apart.

    with_id: whether keys begin with the meter's id (76348799.total_m3), where all share a topic.
    """

    with_id: bool = False

    def decode(self, message: Message) -> Decoded:
        """Return the registers and powers of a telegram; `timestamp` is when it was received.

        Several come as a list, or a line each; their keys begin with the meters' ids.
        """
        telegrams = _telegrams(message.payload)
        with_id = self.with_id or len(telegrams) > 1
        return partly("wmbusmeters", telegrams, lambda one: _of(one, with_id=with_id))

    def encode(self, identity: str, values: Mapping[str, float], timestamp: str) -> bytes:
        """Return a telegram as wmbusmeters prints it."""
        head = {"_": "telegram", "media": "water", "meter": "iperl", "name": "m", "id": identity}
        return msgspec.json.encode({**head, **values, "timestamp": timestamp})


def _telegrams(payload: bytes) -> list[Any]:
    lines = [one for one in payload.splitlines() if one.strip()]
    if len(lines) > 1 and all(one.lstrip().startswith(b"{") for one in lines):
        return [json_of("wmbusmeters", one) for one in lines]
    found = json_of("wmbusmeters", payload)
    return found if isinstance(found, list) and found else [found]


def _of(said: Any, *, with_id: bool) -> Iterator[Row]:
    if not isinstance(said, dict):
        raise malformed("wmbusmeters", f"{type(said).__name__} where an object should be")
    if said.get("_", "telegram") != "telegram":
        return
    identity = said.get("id")
    if not isinstance(identity, str | int) or "meter" not in said:
        raise malformed("wmbusmeters", "no id and meter, which every telegram has")
    time = str(said.get("timestamp") or "")
    timed = time and not time.startswith(_PLACEHOLDER)
    at_ms = instant("wmbusmeters", time) if timed else None
    yield from _rows(said, f"{identity}." if with_id else "", at_ms)


def _rows(said: Mapping[str, Any], before: str, at_ms: int | None) -> Iterator[Row]:
    status = str(said.get("status") or said.get("current_status") or "")
    bad = code_of("wmbus", status) if _WRONG.search(status) else None
    for name, thing in said.items():
        unit = None if isinstance(thing, str) or is_other(name) else unit_in(name)
        if unit is None or unit in _RATES or _NOT_NOW.search(name):
            continue
        value = number(thing)
        if value is not None:
            yield Row(before + name, NO_VALUE if bad else value, unit, at_ms, bad)
