"""Shelly of the second generation on: status topics, notifications and answers of its RPC.

Keys are component.field, as the device names them: emdata:0.total_act, switch:0.aenergy.total. A
status topic carries no time; a notification carries `ts`.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from collector.codecs.parts.quantities import flattened
from collector.codecs.parts.rows import NO_VALUE, Row, gathered, nothing, number
from collector.codecs.parts.text import object_of, text_of
from collector.codecs.parts.times import instant
from collector.codecs.payload import malformed
from metering.messages import Decoded, Message

_WH: Final = re.compile(r"(^|\.)((\w+_)?total_act(_ret)?(_energy)?|(ret_)?aenergy\.total)$")
_W: Final = re.compile(r"(^|\.)(apower|(\w+_)?act_power)$")
_PULSES: Final = re.compile(r"^input:\d{1,5}\.counts\.x?total$")  # of a water or gas meter
# As its components name what makes their figures worthless.
_FAULTS: Final = ("power_meter_failure", "ct_type_not_set", "phase_sequence")
_COMPONENT: Final = re.compile(r"[a-z][a-z0-9_]*(:\d{1,5})?")
# Components that measure, or may; of others nothing is a reading.
_METERS: Final = (
    "em",
    "em1",
    "emdata",
    "em1data",
    "pm1",
    "switch",
    "cover",
    "light",
    "rgbw",
    "cct",
    "input",
)
_NOTICES: Final = frozenset({"NotifyStatus", "NotifyFullStatus"})


class Codec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing can be set."""

    def decode(self, message: Message) -> Decoded:
        """Return the registers (Wh) and active powers (W) of a message."""
        if text_of("shelly", message.payload).strip() in {"true", "false", "online", "offline"}:
            return nothing()
        said = object_of("shelly", message.payload)
        if "method" in said:
            return self._notified(said)
        if "result" in said or "error" in said:  # an answer: of one component, or of all
            result = said.get("result")
            return self._of(result, None) if isinstance(result, dict) else nothing()
        before, _, last = message.topic.rpartition("/")
        if before.endswith("/status") and _COMPONENT.fullmatch(last):
            return self._of({last: said}, None)
        return self._of(said, None)

    def encode(self, ts: float, components: Mapping[str, Mapping[str, Any]]) -> bytes:
        """Return a notification; ts: seconds since 1970."""
        params = {"ts": ts, **components}
        return msgspec.json.encode({"src": "shelly", "method": "NotifyStatus", "params": params})

    def _notified(self, said: Mapping[str, Any]) -> Decoded:
        method, params = said["method"], said.get("params")
        if not isinstance(method, str):
            raise malformed("shelly", "a method that is no text")
        if method not in _NOTICES:
            return nothing()
        if not isinstance(params, dict):
            raise malformed("shelly", "a notification without params")
        ts = params.get("ts")
        return self._of(params, None if ts is None else instant("shelly", ts, "s"))

    def _of(self, components: Mapping[str, Any], at_ms: int | None) -> Decoded:
        """Return what components say; those that measure nothing say nothing."""
        rows = list(_rows(components, at_ms))
        named = all(_COMPONENT.fullmatch(name) for name in components)
        if not rows and named and any(isinstance(one, dict) for one in components.values()):
            return nothing()
        return gathered("shelly", rows)


def _rows(components: Mapping[str, Any], at_ms: int | None) -> Iterator[Row]:
    for key, thing in flattened(dict(components)):
        component = key.partition(".")[0].partition(":")[0]
        if ":" in key.partition(".")[0] and component not in _METERS:
            continue
        unit = "Wh" if _WH.search(key) else "W" if _W.search(key) else None
        value = None if isinstance(thing, str) else number(thing)
        if value is not None and (unit is not None or _PULSES.search(key)):
            bad = _fault(components.get(key.partition(".")[0]))
            yield Row(key, NO_VALUE if bad else value, unit, at_ms, bad)


def _fault(component: Any) -> str | None:
    """Return the code of what a component itself says is wrong with its meter."""
    told = component.get("errors") if isinstance(component, dict) else None
    found = next((one for one in _FAULTS if isinstance(told, list) and one in told), None)
    return None if found is None else f"shelly.{found}"
