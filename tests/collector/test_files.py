"""Files become messages that say the same, or a mistake with its line, field and remedy."""

import csv
import io
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.codecs import native
from collector.codecs.payload import MAX_AT_MS, MAX_PAYLOAD_BYTES
from collector.files import batches, check
from metering.errors import InputError

HEADER = "gateway,channel,at,value\n"
GOOD = "demo-a/g1,e1,2026-01-31T08:00:00+08:00,12.5\n"

ROWS = st.lists(
    st.tuples(
        st.sampled_from(["demo-a/g1", "demo-b/g2"]),
        st.sampled_from(["e1", "电表,一号", 'with "quotes"']),
        st.integers(100_000_000_000, MAX_AT_MS),
        st.floats(allow_nan=False, allow_infinity=False),
        st.none() | st.integers(1, 2**53),
    ),
    max_size=30,
)


def of(text: str, encoding: str = "utf-8") -> io.BytesIO:
    return io.BytesIO(text.encode(encoding))


def said(source: io.BytesIO, gateway: str | None = None, most_readings: int = 5_000):
    """Return what a file says once its messages are decoded."""
    rows = []
    for batch in batches(source, "f.csv", gateway, received_ms=7, most_readings=most_readings):
        for message in batch:
            decoded = native.decode(message)
            assert message.topic == f"cw/v1/{message.gateway}/data"
            rows += [
                (message.gateway, key, at_ms, value, decoded.seq)
                for key, at_ms, value in zip(
                    decoded.channel_key, decoded.at_ms, decoded.value, strict=True
                )
            ]
    return rows


def only_error(text: str, gateway: str | None = None) -> InputError:
    found = check(of(text), "f.csv", gateway)
    assert found.error_count == 1
    with pytest.raises(InputError):
        said(of(text), gateway)
    return found.errors[0]


