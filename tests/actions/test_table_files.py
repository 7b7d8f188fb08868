"""A file says all rows in constant memory, numbers as numbers, and how many there are."""

import csv
import io
import math
import string
import subprocess
import sys
import zipfile
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.table_files import About, Head, write
from metering.errors import InputError
from tests.api.test_tables import rows_of
from tests.sheets import cells_of, sheets_of

HEADS = [Head("kgce", number=True), Head("code"), Head("text"), Head("known")]
ROWS = [
    ["12.345", "0310000", "=1+1", True],
    ["1234567890123456.7", "31", "http://elsewhere.example", None],
    [None, None, "x<&>\x0b\ud800", False],
]


def content(made) -> bytes:
    return b"".join(made.chunks())


def lines_of(made) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content(made).decode("utf-8-sig"), newline="")))


def test_in_a_workbook_numbers_are_numbers_of_15_digits_and_nothing_is_run():
    assert rows_of(content(write("xlsx", HEADS, ROWS)))[1:] == [
        [12.345, "0310000", "=1+1", True],
        [1234567890123460, "31", "http://elsewhere.example"],
        [None, None, "x<&>\ufffd\ufffd", False],
    ]


def test_in_a_csv_for_programs_decimals_are_exact_and_nothing_is_run():
    made = write("csv", HEADS, ROWS[:2], bom=True)
    assert lines_of(made) == [
        ["kgce", "code", "text", "known"],
        ["12.345", "0310000", "'=1+1", "true"],
        ["1234567890123456.7", "31", "http://elsewhere.example", ""],
    ]


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("zh", "内容:台账;行数:2;截至:{at};月份:2016-03"),
        ("en", "Table: 台账; Rows: 2; As of: {at}; 月份: 2016-03"),
    ],
)
def test_a_file_for_people_says_how_many_rows_and_of_when(lang, told):
    about = About("台账", [("月份", "2016-03")], lang)
    as_csv = write("csv", HEADS, ROWS[:2], about=about)
    at = f"{as_csv.at:%Y-%m-%dT%H:%M:%SZ}"
    headers = as_csv.headers("accounts")
    assert headers["X-Rows"] == "2"
    assert headers["X-As-Of"] == at
    lines = lines_of(as_csv)
    assert lines[-1] == [told.format(at=at)]
    assert lines[2][0] == "1234567890123460"

    (_, rows), (title, said) = sheets_of(content(write("xlsx", HEADS, ROWS[:2], about=about)))
    assert len(rows) == 3
    assert title == {"zh": "说明", "en": "About"}[lang]
    assert [line[1] for line in said[:2]] == ["台账", "2"]
    assert said[-1] == ["月份", "2016-03"]


def test_a_length_is_told_and_kept():
    made = write("csv", HEADS, ROWS[:1])
    length = made.headers("x")["Content-Length"]
    assert len(content(made)) == int(length)
    assert made.file.closed


def test_what_fails_leaves_no_file_behind():
    def broken():
        yield ["1", "a", "b", True]
        raise InputError("x.y", zh="坏", en="Broken", next_zh="改", next_en="Mend it")

    for form in ("csv", "xlsx"):
        with pytest.raises(InputError, match="Broken"):
            write(form, HEADS, broken())


def test_a_worksheet_is_never_cut():
    with pytest.raises(InputError, match="1048575"):
        write("xlsx", [Head("a")], ([None] for _ in range(1_048_576)))


SAYABLE = st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from(" \n\t"))


@given(st.lists(st.lists(SAYABLE, min_size=3, max_size=3), max_size=8))
def test_a_workbook_says_every_text_as_it_is(rows):
    made = [row for row in rows if any(cell.strip() for cell in row)]
    read = cells_of(content(write("xlsx", [Head(one) for one in "abc"], rows)))
    assert [[*row, "", "", ""][:3] for row in read[1:]] == made


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, max_value=10**12))
def test_a_number_within_15_digits_comes_back_equal(number):
    (_, (cell,)) = rows_of(content(write("xlsx", [Head("a", number=True)], [[str(number)]])))
    assert math.isclose(cell, number, rel_tol=1e-14)


def test_columns_beyond_z_have_their_letters():
    heads = [Head(f"{one}{two}") for one in string.ascii_lowercase[:3] for two in "abcdefghijkl"]
    book = content(write("xlsx", heads, [range(36)]))
    assert rows_of(book)[1] == list(range(36))
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        assert b'r="AJ2"' in parts.read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_200_000_rows_are_written_in_constant_memory(form):
    program = f"""
        from resource import RUSAGE_SELF, getrusage
        from actions.table_files import About, Head, write

        heads = [Head(str(place), number=True) for place in range(8)]
        def peak(count):
            rows = ([f"{{row}}.{{place}}" for place in range(8)] for row in range(count))
            write({form!r}, heads, rows, about=About("x", [], "zh")).file.close()
            return getrusage(RUSAGE_SELF).ru_maxrss
        few = peak(20_000)
        print((peak(200_000) - few) // 1024)
    """
    told = subprocess.run(
        [sys.executable, "-c", dedent(program)], capture_output=True, text=True, check=True
    )
    assert int(told.stdout) < 8  # MiB more than for a tenth of them
