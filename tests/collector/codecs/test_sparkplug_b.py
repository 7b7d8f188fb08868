"""Sparkplug B: real births and data, aliases, bad qualities, and the wire format itself."""

import base64
import gzip
import json
import math
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.codecs.parts import protobuf
from collector.codecs.parts.sparkplug_payload import Metric, Payload, Type, read
from collector.codecs.parts.sparkplug_writing import written
from collector.codecs.payload import PayloadError
from collector.codecs.sparkplug_b import Codec, rebirth_request
from metering.messages import Decoded, Message
from tests.collector.codecs import samples

SAMPLES = samples.of("sparkplug_b")
BIRTH, DATA = "spBv1.0/g/NBIRTH/n", "spBv1.0/g/NDATA/n"
AT_MS = 1_700_000_000_000
METRICS = st.lists(
    st.tuples(st.text(min_size=1, max_size=20).filter(str.isprintable), st.floats(-1e9, 1e9)),
    min_size=1,
    max_size=12,
    unique_by=lambda one: one[0],
)
PROPERTIES = st.dictionaries(
    st.text(max_size=8),
    st.none() | st.booleans() | st.integers(0, 2**32 - 1) | st.floats(-1e9, 1e9) | st.text(),
    max_size=3,
)
HALVES = st.integers(-9, 9).map(lambda n: n / 2)
VALUES = st.one_of(
    st.builds(lambda v: {"type": 8, "kind": "whole", "value": v}, st.integers(0, 2**64 - 1)),
    st.builds(lambda v: {"type": 7, "kind": "whole", "value": v}, st.integers(0, 2**32 - 1)),
    st.builds(lambda v: {"type": 10, "kind": "real", "value": v}, st.floats(allow_nan=False)),
    st.builds(lambda v: {"type": 9, "kind": "real", "value": v}, HALVES),
    st.builds(lambda v: {"type": 11, "kind": "bool", "value": v}, st.booleans()),
    st.builds(lambda v: {"type": 12, "kind": "text", "value": v}, st.text()),
    st.just({"null": True}),
)
PLAIN_METRIC = st.builds(
    lambda value, **rest: Metric(**value, **rest),
    VALUES,
    name=st.none() | st.text(),
    alias=st.none() | st.integers(0, 2**64 - 1),
    at_ms=st.none() | st.integers(0, 2**63),
    historical=st.booleans(),
    properties=PROPERTIES,
)
METRIC = PLAIN_METRIC | st.builds(
    lambda members: Metric("t", type=19, kind="template", members=members),
    st.lists(PLAIN_METRIC, min_size=1, max_size=3),
)


def said(codec: Codec, payload: bytes, topic: str) -> Decoded:
    return codec.decode(samples.message(payload, topic))


def metric(*parts: bytes) -> bytes:
    return protobuf.field(1, AT_MS) + protobuf.field(2, b"".join(parts))


def test_births_and_data_of_a_real_node_say_what_its_source_says():
    codec, found = Codec(), []
    for sample in SAMPLES:
        payload = base64.b64decode(sample["payload_b64"])
        decoded = said(codec, payload, sample["topic"])
        told = zip(decoded.value, decoded.at_ms, strict=True)
        found.append(dict(zip(decoded.channel_key, told, strict=True)))

    device = "Emulated Device/"
    assert list(found[0]) == ["DataSet", "Node Metric2"]  # a table, and a unit of its own
    assert found[1] == {
        f"{device}output/Device Metric2": (16.0, AT_MS),
        f"{device}My_Custom_Motor/RPMs": (123.0, AT_MS),
        f"{device}My_Custom_Motor/AMPs": (456.0, AT_MS),
    }
    assert found[2] == found[3] == {}  # texts and switches
    # Its own time stood still.
    assert found[4] == {f"{device}output/Device Metric2": (17.0, AT_MS + 11_000)}
    assert found[5] == {}
    assert not codec.nodes


