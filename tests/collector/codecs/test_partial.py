"""One bad element of a message: the others are stored, and it is set aside under its place."""

import json

import pytest

from collector.codecs import configured
from collector.codecs.parts.sparkplug_payload import Metric, Payload, Type
from collector.codecs.parts.sparkplug_writing import written
from collector.codecs.payload import PayloadError
from collector.intake import portions, receipts
from metering.messages import Message, Stored

AT = 1_764_000_000_000
GOOD = {"channel": "m1", "at": AT, "value": 1.5}


def readings(*more: object) -> bytes:
    return json.dumps({"seq": 7, "readings": [GOOD, *more]}).encode()


def neuron(*tags: object) -> bytes:
    head = {"node": "n", "group": "g", "timestamp": AT}
    return json.dumps(head | {"tags": [{"name": "m1", "value": 1.5}, *tags]}).encode()


def telegraf(*more: object) -> bytes:
    good = {"name": "m", "fields": {"kwh": 1.5}, "tags": {}, "timestamp": AT // 1000}
    return json.dumps({"metrics": [good, *more]}).encode()


def sparkplug(at_ms: int) -> bytes:
    good, late = (
        Metric(name=name, at_ms=at, type=Type.DOUBLE, kind="real", value=1.5)
        for name, at in (("m1", AT), ("m2", at_ms))
    )
    return written(Payload(AT, 0, [good, late]))


ROWS = {"rows": "d.*", "key": "{id}", "time": "t"}
LINE = b"m kwh=1.5 %d000000\n" % AT
Z2M = b'{"energy":1.5,"power":"much"}'
P1 = b'{"electricity_delivered_1":1.5,"electricity_returned_1":"-"}'


def telegraf_of(**more: object) -> bytes:
    return telegraf({"name": "m", "fields": {"kwh": 2}, **more})


def rows(*more: object) -> bytes:
    return json.dumps({"d": [{"id": 1, "value": 1.5, "t": AT}, *more]}).encode()


CASES = [
    ("native", {}, readings({"channel": "m2", "at": "yesterday", "value": 1}), "m2 native.no_time"),
    ("native", {}, readings({"channel": "m2", "at": AT, "value": None}), "m2 native.no_number"),
    ("native", {}, readings({"channel": "m2", "at": AT, "value": "1"}), "m2 native.no_number"),
    ("native", {}, readings({"channel": "k" * 201, "at": AT, "value": 1}), "– native.no_key"),
    ("native", {}, readings({"channel": "a\tb", "at": AT, "value": 1}), "– native.no_key"),
    ("native", {}, readings({"at": AT, "value": 1}), "– native.no_key"),
    ("native", {}, readings(4), "– native.no_row"),
    ("native", {}, readings({**GOOD, "colour": "red"}), "– native.no_row"),
    ("native", {}, b'{"channel":"m1","at":[%d,-1],"value":[1.5,2]}' % AT, "m1 native.no_time"),
    ("native", {}, b'{"channel":["m1",""],"at":[%d,5],"value":[1.5,2]}' % AT, "– native.no_key"),
    ("native", {}, b'{"channel":"m1","at":[%d,5],"value":[1.5,true]}' % AT, "m1 native.no_number"),
    ("records", {}, json.dumps([GOOD, {"value": 1}]).encode(), "– records.no_row"),
    ("records", {}, json.dumps([GOOD, {**GOOD, "x": 1}]).encode(), "– records.no_row"),
    ("influx", {}, LINE + b"m kwh= 5", "– influx.no_row"),
    ("influx", {}, LINE + b"m kwh=1.2.3 %d000000" % AT, "m/kwh influx.no_number"),
    ("influx", {}, LINE + b"m kwh=2 5", "– influx.no_time"),
    ("influx", {}, LINE + b'm t="x', "– influx.no_row"),
    ("telegraf", {}, telegraf({"name": "m", "fields": 5}), "– telegraf.no_row"),
    ("telegraf", {}, telegraf_of(timestamp="?"), "– telegraf.no_time"),
    ("neuron", {"full_keys": False}, neuron({"name": 5}), "– neuron.no_row"),
    ("neuron", {"full_keys": False}, neuron({"name": "m2", "error": 3}), "m2 neuron.3"),
    ("json", ROWS, rows({"value": 2, "t": AT}), "– json.no_key"),
    ("json", ROWS, rows({"id": 2, "value": "2,5", "t": AT}), "2 json.no_number"),
    ("json", ROWS, rows({"id": 2, "value": 2, "t": "?"}), "2 json.no_time"),
    ("zigbee2mqtt", {}, Z2M, "power zigbee2mqtt.no_number"),
    ("dsmr_reader", {}, P1, "electricity_returned_1 dsmr_reader.no_number"),
    ("emonhub", {"names": ["e1", "e2"]}, b"1.5,", "e2 emonhub.no_number"),
    ("sparkplug_b", {}, sparkplug(2**62), "m2 sparkplug.no_time"),
]  # fmt: skip


@pytest.mark.parametrize(("codec", "told", "payload", "aside"), CASES)
def test_the_good_is_stored_and_the_bad_set_aside_with_its_reason(codec, told, payload, aside):
    topic = "spBv1.0/g/NBIRTH/n" if codec == "sparkplug_b" else "x/values"
    message = Message(topic, "zj/gw", payload, AT)

    (portion,) = portions([message], configured(codec, told).decode)

    assert portion.readings.value.tolist() == [1.5]
    assert portion.readings.i.tolist() == [0]
    (refused,) = portion.rejected
    assert refused.i == (1,)
    where = refused.reason.where
    assert f"{where['channel']} {where['quality']}" == aside
    assert refused.reason.code == "reading.bad_quality"


@pytest.mark.parametrize(("codec", "told", "payload", "aside"), CASES[:11])
def test_where_nothing_is_good_the_message_is_refused_as_before(codec, told, payload, aside):
    del aside
    body = json.loads(payload)
    if "readings" in body:
        body["readings"] = body["readings"][1:]
    else:
        body = {name: one[1:] if isinstance(one, list) else one for name, one in body.items()}

    with pytest.raises(PayloadError) as refused:
        configured(codec, told).decode(Message("t", "zj/gw", json.dumps(body).encode(), AT))
    assert refused.value.seq == body.get("seq")


def test_the_receipt_names_the_message_and_the_places_that_were_set_aside():
    message = Message("t", "zj/gw", readings({"channel": "m2", "at": AT}, GOOD), AT)
    (portion,) = portions([message], configured("native", {}).decode)

    ((gateway, said),) = receipts([message], Stored([7], portion.rejected))

    assert gateway == "zj/gw"
    assert json.loads(said) == {
        "stored": [[7, 7]],
        "rejected": [{"seq": 7, "i": [1], "reason": "reading.bad_quality"}],
    }
