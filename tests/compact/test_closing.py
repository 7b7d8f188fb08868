"""A locked year says all of itself in the text that its digest is of."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from compact.closing import LockedLine, LockedYear

YEAR = LockedYear(
    7, 2015, 1,
    [
        LockedLine("electricity", [31_000, None, *[5] * 10], ["meter", None, *["bill"] * 10],
                   [60] * 12, [61] * 12),
        LockedLine("water", [1] * 12, ["estimate"] * 12, [0] * 12, [0] * 12),
    ],
    [3810, None], 12, None,
)  # fmt: skip


def test_its_text_can_be_read_and_its_lines_have_an_order():
    assert YEAR.text == (
        "account_version 1\n7 2015 1\n"
        "electricity 31000,-,5,5,5,5,5,5,5,5,5,5 "
        "meter,-,bill,bill,bill,bill,bill,bill,bill,bill,bill,bill "
        "60,60,60,60,60,60,60,60,60,60,60,60 61,61,61,61,61,61,61,61,61,61,61,61\n"
        "water 1,1,1,1,1,1,1,1,1,1,1,1 " + ",".join(["estimate"] * 12) + " "
        "0,0,0,0,0,0,0,0,0,0,0,0 0,0,0,0,0,0,0,0,0,0,0,0\n"
        "kgce_g 3810,-\nco2_g 12\nwater -\n"
    )
    assert replace(YEAR, lines=YEAR.lines[::-1]).digest == YEAR.digest


@settings(max_examples=40)
@given(
    line=st.integers(0, 1),
    name=st.sampled_from(["quanta", "known_s", "expected_s"]),
    place=st.integers(0, 11),
    by=st.integers(1, 10**12),
)
def test_whatever_changes_in_it_changes_its_digest(line, name, place, by):
    values = list(getattr(YEAR.lines[line], name))
    values[place] = (values[place] or 0) + by
    lines = list(YEAR.lines)
    lines[line] = replace(lines[line], **{name: values})
    assert replace(YEAR, lines=lines).digest != YEAR.digest
    assert replace(YEAR, co2_g=12 + by).digest != YEAR.digest
    assert replace(YEAR, version=1 + by).digest != YEAR.digest