def test_what_is_no_reading_for_a_reason_is_set_aside_with_it():
    decoded = said(Codec(), base64.b64decode(SAMPLES[0]["payload_b64"]), SAMPLES[0]["topic"])
    assert decoded.quality == ["sparkplug.dataset", "sparkplug.unit_MyCustomUnits"]
    known = Codec(units={"Node Metric2": "kWh"})
    decoded = said(known, base64.b64decode(SAMPLES[0]["payload_b64"]), SAMPLES[0]["topic"])
    assert (decoded.quality[1], decoded.value[1], decoded.unit[1]) == (None, 13.0, "kWh")


@given(METRICS, st.integers(0, 2**41))
def test_data_by_alias_have_the_names_of_the_birth(metrics, at_ms):
    codec = Codec()
    born = said(codec, codec.encode(metrics, at_ms, 0, birth=True), BIRTH)
    values = [(place, value + 1) for place, (_, value) in enumerate(metrics)]
    after = said(codec, codec.encode(values, at_ms + 5, 1), DATA)
    kept = [one for one in metrics if not one[0].startswith(("bdSeq", "Node Control/"))]

    assert list(zip(born.channel_key, born.value, strict=True)) == kept
    assert after.channel_key == born.channel_key
    assert after.value == [value + 1 for _, value in kept]
    assert set(after.at_ms) <= {at_ms + 5}


@pytest.mark.parametrize("last", ["NBIRTH", "NDEATH", None])
def test_an_alias_that_no_birth_names_is_set_aside(last):
    codec = Codec()
    if last is not None:
        said(codec, codec.encode([("e", 1.0), ("f", 1.0)], AT_MS, 0, birth=True), BIRTH)
        end = codec.encode([("x", 1.0)], AT_MS, 0, birth=True)
        said(codec, end, f"spBv1.0/g/{last}/n")
    with pytest.raises(PayloadError) as caught:
        said(codec, codec.encode([(1, 2.0)], AT_MS, 1), DATA)
    assert caught.value.code == "payload.no_birth"
    assert "Rebirth" in caught.value.next_en


def test_another_node_has_other_aliases():
    codec = Codec()
    said(codec, codec.encode([("e", 1.0)], AT_MS, 0, birth=True), BIRTH)
    with pytest.raises(PayloadError):
        said(codec, codec.encode([(0, 2.0)], AT_MS, 1), "spBv1.0/g/NDATA/m")
    with pytest.raises(PayloadError):
        said(codec, codec.encode([(0, 2.0)], AT_MS + 1, 1), "spBv1.0/g/DDATA/n/d")


def test_devices_of_a_node_share_neither_names_nor_aliases():
    codec = Codec()
    said(codec, codec.encode([], AT_MS, 0, birth=True), BIRTH)
    for seq, device in enumerate("de", 1):
        said(codec, codec.encode([("e", seq)], AT_MS, seq, True), f"spBv1.0/g/DBIRTH/n/{device}")
    for seq, device in enumerate("de", 3):
        data = said(codec, codec.encode([(0, seq)], AT_MS + 1, seq), f"spBv1.0/g/DDATA/n/{device}")
        assert (data.channel_key, data.value) == ([f"{device}/e"], [seq])


def test_a_device_that_died_has_no_aliases_and_the_others_keep_theirs():
    codec = Codec()
    said(codec, codec.encode([], AT_MS, 0, birth=True), BIRTH)
    for seq, device in enumerate("de", 1):
        said(codec, codec.encode([("e", seq)], AT_MS, seq, True), f"spBv1.0/g/DBIRTH/n/{device}")
    said(codec, codec.encode([], AT_MS, 3), "spBv1.0/g/DDEATH/n/d")

    assert said(codec, codec.encode([(0, 1)], AT_MS, 4), "spBv1.0/g/DDATA/n/e").value == [1.0]
    with pytest.raises(PayloadError, match="birth"):
        said(codec, codec.encode([(0, 1)], AT_MS, 5), "spBv1.0/g/DDATA/n/d")


