"""Decoding undoes encoding, and whatever else comes is refused in one way."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.codecs import configured, native
from collector.codecs.payload import (
    MAX_AT_MS,
    MAX_PAYLOAD_BYTES,
    MAX_READINGS,
    MAX_SEQ,
    PayloadError,
)
from metering.messages import Decoded, Message

SEQS = st.none() | st.integers(1, MAX_SEQ)
INSTANTS = st.integers(0, MAX_AT_MS)
VALUES = st.floats(allow_nan=False, allow_infinity=False)
KEYS = st.text(min_size=1, max_size=200).filter(str.isprintable)


def decoded_from(payload: bytes):
    return native.decode(Message("cw/v1/demo-a/g1/data", "demo-a/g1", payload, 0))


def refusal(payload: bytes) -> PayloadError:
    with pytest.raises(PayloadError) as caught:
        decoded_from(payload)
    return caught.value


@given(SEQS, KEYS, st.none() | INSTANTS, VALUES)
def test_decoding_undoes_encoding_of_one(seq, key, at_ms, value):
    decoded = decoded_from(native.encode_one(seq, key, at_ms, value))

    assert decoded.seq == seq
    assert (decoded.channel_key, decoded.at_ms, decoded.value) == ([key], [at_ms], [value])


@given(SEQS, st.lists(st.tuples(KEYS, st.none() | INSTANTS, VALUES), min_size=1, max_size=20))
def test_decoding_undoes_encoding_of_many(seq, readings):
    decoded = decoded_from(native.encode_many(seq, readings))

    assert decoded.seq == seq
    assert list(zip(decoded.channel_key, decoded.at_ms, decoded.value, strict=True)) == readings


@given(SEQS, st.data())
def test_decoding_undoes_encoding_of_columns(seq, data):
    value = data.draw(st.lists(VALUES, min_size=1, max_size=20))
    size = len(value)
    key = data.draw(KEYS | st.lists(KEYS, min_size=size, max_size=size))
    at_ms = data.draw(st.none() | st.lists(INSTANTS, min_size=size, max_size=size))

    decoded = decoded_from(native.encode_columns(seq, key, at_ms, value))

    assert decoded.seq == seq
    assert decoded.channel_key == ([key] * size if isinstance(key, str) else key)
    assert decoded.at_ms == (at_ms or [None] * size)
    assert decoded.value == value


@given(
    st.binary(max_size=300)
    | st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["seq", "channel", "at", "value", "readings"]) | st.text(), inner
            )
        ),
        max_leaves=12,
    ).map(lambda thing: json.dumps(thing).encode())
)
def test_whatever_comes_is_readings_that_can_be_stored_or_a_refusal_that_can(payload):
    outcome: Decoded | PayloadError
    try:
        outcome = decoded_from(payload)
    except PayloadError as error:
        outcome = error

    if isinstance(outcome, PayloadError):
        assert outcome.code.startswith("payload.")
        assert "".join((outcome.zh, outcome.en, outcome.next_zh, outcome.next_en)).isprintable()
    else:
        size = len(outcome.value)
        assert size > 0
        assert len(outcome.channel_key) == len(outcome.at_ms) == size
        assert "".join(outcome.channel_key).isprintable()
        assert all(abs(value) < float("inf") for value in outcome.value)


@pytest.mark.parametrize(
    ("payload", "code", "seq"),
    [
        (b"", "payload.malformed", None),
        (b"null", "payload.malformed", None),
        (b'{"seq":7,"channel":"e1","value":1', "payload.malformed", 7),
        (b'{"seq":7,"channel":"e1","value":NaN}', "payload.malformed", 7),
        (b'{"seq":7,"channel":"e1","value":1e400}', "payload.malformed", 7),
        (b'{"seq":7,"channel":"e1","value":"1"}', "payload.malformed", 7),
        (b'{"seq":7,"channel":"e1","value":true}', "payload.malformed", 7),
        (b'{"seq":7,"channel":"e1","value":null}', "payload.malformed", 7),
        (b'{"seq":7,"channel":"e\xff1","value":1}', "payload.malformed", 7),
        (b'{"seq":7,"channel":"","value":1}', "payload.malformed", 7),
        (b'{"seq":7,"channel":"e1"}', "payload.malformed", 7),
        (b'{"seq":7,"value":1}', "payload.malformed", 7),
        (b'{"seq":7,"channel":"e1","value":1,"unit":"kWh"}', "payload.malformed", 7),
        (b'{"seq":7,"channel":"e1","value":1,"at":1.5}', "payload.malformed", 7),
        (b'{"seq":7,"channel":"e1","value":1,"at":-1}', "payload.malformed", 7),
        (b'{"seq":7,"channel":"e1","value":1,"at":4102444800001}', "payload.malformed", 7),
        (b'{"seq":7,"channel":"e1","value":1,"at":"2026-01-01"}', "payload.malformed", 7),
        (b'{"seq":7,"channel":"e1","value":[1,2],"at":5}', "payload.malformed", 7),
        (b'{"seq":7,"channel":["e1"],"value":1}', "payload.malformed", 7),
        (b'{"seq":7,"readings":[{"channel":"e1","value":1}],"at":5}', "payload.malformed", 7),
        (b'{"seq":7,"readings":[{"channel":"e1","value":1,"seq":8}]}', "payload.malformed", 7),
        (b'{"note":1,"seq":7}', "payload.malformed", 7),
        (b'{"seq":0,"channel":"e1","value":1}', "payload.malformed", None),
        (b'{"seq":9007199254740993,"channel":"e1","value":1}', "payload.malformed", None),
        (b'{"seq":7,"channel":"e1","value":[1,2],"at":[1]}', "payload.unequal_lengths", 7),
        (b'{"seq":7,"channel":["e1"],"value":[1,2]}', "payload.unequal_lengths", 7),
        (b'{"seq":7,"readings":[]}', "payload.empty", 7),
        (b'{"seq":7,"channel":"e1","value":[]}', "payload.empty", 7),
        (b'{"seq":7,"channel":"e\\u00001","value":1}', "payload.unprintable_channel", 7),
    ],
)
def test_a_refusal_has_a_stable_code_and_the_number_where_it_can_be_read(payload, code, seq):
    error = refusal(payload)

    assert (error.code, error.seq) == (code, seq)
    assert error.zh
    assert error.next_zh
    assert error.next_en


def test_limits_hold_to_the_byte_and_to_the_reading():
    full = native.encode_columns(3, "e", [1] * MAX_READINGS, [1.0] * MAX_READINGS)
    exact = full + b" " * (MAX_PAYLOAD_BYTES - len(full))

    assert len(decoded_from(exact).value) == MAX_READINGS
    assert refusal(exact + b" ").code == "payload.too_large"
    assert refusal(exact + b" ").seq == 3
    too_many = MAX_READINGS + 1
    over = native.encode_columns(4, "e", [1] * too_many, [1.0] * too_many)
    assert (refusal(over).code, refusal(over).seq) == ("payload.too_many_readings", 4)


def test_a_refusal_that_quotes_the_sender_can_be_shown_and_stored():
    error = refusal(b'{"seq":7,"\\u0000\\n' + b"x" * 10_000 + b'":1}')

    assert "\0" not in error.en + error.zh
    assert len(error.en) < 500


def test_deep_nesting_is_refused_and_not_a_crash():
    for payload in (b'{"a":' + b"[" * 60_000, b"[" * 60_000 + b"]" * 5_000):
        assert refusal(payload).code in {"payload.malformed", "payload.too_large"}


def test_the_native_format_has_no_settings_and_no_layer():
    assert configured("native", {}).decode is native.decode
