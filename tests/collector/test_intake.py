"""A batch becomes columns and back: nothing said is lost, and receipts name exactly what is."""

import json
import math
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from collector.codecs import native
from collector.intake import closed_ranges, portions, receipts, take_in
from metering.errors import InputError
from metering.messages import Decoded, Message, Rejection, Stored

READINGS = st.lists(
    st.tuples(
        st.sampled_from(["e1", "e2", "水表"]),
        st.none() | st.integers(0, 4_102_444_800_000),
        st.floats(-1e6, 1e6),
    ),
    min_size=1,
    max_size=6,
)
SPOKEN = st.tuples(st.none() | st.integers(1, 2**53), READINGS).map(
    lambda columns: native.encode_many(*columns)
)
BATCHES = st.lists(
    st.tuples(st.sampled_from(["a/g1", "a/g2"]), SPOKEN | st.sampled_from([b"{}", b'{"seq":5,'])),
    max_size=12,
).map(
    lambda batch: [
        Message(f"cw/v1/{gateway}/data", gateway, payload, 1_000 + place)
        for place, (gateway, payload) in enumerate(batch)
    ]
)


class Memory:
    """A sink that remembers what it was given."""

    def __init__(self):
        self.rows = []
        self.rejected = []

    def write(self, batch, readings, rejected):
        for row in range(len(readings)):
            message = batch[readings.message[row]]
            self.rows.append(
                (
                    message.gateway,
                    int(readings.i[row]),
                    readings.channel_key[row],
                    int(readings.seq[row]),
                    int(readings.at_ms[row]),
                    float(readings.value[row]),
                    bool(readings.arrival[row]),
                )
            )
        self.rejected += [(batch[one.message].payload, one.seq) for one in rejected]
        return Stored([None] * len(batch), rejected)


def expected(batch):
    """Return what a batch says, message by message."""
    rows, rejected = [], []
    for message in batch:
        try:
            columns = native.decode(message)
        except InputError as error:
            rejected.append((message.payload, error.seq))
            continue
        rows += [
            (
                message.gateway,
                i,
                key,
                columns.seq or 0,
                message.received_ms if at is None else at,
                value,
                at is None,
            )
            for i, (key, at, value) in enumerate(
                zip(columns.channel_key, columns.at_ms, columns.value, strict=True)
            )
        ]
    return rows, rejected


@given(BATCHES)
def test_the_sink_gets_every_reading_once_and_every_refusal_with_its_bytes(batch):
    sink = Memory()

    take_in(batch, native.decode, sink)

    assert (sink.rows, sink.rejected) == expected(batch)


@given(BATCHES, st.integers(1, 10))
def test_cutting_a_batch_into_portions_changes_nothing(batch, most_readings):
    sink, cut = Memory(), list(portions(batch, native.decode, most_readings))

    for portion in cut:
        sink.write(portion.batch, portion.readings, portion.rejected)

    assert (sink.rows, sink.rejected) == expected(batch)
    assert [message for portion in cut for message in portion.batch] == batch
    for portion in cut:
        last = portion.readings.message == len(portion.batch) - 1
        assert len(portion.readings) - int(np.count_nonzero(last)) < most_readings


@given(st.lists(st.integers(1, 60) | st.integers(1, 2**53)))
def test_closed_ranges_hold_exactly_the_numbers(seqs):
    ranges = closed_ranges(seqs)

    held = [first for first, _ in ranges] + [last for _, last in ranges]
    assert sum(last - first + 1 for first, last in ranges) == len(set(seqs))
    assert all(any(first <= seq <= last for first, last in ranges) for seq in seqs)
    assert all(before[1] + 1 < after[0] for before, after in pairwise(ranges))
    assert set(held) <= set(seqs)


@given(
    st.lists(
        st.tuples(st.sampled_from(["a/g1", "a/g2"]), st.none() | st.integers(1, 40), st.booleans()),
        max_size=30,
    )
)
def test_receipts_tell_each_gateway_its_own_numbers_refused_ones_too(messages):
    batch = [Message("t", gateway, b"", 0) for gateway, _, _ in messages]
    reason = InputError("reading.unknown_key", zh="", en="")
    rejected = [
        Rejection(place, seq, reason, (0, 2))
        for place, (_, seq, refused) in enumerate(messages)
        if refused
    ]

    told = receipts(batch, Stored([seq for _, seq, _ in messages], rejected))

    assert len({gateway for gateway, _ in told}) == len(told)
    seen = {
        gateway: {
            seq for first, last in json.loads(payload)["stored"] for seq in range(first, last + 1)
        }
        for gateway, payload in told
    }
    numbers: dict[str, set[int]] = {}
    for gateway, seq, _ in messages:
        if seq is not None:
            numbers.setdefault(gateway, set()).add(seq)
    assert seen == numbers
    for gateway, payload in told:
        assert json.loads(payload)["rejected"] == [
            {"seq": seq, "i": [0, 2], "reason": "reading.unknown_key"}
            for one, seq, refused in messages
            if refused and one == gateway and seq is not None
        ]


def test_a_message_refused_whole_is_receipted_with_no_places():
    batch = [Message("t", "a/g1", b'{"seq":9,', 0)]

    class Echo:
        def write(self, batch, readings, rejected):
            return Stored([one.seq for one in rejected], rejected)

    stored = take_in(batch, native.decode, Echo())

    assert receipts(batch, stored) == [
        (
            "a/g1",
            b'{"stored":[[9,9]],"rejected":[{"seq":9,"i":[],"reason":"payload.malformed"}]}',
        )
    ]


def decoded_of(*columns, seq=None, unit=None, quality=None):
    return Decoded(seq, *columns, unit=unit, quality=quality)


def test_bad_values_are_set_aside_with_their_code_and_the_rest_keeps_its_place():
    columns = decoded_of(
        ["a", "b", "c", "d"],
        [1, 2, 3, 4],
        [1.0, math.nan, 3.0, math.nan],
        seq=8,
        quality=[None, "x.1", None, "x.2"],
    )
    (portion,) = portions([Message("t", "g", b"", 0)], lambda _: columns)

    assert portion.readings.channel_key == ["a", "c"]
    assert portion.readings.i.tolist() == [0, 2]
    assert portion.readings.value.tolist() == [1.0, 3.0]
    assert [(one.seq, one.i, one.reason.code) for one in portion.rejected] == [
        (8, (1,), "reading.bad_quality"),
        (8, (3,), "reading.bad_quality"),
    ]
    assert [one.reason.where["quality"] for one in portion.rejected] == ["x.1", "x.2"]


def test_a_message_of_bad_values_alone_is_receipted():
    columns = decoded_of(["a"], [1], [math.nan], seq=8, quality=["x.1"])
    sink = Memory()
    stored = take_in([Message("t", "g", b"p", 0)], lambda _: columns, sink)

    assert sink.rows == []
    assert sink.rejected == [(b"p", 8)]
    assert [one.i for one in stored.rejected] == [(0,)]


def test_units_stand_beside_values_where_any_message_names_one():
    with_unit = decoded_of(["a"], [1], [1.0], unit=["kWh"])
    without = decoded_of(["b", "c"], [1, 1], [1.0, 2.0])
    columns = iter([without, with_unit])
    batch = [Message("t", "g", b"", 0), Message("t", "g", b"", 0)]

    (portion,) = portions(batch, lambda _: next(columns))
    assert portion.readings.unit == [None, None, "kWh"]
    (portion,) = portions(batch[:1], lambda _: without)
    assert portion.readings.unit is None