@given(st.integers(0, 255), st.integers(0, 255))
def test_after_a_number_left_out_aliases_mean_nothing_until_the_next_birth(first, ahead):
    codec, free = Codec(), Codec(numbered=False)
    seq = (first + ahead) % 256
    for one in (codec, free):
        said(one, one.encode([("e", 1.0)], AT_MS, first, birth=True), BIRTH)
        data = one.encode([(0, 2.0), ("f", 3.0)], AT_MS + 1, seq)
        if one is codec and 1 < ahead < 128:
            with pytest.raises(PayloadError, match="lost"):
                said(one, data, DATA)
            named = one.encode([("f", 3.0)], AT_MS + 1, (seq + 1) % 256)
            assert said(one, named, DATA).value == [3.0]  # a name needs no birth
        else:  # the next, or one that came again
            assert said(one, data, DATA).value == [2.0, 3.0]


@pytest.mark.parametrize(("told", "dead"), [(6, False), (7, True), (None, True)])
def test_the_will_of_a_connection_before_the_last_birth_ends_nothing(told, dead):
    def bd_seq(value):
        return [] if value is None else [Metric("bdSeq", type=8, kind="whole", value=value)]

    codec = Codec()
    born = [*bd_seq(7), Metric("e", 0, AT_MS, Type.DOUBLE, kind="real", value=1.0)]
    said(codec, written(Payload(AT_MS, 0, born)), BIRTH)
    said(codec, written(Payload(metrics=bd_seq(told))), "spBv1.0/g/NDEATH/n")
    if dead:
        with pytest.raises(PayloadError):
            said(codec, codec.encode([(0, 2.0)], AT_MS, 1), DATA)
    else:
        assert said(codec, codec.encode([(0, 2.0)], AT_MS, 1), DATA).value == [2.0]


@pytest.mark.parametrize("pack", [zlib.compress, gzip.compress])
def test_a_compressed_payload_is_read_and_a_bomb_is_not(pack):
    def packed(data):
        body = protobuf.field(4, "SPBV1.0_COMPRESSED") + protobuf.field(5, pack(data))
        return protobuf.field(2, protobuf.field(1, "algorithm") + protobuf.field(15, "GZIP")) + body

    inner = Codec().encode([("e", 1.5)], AT_MS, 0, birth=True)
    assert said(Codec(), packed(inner), BIRTH).value == [1.5]
    for bad in (bytes(10_000_000), packed(inner)):
        with pytest.raises(PayloadError, match="compressed"):
            said(Codec(), packed(bad), BIRTH)
    with pytest.raises(PayloadError):
        said(Codec(), packed(inner)[:-3], BIRTH)


def test_more_metrics_than_a_node_has_reason_to_send_are_refused_however_small():
    inner = protobuf.field(2, b"") * 20_000
    template = protobuf.field(2, protobuf.field(18, inner))
    for payload in (inner, template):
        with pytest.raises(PayloadError, match="metrics"):
            said(Codec(), payload, BIRTH)


@pytest.mark.parametrize("topic", ["spBv1.0/STATE/scada", "STATE/scada", "spBv1.0/g/NCMD/n"])
def test_what_hosts_say_says_nothing(topic):
    assert said(Codec(), b"\xff{", topic).value == []


@given(
    st.builds(
        Payload,
        st.none() | st.integers(0, 2**63),
        st.none() | st.integers(0, 255),
        st.lists(METRIC, max_size=4),
    )
)
def test_payloads_are_read_as_they_were_written(payload):
    assert read(written(payload)) == payload


@pytest.mark.parametrize("number", [-128, -1, 0, 127])
@pytest.mark.parametrize("type_", [1, 2, 3, 4])
def test_negative_numbers_keep_their_sign_in_every_width(number, type_):
    one = Metric("e", type=type_, kind="whole", value=number)
    assert said(Codec(), written(Payload(AT_MS, 0, [one])), BIRTH).value == [number]


def test_a_whole_number_without_a_type_is_taken_only_where_it_can_mean_one_thing():
    for value, quality in ((5, None), (2**32 - 1, ["sparkplug.no_number"])):
        one = metric(protobuf.field(1, "e"), protobuf.field(10, value))
        assert said(Codec(), one, BIRTH).quality == quality


