"""Sparkplug B: real births and data, aliases, bad qualities, and the wire format itself."""

import base64
import json
import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.codecs.parts import protobuf
from collector.codecs.payload import PayloadError
from collector.codecs.sparkplug_b import Codec, rebirth
from metering.messages import Decoded
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

    assert found[0] == {"Node Metric2": (13.0, AT_MS)}  # the one number that is no null
    assert found[1] == {"output/Device Metric2": (16.0, AT_MS)}
    assert found[2] == found[3] == {}  # texts and switches
    assert found[4] == {"output/Device Metric2": (17.0, AT_MS + 11_000)}  # its own time stood still
    assert found[5] == {}


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
    device = said(codec, codec.encode([(0, 2.0)], AT_MS + 1, 1), "spBv1.0/g/DDATA/n/d")
    assert device.channel_key == ["e"]


def test_a_bad_quality_is_set_aside_with_its_code_and_a_unit_is_told():
    name, value = protobuf.field(1, "e"), protobuf.field(13, 5.0)
    stale = protobuf.field(1, "Quality") + protobuf.field(2, protobuf.field(3, 500))
    unit = protobuf.field(1, "engUnit") + protobuf.field(2, protobuf.field(8, "kWh"))
    good = protobuf.field(1, "Quality") + protobuf.field(2, protobuf.field(3, 192))

    bad = said(Codec(), metric(name, value, protobuf.field(9, stale)), BIRTH)
    assert bad.quality == ["sparkplug.500"]
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
    assert said(Codec(), metric(name, single), BIRTH).value == [12.1000004]
    null = metric(name, protobuf.field(13, 5.0), protobuf.field(7, 1))
    assert said(Codec(), null, BIRTH).value == []
    assert said(Codec(), metric(name, protobuf.field(13, math.inf)), BIRTH).value == []


def test_a_rebirth_is_asked_for_as_the_specification_says():
    (outer,) = protobuf.fields(rebirth())
    inner = {one.number: one.value for one in protobuf.fields(outer.raw)}
    assert inner == {1: b"Node Control/Rebirth", 4: 11, 14: 1}


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
