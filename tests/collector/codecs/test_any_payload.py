"""Any payload at all: readings, or a refusal that says what to do; never anything else.

`COMMONWATT_TEST_ATTEMPTS=100000 pytest tests/collector/codecs/test_any_payload.py --timeout 0`
tries each law as often, and fails where a payload takes over a second.
"""

import base64
import json
import math
import os
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.codecs import configured, formats
from collector.codecs.payload import MAX_PAYLOAD_BYTES, PayloadError
from metering.messages import Message
from metering.unit_names import unit_of
from tests.collector.codecs import samples

SETTINGS = {"tasmota": {"zone": "Europe/Berlin"}}
ATTEMPTS = int(os.environ.get("COMMONWATT_TEST_ATTEMPTS", "0"))
harder = settings(max_examples=ATTEMPTS) if ATTEMPTS else settings()
ALL = tuple(name for name in formats() if name != "native")  # which has laws of its own

LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
WORDS = """
value data ENERGY Total energy power time ts id type meterSN EPI result params em:0 object
deviceInfo end_device_ids uplink_message decoded_payload frm_payload total_m3 status _ meter
timestamp Time last_seen method total_act aenergy StatusSNS unit quality metrics name fields tags
readings channel at
"""
NAMES = st.sampled_from(WORDS.split()) | st.text(max_size=8)
THINGS = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=20,
)
TOPICS = st.sampled_from(
    [
        "t",
        "x/status/em:0",
        "spBv1.0/g/NBIRTH/n",
        "N/p/grid/1/Ac/Power",
        "homie/d/n/p",
        "a/SENSOR",
        "a/up",
    ]
)


@harder
@given(st.sampled_from(ALL), THINGS, TOPICS)
def test_any_json_gives_readings_or_a_refusal(name, thing, topic):
    holds(name, json.dumps(thing).encode(), topic)


@harder
@given(st.sampled_from(ALL), st.binary(max_size=300), TOPICS)
def test_any_bytes_give_readings_or_a_refusal(name, payload, topic):
    holds(name, payload, topic)


LINES = st.lists(
    st.sampled_from(["channel", "value", "at", "unit", "1", "-2.5", "kWh", "m1", "2026-01-01"])
    | st.sampled_from([",", ";", "\t", "=", " ", '"', "\n", "\r\n", "(", ")", ":", "!", "/", "*"])
    | st.text(max_size=3),
    max_size=40,
).map("".join)


@harder
@given(st.sampled_from(["records", "influx", "dsmr", "emonhub", "telegraf"]), LINES, TOPICS)
def test_any_lines_give_readings_or_a_refusal(name, text, topic):
    holds(name, text.encode(), topic)
    holds(name, f"channel,value\n{text}".encode(), topic)


@pytest.mark.parametrize("method", [["NotifyStatus"], {"NotifyStatus": 1}, 1, None])
def test_a_method_that_is_no_text_is_refused(method):
    payload = json.dumps({"method": method, "params": {"ts": 1_700_000_000}})
    with pytest.raises(PayloadError):
        configured("shelly", {}).decode(samples.message(payload, "s/events/rpc"))


@pytest.mark.parametrize("sensor", ["0", "12", "²"])
def test_a_sensor_named_by_digits_alone_is_no_crash(sensor):
    holds("tasmota", json.dumps({sensor: {"1": 5}}).encode(), "tele/x/SENSOR")


@harder
@given(st.sampled_from(["chirpstack", "ttn"]), st.binary(max_size=60), st.integers(0, 3))
def test_any_uplink_of_bytes_gives_readings_or_a_refusal(name, data, port):
    up = {"data": base64.b64encode(data).decode(), "fPort": port, "deviceInfo": {}}
    ttn = {"frm_payload": up["data"], "f_port": port}
    both = up | {"end_device_ids": {}, "uplink_message": ttn}
    codec_ = configured(name, {"payload_decoder": "yobiiq_em4301"})
    try:
        found = codec_.decode(samples.message(json.dumps(both)))
    except PayloadError:
        return
    assert len(found.value) <= len(data) // 6  # bytes of a record


@pytest.mark.parametrize("name", ALL)
def test_a_payload_that_is_too_large_or_too_deep_is_refused(name):
    deep = b'{"ENERGY":' * 5000 + b"1" + b"}" * 5000
    for payload in (b" " * (MAX_PAYLOAD_BYTES + 1), deep):
        with pytest.raises(PayloadError):
            configured(name, SETTINGS.get(name, {})).decode(
                samples.message(payload, "N/p/grid/1/Ac/Power")
            )


def holds(name: str, payload: bytes, topic: str) -> None:
    """Check that a codec answers as every codec must."""
    began_s = time.process_time()  # of this process: others may be busy
    try:
        found = configured(name, SETTINGS.get(name, {})).decode(Message(topic, "g/1", payload, 0))
    except PayloadError as refusal:
        if not (refusal.en and refusal.next_en and refusal.next_zh):
            raise
        return
    finally:
        took_s = time.process_time() - began_s
        assert not ATTEMPTS or took_s < 1, f"{name} took {took_s} s: {payload!r}"
    columns = [found.channel_key, found.at_ms, found.value]
    columns += [one for one in (found.unit, found.quality) if one is not None]
    assert len({len(one) for one in columns}) == 1
    quality = found.quality or [None] * len(found.value)
    assert all(math.isfinite(v) == (q is None) for v, q in zip(found.value, quality, strict=True))
    assert all(unit is None or unit_of(unit) == unit for unit in found.unit or [])