@given(ROWS, st.integers(1, 7), st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]))
def test_the_messages_of_a_file_say_what_its_rows_say(rows, most_readings, encoding):
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["gateway", "channel", "at", "value", "seq"])
    writer.writerows([*row[:3], repr(row[3]), row[4] or ""] for row in rows)
    file = of(text.getvalue(), encoding)

    assert sorted(said(file, most_readings=most_readings), key=repr) == sorted(rows, key=repr)
    found = check(file, "f.csv")
    assert (found.readings, found.error_count) == (len(rows), 0)
    assert found.channels == len({row[:2] for row in rows})
    assert (found.first_ms, found.last_ms) == (
        (min(row[2] for row in rows), max(row[2] for row in rows)) if rows else (None, None)
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_chinese_names_survive_each_encoding(encoding):
    file = of(HEADER + "示范省甲/采集网关一,总进线电表,2026-01-31T08:00:00+08:00,12.5\n", encoding)

    assert said(file) == [("示范省甲/采集网关一", "总进线电表", 1_769_817_600_000, 12.5, None)]


@pytest.mark.parametrize(
    ("written", "at_ms"),
    [
        ("2026-01-31T08:00:00+08:00", 1_769_817_600_000),
        ("2026-01-31 00:00:00Z", 1_769_817_600_000),
        ("2026-01-31T00:00:00.250+00:00", 1_769_817_600_250),
        ("1769817600000", 1_769_817_600_000),
    ],
)
def test_an_instant_may_be_written_in_these_ways(written, at_ms):
    assert said(of(f"{HEADER}demo-a/g1,e1,{written},1\n"))[0][2] == at_ms


@pytest.mark.parametrize(
    ("row", "code", "field"),
    [
        ("demo-a/g1,e1,2026-01-31T08:00:00,1", "file.naive_time", "at"),
        ("demo-a/g1,e1,2026-01-31,1", "file.naive_time", "at"),
        ("demo-a/g1,e1,31/01/2026 08:00,1", "file.bad_time", "at"),
        ("demo-a/g1,e1,,1", "file.bad_time", "at"),
        ("demo-a/g1,e1,2026-01-31T08:00:00.0005Z,1", "file.bad_time", "at"),
        ("demo-a/g1,e1,2101-01-01T00:00:00Z,1", "file.bad_time", "at"),
        ("demo-a/g1,e1,99999999999999999999999999,1", "file.bad_time", "at"),
        ("demo-a/g1,e1,1769817600,1", "file.time_in_seconds", "at"),
        ("demo-a/g1,e1,2026-01-31T08:00:00Z,abc", "file.not_a_number", "value"),
        ("demo-a/g1,e1,2026-01-31T08:00:00Z,", "file.not_a_number", "value"),
        ("demo-a/g1,e1,2026-01-31T08:00:00Z,nan", "file.not_a_number", "value"),
        ("demo-a/g1,e1,2026-01-31T08:00:00Z,-inf", "file.not_a_number", "value"),
        ("demo-a/g1,e1,2026-01-31T08:00:00Z,1e999", "file.not_a_number", "value"),
        ("demo-a/g1,e1,2026-01-31T08:00:00Z,1_000", "file.not_a_number", "value"),
        ('demo-a/g1,e1,2026-01-31T08:00:00Z,"1,000"', "file.not_a_number", "value"),
        ("demo-a/g1,e1,2026-01-31T08:00:00Z,12 kWh", "file.not_a_number", "value"),
        ("demo-a/g1,,2026-01-31T08:00:00Z,1", "file.bad_key", "channel"),
        ("demo-a/g1,e\x001,2026-01-31T08:00:00Z,1", "file.bad_key", "channel"),
        ("g1,e1,2026-01-31T08:00:00Z,1", "file.bad_gateway", "gateway"),
        ("demo-a/g/1,e1,2026-01-31T08:00:00Z,1", "file.bad_gateway", "gateway"),
        ("demo-a/+,e1,2026-01-31T08:00:00Z,1", "file.bad_gateway", "gateway"),
        ("demo-a/g1,e1,2026-01-31T08:00:00Z", "file.row", "row"),
        ("demo-a/g1,e1,2026-01-31T08:00:00Z,1,2", "file.row", "row"),
    ],
)
def test_a_row_that_cannot_be_used_is_named_with_file_line_field_and_remedy(row, code, field):
    error = only_error(HEADER + GOOD + row + "\n" + GOOD)

    assert (error.code, error.where["line"], error.where["field"]) == (code, 3, field)
    assert error.where["file"] == "f.csv"
    assert "line 3" in error.en
    assert "第 3 行" in error.zh
    assert error.next_en
    assert error.next_zh


def test_a_quote_that_never_ends_is_a_malformed_row():
    assert only_error(HEADER + GOOD + 'demo-a/g1,"e1,2026-01-31\n').code == "file.row"


@pytest.mark.parametrize("seq", ["0", "-1", "1.5", "9007199254740993", "x"])
def test_a_number_that_no_message_can_carry_is_refused(seq):
    text = f"gateway,channel,at,value,seq\ndemo-a/g1,e1,2026-01-31T08:00:00Z,1,{seq}\n"

    assert only_error(text).code == "file.bad_seq"


@pytest.mark.parametrize(
    ("text", "gateway", "code"),
    [
        ("", None, "file.empty"),
        ("\n", None, "file.empty"),
        ("channel,at,value\n", None, "file.missing_column"),
        ("gateway,channel,value\n", None, "file.missing_column"),
        ("gateway,channel,at,value,unit\n", None, "file.unknown_column"),
        ("gateway;channel;at;value\n", None, "file.unknown_column"),
        ("gateway,channel,key,at,value\n", None, "file.double_column"),
        (HEADER, "demo-a/g1", "file.two_gateways"),
        ("channel,at,value\n", "g1", "file.bad_gateway"),
    ],
)
def test_a_header_that_cannot_be_used_is_refused_before_any_row(text, gateway, code):
    assert only_error(text, gateway).code == code


def test_a_gateway_may_be_named_for_the_whole_file():
    file = of("Key, AT ,value\ne1,2026-01-31T08:00:00Z,1\n")

    assert said(file, "demo-a/g1")[0][:2] == ("demo-a/g1", "e1")


def test_text_in_no_known_encoding_is_refused_with_its_line():
    text = (HEADER + GOOD).encode() + b"demo-a/g1,e\xff\xff1,2026-01-31T08:00:00Z,1\n"
    found = check(io.BytesIO(text), "f.csv")

    assert [error.code for error in found.errors] == ["file.broken_encoding"]
    assert found.errors[0].where["line"] == 3
    assert check(of(HEADER, "utf-16"), "f.csv").errors[0].code == "file.broken_encoding"


def test_a_chinese_file_with_one_broken_place_names_that_place():
    text = HEADER + "示范省甲/网关,电表,2026-01-31T08:00:00Z,1\n" * 5
    for encoding in ("utf-8", "gbk"):
        broken = text.encode(encoding) + b"\xff\n"
        assert check(io.BytesIO(broken), "f.csv").errors[0].where["line"] == 7


def test_many_mistakes_are_counted_and_the_first_ones_shown():
    text = HEADER + (GOOD + "demo-a/g1,e1,2026-01-31T08:00:00,1\n") * 100
    found = check(of(text), "f.csv", most_errors=20)

    assert (found.readings, found.error_count, len(found.errors)) == (100, 100, 20)
    assert [error.where["line"] for error in found.errors] == list(range(3, 43, 2))


def test_messages_keep_to_the_limits_of_a_payload():
    key = "表" * 150
    text = HEADER + "".join(
        f"demo-a/g1,{key}{row},{1_769_817_600_000 + row},{math.pi * 1e-200}\n"
        for row in range(3_000)
    )
    messages = [one for batch in batches(of(text), "f", received_ms=7) for one in batch]

    assert max(len(message.payload) for message in messages) <= MAX_PAYLOAD_BYTES
    assert len(said(of(text))) == 3_000
    short = HEADER + GOOD * 2_500
    counts = [
        len(native.decode(one).value)
        for batch in batches(of(short), "f", received_ms=7)
        for one in batch
    ]
    assert counts == [1_000, 1_000, 500]


def test_blank_lines_and_windows_line_ends_are_no_mistake():
    text = (HEADER + GOOD + "\n" + GOOD).replace("\n", "\r\n")

    assert len(said(of(text))) == 2
