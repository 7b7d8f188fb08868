"""A file read in slices says what it says as a whole, and what is wrong with it by its line."""

import gzip
import io
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.files.reading import read
from collector.files.streamed import Streaming, slices

HEADER = "gateway,channel,at,value\n"
NOW_MS = 1_800_000_000_000
START = datetime(2016, 3, 1, tzinfo=UTC)


def streamed(text: str | bytes, **how):
    body = text if isinstance(text, bytes) else text.encode()
    return list(slices(io.BytesIO(body), "long.csv", received_ms=NOW_MS, **how))


def told(files) -> list[tuple]:
    return [
        (int(one.line[n]), one.batch[m].gateway, one.readings.channel_key[n],
         int(one.readings.at_ms[n]), float(one.readings.value[n]), int(one.readings.seq[n]))
        for one in files
        for n, m in enumerate(one.readings.message.tolist())
    ]  # fmt: skip


OFFSETS = [timedelta(0), timedelta(hours=8), timedelta(hours=-3, minutes=-30)]
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["a/1", "a/2"]),
        st.sampled_from(["e", "g 2", "水"]),
        st.integers(0, 10_000),
        st.sampled_from(OFFSETS),
        st.floats(-1e6, 1e6, allow_nan=False).map(lambda one: round(one, 3)),
        st.integers(0, 2**53),
        st.booleans(),
    ),
    min_size=1,
    max_size=30,
)


@given(rows=ROWS, size=st.integers(1, 7), packed=st.booleans())
def test_slices_of_any_size_say_what_the_whole_file_says(rows, size, packed):
    text = "gateway,channel,at,value,seq\n"
    for gateway, key, minute, offset, value, seq, as_number in rows:
        at = START + timedelta(minutes=minute)
        local = (at + offset).replace(tzinfo=None).isoformat()
        minutes = abs(int(offset.total_seconds())) // 60
        sign = "-" if offset < timedelta(0) else "+"
        written = f"{local}{sign}{minutes // 60:02d}:{minutes % 60:02d}" if offset else f"{local}Z"
        written = str(int(at.timestamp() * 1000)) if as_number else written
        text += f"{gateway},{key},{written},{value},{seq}\n"
    body = gzip.compress(text.encode()) if packed else text.encode()

    whole = read(io.BytesIO(text.encode()), "long.csv", received_ms=NOW_MS)
    found = streamed(body, bounds=Streaming(rows=size))

    assert not whole.errors
    assert not [error for one in found for error in one.errors]
    assert told(found) == told([whole])
    assert max(len(one.readings) for one in found) <= size


BAD = [
    ("a/1,e,2016-03-01T00:00:00,1", "file.no_offset", "at"),
    ("a/1,e,03/04/2026,1", "file.streamed_time", "at"),
    ("a/1,e,2016-02-30T00:00:00Z,1", "file.streamed_time", "at"),
    ("a/1,e,1456790400,1", "file.time_in_seconds", "at"),
    ("a/1,e,2016-03-01T00:00:00Z,1 kWh", "file.not_a_number", "value"),
    ("a/1,e,2016-03-01T00:00:00Z,", "file.not_a_number", "value"),
    ("nobody,e,2016-03-01T00:00:00Z,1", "file.bad_gateway", "gateway"),
    ("a/1,,2016-03-01T00:00:00Z,1", "file.bad_key", "channel"),
    ("a/1,e,2016-03-01T00:00:00Z", "file.row", ""),
]


@pytest.mark.parametrize(("row", "code", "field"), BAD)
def test_a_bad_row_is_told_with_its_line_and_the_others_are_read(row, code, field):
    good = "a/1,e,2016-03-01T00:00:00Z,1\n"
    (one,) = streamed(HEADER + good + row + "\n\n" + good)

    (error,) = one.errors
    assert (error.code, error.where["line"], error.where["field"]) == (code, 3, field)
    assert one.line.tolist() == [2, 5]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"", "file.missing_column"),
        (b"gateway,channel,at\n", "file.missing_column"),
        (b"gateway,channel,at,value,price\n", "file.streamed_column"),
        (b"gateway,channel,at,value,value\n", "file.double_column"),
        (HEADER.encode() + b"a/1,e,2016-03-01T00:00:00Z,\xff\n", "file.broken_encoding"),
        (HEADER.encode() + b"a" * 70_000, "file.long_line"),
        (gzip.compress(HEADER.encode() + b"a/1,e,2016-03-01T00:00:00Z,1\n")[:-4],
         "file.broken_archive"),
        (b"\x1f\x8bno archive", "file.broken_archive"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_to_its_end_says_so(text, code):
    assert [error.code for one in streamed(text) for error in one.errors] == [code]


def test_an_archive_that_grows_beyond_its_bound_is_left():
    body = gzip.compress((HEADER + "a/1,e,2016-03-01T00:00:00Z,1\n" * 5_000).encode())
    found = streamed(body, bounds=Streaming(rows=1_000, unpacked_bytes=100_000))

    assert [error.code for one in found for error in one.errors] == ["file.bomb"]
    assert sum(len(one.readings) for one in found) < 5_000


def test_a_gateway_of_all_rows_needs_no_column():
    (one,) = streamed("channel,at,value\ne,2016-03-01T00:00:00Z,1\n", gateway="a/1")

    assert one.batch[0].gateway == "a/1"
    assert np.array_equal(one.readings.value, [1.0])


def test_an_export_is_taken_with_its_units_and_without_beginnings():
    head = "channel_id,gateway,channel,at,value,unit,seq,from\n"
    row = "7,a/1,e,2016-03-01T00:00:00Z,1,{},0,{}\n"
    (one,) = streamed(
        head + row.format("kWh", "") + row.format("", "") + row.format("furlong", "")
        + row.format("度", "2016-02-01T00:00:00Z")
    )  # fmt: skip

    assert one.readings.unit == ["kWh", None]
    assert [(error.code, error.where["line"]) for error in one.errors] == [
        ("file.unknown_unit", 4),
        ("file.streamed_from", 5),
    ]
