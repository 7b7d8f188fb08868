"""Times that are digits alone: which unit they count in is told by how many there are."""

import pytest

from tests.collector.files.rig import codes, rows, taken

KNOWN = {"gateway": "bj/g", "zone": "UTC"}


def of(*times: str) -> str:
    return "表号,时间,读数\n" + "".join(f"m1,{one},5\n" for one in times)


@pytest.mark.parametrize(
    ("time", "at"),
    [
        ("1767225600", "2026-01-01T00:00:00Z"),
        ("1767225600000", "2026-01-01T00:00:00Z"),
        ("1767225600000000", "2026-01-01T00:00:00Z"),
        ("1767225600000000000", "2026-01-01T00:00:00Z"),
        ("1767225600.25", "2026-01-01T00:00:00Z"),
        ("2026110108", "2026-11-01T08:00:00Z"),  # and no seconds of 2034
        ("202611010815", "2026-11-01T08:15:00Z"),
        ("20261101081530", "2026-11-01T08:15:30Z"),
        ("2026-11-01T08:15:30.123456Z", "2026-11-01T08:15:30Z"),
    ],
)
def test_digits_are_of_the_unit_that_their_number_leaves(time, at):
    assert [row.at for row in rows(of(time), **KNOWN)] == [at]


def test_seconds_are_told():
    assert taken(of("1767225600"), **KNOWN).told[0].how["epoch"] == "s"


@pytest.mark.parametrize("time", ["202613450015", "123456789012"])
def test_twelve_digits_that_are_no_day_are_refused_with_the_reason(time):
    assert codes(of(time), **KNOWN) == [("file.old_number", 2)]
