"""Messages of real gateways, mangled as lines, firmware and people mangle them; all by a seed."""

import base64
import json
import math
import random
import re
import time
from collections.abc import Iterator
from functools import cache

from collector.codecs import Codec, configured, formats
from collector.codecs.payload import MAX_AT_MS, MAX_KEY_CHARACTERS, PayloadError
from metering.messages import Decoded, Message
from tests.collector.codecs import samples

RECEIVED_MS = 1_700_000_000_000
MOST_S = 1.0  # of this process, for one message
_FILES = {
    "acrel": "acrel", "chirpstack": "chirpstack", "dsmr": "dsmr", "dsmr_reader": "dsmr_reader",
    "emonhub": "emonhub", "mohurd_xml": "mohurd_xml", "neuron": "neuron", "shelly": "shelly_gen2",
    "sparkplug_b": "sparkplug_b", "tasmota": "tasmota", "influx": "telegraf",
    "zigbee2mqtt": "zigbee2mqtt",
}  # fmt: skip
_SETTINGS = {
    "tasmota": {"zone": "Europe/Berlin"},
    "chirpstack": {"payload_decoder": "yobiiq_em4301"},
    "json": {"rows": "v.*", "key": "{k}", "value": "x", "time": "t", "unit": "{u}", "quality": "q"},
}
_NUMBERS = (
    "-0", "0", "-1", "1e308", "-1e308", "1e309", "99999999999999999999999", "0.0000000000000001",
    "NaN", "Infinity", "null", "true", '""', "[]", "{}", "1,5", "1.5.5", "0x10", "١٢", "1e-400",
    "9007199254740993", "4102444800001", "-62135596800", "1" * 40,
)  # fmt: skip
_TEXTS = ("\\u0000", "\\ud800", "\u202e", "�", " ", "x" * 300, "+", "#", "/", "$SYS", "id", "é")
_THINGS = (None, True, -1, 1e300, "", "x", [], {}, [1, [2, [3]]], {"value": None}, 2**70, "1e400")
_DIGITS = re.compile(rb"-?\d+(?:\.\d+)?")
_WORDS = re.compile(rb"[A-Za-z_]{2,}")


@cache
def seeds() -> dict[str, list[tuple[str, bytes]]]:
    """Return for each format (topic, payload) of real messages, or those made after documents."""
    found: dict[str, list[tuple[str, bytes]]] = {}
    made = samples.of("made")
    for name in formats():
        told = samples.of(_FILES[name]) if name in _FILES else []
        found[name] = [(one["topic"] or "t", _bytes(one)) for one in told]
        found[name] += [(one["topic"], _bytes(one)) for one in made if one["codec"] == name]
    return found


def mangled(seed: int) -> tuple[str, str, bytes]:
    """Return format, topic and payload that belong to a seed."""
    chance = random.Random(seed)
    name = chance.choice(sorted(seeds()))
    topic, payload = chance.choice(seeds()[name])
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
        payload = chance.choice(_WAYS)(chance, payload)
    if chance.random() < 0.1:
        topic = chance.choice(["", "/", "N/p/grid/1/Ac/Power", "a/SENSOR", "x/status/em:0", topic])
    return name, topic, payload


@cache
def codec_of(name: str) -> Codec:
    """Return a format as a route would have it."""
    return configured(name, _SETTINGS.get(name, {}))


def judged(
    name: str, topic: str, payload: bytes, received_ms: int = RECEIVED_MS
) -> tuple[Message, Decoded | PayloadError]:
    """Return what a format makes of a payload; AssertionError where that could not be stored."""
    message = Message(topic, "demo-a/g1", payload, received_ms)
    began_s = time.process_time()
    found = _decoded(name, message)
    assert time.process_time() - began_s < MOST_S, "hangs"
    if isinstance(found, PayloadError):
        assert all((found.en, found.zh, found.next_en, found.next_zh)), found.code
        (found.text("zh") + found.text("en")).encode()
        return message, found
    for one in _rows(found):
        _hold(*one)
    return message, found


def _decoded(name: str, message: Message) -> Decoded | PayloadError:
    try:
        return codec_of(name).decode(message)
    except PayloadError as refusal:
        return refusal


def _rows(found: Decoded) -> Iterator[tuple[str, int | None, float, str | None, str | None]]:
    none = [None] * len(found.value)
    unit, quality = found.unit or none, found.quality or none
    return zip(found.channel_key, found.at_ms, found.value, unit, quality, strict=True)


def _hold(key: str, at_ms: int | None, value: float, unit: str | None, quality: str | None) -> None:
    """Check one reading against what the database takes."""
    assert 0 < len(key) <= MAX_KEY_CHARACTERS, key
    for text in (key, unit or "u", quality or "q"):
        assert text.isprintable(), text
        assert len(text) <= MAX_KEY_CHARACTERS, text
    assert at_ms is None or (type(at_ms) is int and 0 <= at_ms <= MAX_AT_MS), at_ms
    assert math.isfinite(value) == (quality is None), (value, quality)
    assert quality != ""


def _bytes(sample: dict) -> bytes:
    if "payload_b64" in sample:
        return base64.b64decode(sample["payload_b64"])
    return sample["payload"].encode()


def _flip(chance: random.Random, payload: bytes) -> bytes:
    found = bytearray(payload or b"\0")
    for _ in range(chance.choice((1, 1, 4))):
        found[chance.randrange(len(found))] = chance.randrange(256)
    return bytes(found)


def _cut(chance: random.Random, payload: bytes) -> bytes:
    return payload[: chance.randrange(len(payload) + 1)]


def _leave_out(chance: random.Random, payload: bytes) -> bytes:
    first, last = sorted(chance.randrange(len(payload) + 1) for _ in range(2))
    return payload[:first] + payload[last:]


def _say_twice(chance: random.Random, payload: bytes) -> bytes:
    first, last = sorted(chance.randrange(len(payload) + 1) for _ in range(2))
    return payload[:last] + payload[first:]


def _splice(chance: random.Random, payload: bytes) -> bytes:
    _, other = chance.choice(chance.choice(sorted(seeds().items()))[1])
    return payload[: chance.randrange(len(payload) + 1)] + other[chance.randrange(len(other)) :]


def _other_number(chance: random.Random, payload: bytes) -> bytes:
    return _replaced(chance, payload, _DIGITS, chance.choice(_NUMBERS).encode())


def _other_word(chance: random.Random, payload: bytes) -> bytes:
    return _replaced(chance, payload, _WORDS, chance.choice(_TEXTS).encode())


def _replaced(
    chance: random.Random, payload: bytes, pattern: re.Pattern[bytes], by: bytes
) -> bytes:
    found = list(pattern.finditer(payload))
    if not found:
        return payload + by
    one = chance.choice(found)
    return payload[: one.start()] + by + payload[one.end() :]


def _other_thing(chance: random.Random, payload: bytes) -> bytes:
    """Put something else into a place of JSON."""
    try:
        thing = json.loads(payload)
    except (ValueError, RecursionError):
        return payload
    at = thing
    for _ in range(20):
        if not isinstance(at, dict | list) or not at:
            break
        step = chance.choice(list(at) if isinstance(at, dict) else range(len(at)))
        if chance.random() < 0.4 or not isinstance(at[step], dict | list):
            at[step] = chance.choice(_THINGS)
            break
        at = at[step]
    return json.dumps(thing).encode()


# Some break the bytes, most what the bytes say.
_WAYS = (
    _flip, _cut, _leave_out, _say_twice, _splice,
    *(_other_number,) * 5, *(_other_thing,) * 6, *(_other_word,) * 2,
)  # fmt: skip