def test_a_bad_quality_is_set_aside_with_its_code_and_a_unit_is_told():
    name, value = protobuf.field(1, "e"), protobuf.field(13, 5.0)
    stale = protobuf.field(1, "Quality") + protobuf.field(2, protobuf.field(3, 500))
    unit = protobuf.field(1, "engUnit") + protobuf.field(2, protobuf.field(8, "kWh"))
    good = protobuf.field(1, "Quality") + protobuf.field(2, protobuf.field(3, 192))

    bad = said(Codec(), metric(name, value, protobuf.field(9, stale)), BIRTH)
    assert bad.quality == ["sparkplug.stale"]
    assert math.isnan(bad.value[0])
    told = said(Codec(), metric(name, value, protobuf.field(9, unit + good)), BIRTH)
    assert (told.value, told.unit, told.quality) == ([5.0], ["kWh"], None)


@pytest.mark.parametrize(
    ("datatype", "number", "wire", "value"),
    [
        (1, 10, 0xFF, -1.0),
        (2, 10, 0x8000, -32768.0),
        (3, 10, 0xFFFFFFFF, -1.0),
        (4, 11, 2**64 - 5, -5.0),
        (7, 10, 0xFFFFFFFF, 4294967295.0),
        (8, 11, 2**53, 2.0**53),
    ],
)
def test_whole_numbers_have_the_sign_of_their_type(datatype, number, wire, value):
    parts = protobuf.field(1, "e"), protobuf.field(4, datatype), protobuf.field(number, wire)
    assert said(Codec(), metric(*parts), BIRTH).value == [value]


def test_floats_tell_their_own_digits_and_null_or_infinite_is_no_reading():
    name = protobuf.field(1, "e")
    single = protobuf.varint(12 << 3 | protobuf.FIXED32) + struct.pack("<f", 12.1)
    assert said(Codec(), metric(name, single), BIRTH).value == [12.1]
    null = metric(name, protobuf.field(13, 5.0), protobuf.field(7, 1))
    assert said(Codec(), null, BIRTH).value == []
    infinite = said(Codec(), metric(name, protobuf.field(13, math.inf)), BIRTH)
    assert infinite.quality == ["sparkplug.no_number"]


def test_a_rebirth_is_asked_for_as_the_specification_says():
    topic, payload = rebirth_request("site/spBv1.0/g/DDATA/n/d")
    (outer,) = protobuf.fields(payload)
    inner = {one.number: one.value for one in protobuf.fields(outer.raw)}

    assert topic == "site/spBv1.0/g/NCMD/n"
    assert inner == {1: b"Node Control/Rebirth", 4: 11, 14: 1}
    assert rebirth_request("cw/v1/a/b/data") is None


def test_a_node_without_birth_is_asked_once_a_minute_and_not_where_the_route_says_no():
    data = Codec().encode([(0, 1.0)], AT_MS, 1)

    def asked(codec, at_ms, topic=DATA):
        with pytest.raises(PayloadError) as caught:
            codec.decode(Message(topic, "g/1", data, at_ms))
        return caught.value.ask

    codec = Codec()
    assert asked(codec, 0) == rebirth_request(DATA)
    assert asked(codec, 59_999) is None
    assert asked(codec, 59_999, "spBv1.0/g/DDATA/m/d")[0] == "spBv1.0/g/NCMD/m"
    assert asked(codec, 60_000) is not None
    assert asked(Codec(ask=False), 0) is None


@given(st.lists(st.tuples(st.integers(1, 500), st.integers(0, 2**64 - 1) | st.binary(max_size=30))))
def test_what_is_written_is_read(pairs):
    data = b"".join(protobuf.field(number, value) for number, value in pairs)
    assert [(one.number, one.value) for one in protobuf.fields(data)] == pairs


@given(st.binary(max_size=60), st.sampled_from([BIRTH, DATA, "spBv1.0/g/DDATA/n/d", "x"]))
def test_any_bytes_give_readings_or_a_refusal(payload, topic):
    codec = Codec()
    said(codec, codec.encode([("e", 1.0)], AT_MS, 0, birth=True), BIRTH)
    try:
        found = said(codec, payload, topic)
    except PayloadError as refusal:
        if not refusal.next_en:
            raise
        return
    assert json.dumps(found.channel_key)
    assert len(found.channel_key) == len(found.value) == len(found.at_ms)
