"""Neuron's uploads: real ones in both shapes, codes instead of values, decode undoes encode."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.codecs import configured
from collector.codecs.neuron import Codec
from collector.codecs.payload import MAX_AT_MS, PayloadError
from metering.messages import Decoded
from tests.collector.codecs import samples

CODEC = Codec()
UPLOADS = samples.of("neuron")
NAMES = st.text(min_size=1, max_size=30).filter(str.isprintable)
VALUES = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53), 2**53)


def decoded_from(payload: bytes | str) -> Decoded:
    return CODEC.decode(samples.message(payload))


def outcome(payload: bytes | str) -> Decoded | PayloadError:
    try:
        return decoded_from(payload)
    except PayloadError as error:
        return error


@pytest.mark.parametrize(("place", "at_ms"), [(0, 1647497389075), (1, 1650006388943)])
def test_both_shapes_say_value_and_code(place, at_ms):
    decoded = decoded_from(UPLOADS[place]["payload"])

    assert decoded.channel_key == ["modbus/grp/tag0", "modbus/grp/tag1"]
    assert decoded.at_ms == [at_ms, at_ms]
    assert decoded.value[0] == 123.0
    assert decoded.quality == [None, "neuron.2014"]


def test_texts_are_no_readings():
    decoded = decoded_from(UPLOADS[2]["payload"])

    assert decoded.channel_key == ["opcua-1/group-1/cstr100"]
    assert decoded.quality == ["neuron.10002"]


@pytest.mark.parametrize("place", [3, 4])
def test_what_is_no_upload_is_refused(place):
    with pytest.raises(PayloadError) as caught:
        decoded_from(UPLOADS[place]["payload"])
    assert caught.value.code == "payload.malformed"


def test_keys_may_be_short_where_the_topic_says_the_rest():
    short = configured("neuron", {"full_keys": False})
    decoded = short.decode(samples.message(UPLOADS[0]["payload"]))
    assert decoded.channel_key == ["tag0", "tag1"]


@given(
    NAMES,
    NAMES,
    st.integers(0, MAX_AT_MS),
    st.dictionaries(NAMES, VALUES, max_size=10),
    st.dictionaries(NAMES, st.integers(1, 20_000), max_size=5),
)
def test_decoding_undoes_encoding(node, group, at_ms, values, errors):
    payload = CODEC.encode(node, group, at_ms, values, errors)
    decoded = decoded_from(payload)

    expected = [*((name, float(value), None) for name, value in values.items())]
    expected += [(name, None, f"neuron.{code}") for name, code in errors.items()]
    found = [
        (key, None if math.isnan(value) else value, code)
        for key, value, code in zip(
            decoded.channel_key,
            decoded.value,
            decoded.quality or [None] * len(decoded.value),
            strict=True,
        )
    ]
    assert found == [(f"{node}/{group}/{name}", value, code) for name, value, code in expected]
    assert decoded.at_ms == [at_ms] * len(expected)


@given(
    st.binary(max_size=200)
    | st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["node", "group", "timestamp", "tags", "values", "errors", "name", "value"]
                ),
                inner,
            )
        ),
        max_leaves=12,
    ).map(lambda thing: json.dumps(thing).encode())
)
def test_whatever_comes_is_readings_that_can_be_stored_or_a_refusal_that_can(payload):
    decoded = outcome(payload)
    if isinstance(decoded, PayloadError):
        assert decoded.code.startswith("payload.")
        assert "".join((decoded.zh, decoded.en, decoded.next_zh)).isprintable()
    else:
        good = [v for v, q in zip(decoded.value, decoded.quality, strict=True) if q is None]
        assert all(math.isfinite(value) for value in good)
        assert "".join(decoded.channel_key).isprintable()


def test_a_number_beyond_a_double_is_set_aside_and_no_other():
    payload = {"node": "n", "group": "g", "timestamp": 1, "values": {"a": 10**400, "b": 2}}
    decoded = decoded_from(json.dumps(payload).encode())
    assert (decoded.quality, decoded.value[1]) == (["neuron.no_number", None], 2.0)
