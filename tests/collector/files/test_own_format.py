"""Files become columns that say the same, or a mistake with its line, field and remedy."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.codecs.payload import MAX_AT_MS
from collector.files.reading import FileReadings, read
from metering.errors import InputError

HEADER = "gateway,channel,at,value\n"
GOOD = "demo-a/g1,e1,2026-01-31T08:00:00+08:00,12.5\n"

ROWS = st.lists(
    st.tuples(
        st.sampled_from(["demo-a/g1", "demo-b/g2"]),
        st.sampled_from(["e1", "电表,一号", 'with "quotes"']),
        st.integers(1_000_000_000_000, MAX_AT_MS),
        st.floats(allow_nan=False, allow_infinity=False),
        st.none() | st.integers(1, 2**53),
    ),
    max_size=30,
)


def of(text: str, encoding: str = "utf-8") -> io.BytesIO:
    return io.BytesIO(text.encode(encoding))


def file_of(source: io.BytesIO, gateway: str | None = None) -> FileReadings:
    return read(source, "f.csv", gateway, received_ms=7)


def rows_of(file: FileReadings) -> list[tuple]:
    """Return what a file says, row by row."""
    assert not file.errors, file.errors
    readings = file.readings
    gateways = [file.batch[place].gateway for place in readings.message]
    columns = (readings.channel_key, readings.at_ms, readings.value, readings.seq)
    return list(zip(gateways, *(list(column) for column in columns), strict=True))


def only_error(text: str, gateway: str | None = None) -> InputError:
    (error,) = file_of(of(text), gateway).errors
    return error


@given(ROWS, st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]))
def test_the_columns_of_a_file_say_what_its_rows_say(rows, encoding):
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["gateway", "channel", "at", "value", "seq"])
    writer.writerows([*row[:3], repr(row[3]), row[4] or ""] for row in rows)
    file = file_of(of(text.getvalue(), encoding))

    assert rows_of(file) == [(*row[:4], row[4] or 0) for row in rows]
    assert file.line.tolist() == list(range(2, len(rows) + 2))
    assert file.readings.i.tolist() == list(range(len(rows)))
    assert len(file.batch) == len({row[:2] for row in rows})
    assert {(one.payload, one.received_ms) for one in file.batch} <= {(b"", 7)}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_chinese_names_survive_each_encoding(encoding):
    file = of(HEADER + "示范省甲/采集网关一,总进线电表,2026-01-31T08:00:00+08:00,12.5\n", encoding)

    assert rows_of(file_of(file)) == [
        ("示范省甲/采集网关一", "总进线电表", 1_769_817_600_000, 12.5, 0)
    ]


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
    assert rows_of(file_of(of(f"{HEADER}demo-a/g1,e1,{written},1\n")))[0][2] == at_ms


@pytest.mark.parametrize(
    ("row", "code", "field"),
    [
        ("demo-a/g1,e1,2026-01-31T08:00:00,1", "file.naive_time", "at"),
        ("demo-a/g1,e1,2026-01-31,1", "file.naive_time", "at"),
        ("demo-a/g1,e1,31/01/2026 08:00,1", "file.naive_time", "at"),
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


@pytest.mark.parametrize("seq", ["00", "-1", "1.5", "9007199254740993", "x"])
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
        (HEADER[:-1] + ",colour\n" + GOOD[:-1] + ",red\n", None, "file.unknown_column"),
        ("gateway,channel,key,at,value\n", None, "file.double_column"),
        (HEADER, "demo-a/g1", "file.two_gateways"),
        ("channel,at,value\n", "g1", "file.bad_gateway"),
    ],
)
def test_a_header_that_cannot_be_used_is_refused_before_any_row(text, gateway, code):
    assert only_error(text, gateway).code == code


def test_a_gateway_may_be_named_for_the_whole_file():
    file = of("Key, AT ,value\ne1,2026-01-31T08:00:00Z,1\n")

    assert rows_of(file_of(file, "demo-a/g1"))[0][:2] == ("demo-a/g1", "e1")


def test_a_row_may_name_its_unit():
    file = file_of(of("gateway,channel,at,value,unit\n" + GOOD.replace("\n", ", kWh \n") * 2))

    assert file.readings.unit == ["kWh", "kWh"]
    assert file_of(of(HEADER + GOOD)).readings.unit is None


def test_text_in_no_known_encoding_is_refused_with_its_line():
    text = (HEADER + GOOD).encode() + b"demo-a/g1,e\xff\xff1,2026-01-31T08:00:00Z,1\n"
    found = file_of(io.BytesIO(text))

    assert [error.code for error in found.errors] == ["file.broken_encoding"]
    assert found.errors[0].where["line"] == 3


def test_a_chinese_file_with_one_broken_place_names_that_place():
    text = HEADER + "示范省甲/网关,电表,2026-01-31T08:00:00Z,1\n" * 5
    for encoding in ("utf-8", "gbk"):
        broken = text.encode(encoding) + b"\xff\n"
        assert file_of(io.BytesIO(broken)).errors[0].where["line"] == 7


def test_good_rows_are_read_beside_bad_ones_so_that_all_mistakes_are_told_at_once():
    file = file_of(of(HEADER + (GOOD + "demo-a/g1,e1,yesterday,1\n") * 100))

    assert len(file.readings) == 100
    assert [error.where["line"] for error in file.errors] == list(range(3, 203, 2))


def test_of_very_many_mistakes_the_first_are_told_and_all_are_counted():
    file = file_of(of(HEADER + "demo-a/g1,e1,yesterday,1\n" * 5_000))

    assert (len(file.errors), file.more) == (1_000, 4_000)


def test_times_without_offset_are_one_question_that_counts_them():
    file = file_of(of(HEADER + (GOOD + "demo-a/g1,e1,2026-01-31T08:00:00,1\n") * 100))

    (asked,) = file.errors
    assert (asked.where["line"], asked.where["rows"], asked.where["question"]) == (3, 100, "zone")


def test_a_file_beyond_one_transaction_is_refused_at_the_line_where_it_ends():
    file = of(HEADER + GOOD * 5)

    assert not read(file, "f.csv", received_ms=7, most_readings=5).errors
    (error,) = read(file, "f.csv", received_ms=7, most_readings=4).errors
    assert (error.code, error.where["line"]) == ("file.too_many_rows", 6)


def test_blank_lines_and_windows_line_ends_are_no_mistake():
    text = (HEADER + GOOD + "\n" + GOOD).replace("\n", "\r\n")

    assert file_of(of(text)).line.tolist() == [2, 4]


@given(
    st.binary(max_size=200) | st.text(max_size=200).map(lambda file_of: (HEADER + file_of).encode())
)
def test_any_bytes_are_read_or_refused_with_a_remedy(content):
    file = file_of(io.BytesIO(content))

    assert len(file.line) == len(file.readings)
    for error in file.errors:
        assert error.where["file"].startswith("f.csv")
        assert error.next_zh
        assert error.next_en
