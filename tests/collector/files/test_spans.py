"""Spans in one cell and parts of a day, each read as two instants or asked about."""

import pytest

from tests.collector.files.rig import asked, rows

MINE = {"gateway": "bj/g", "zone": "UTC"}
NEW_YEAR = ("2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z")
EVENING = ("2026-01-01T23:00:00Z", "2026-01-02T00:00:00Z")


def spans(content: str, **answers: object) -> list[tuple[str | None, str]]:
    return [(row.begins, row.at) for row in rows(content, **MINE, **answers)]


@pytest.mark.parametrize(
    "cells",
    [
        ("2026-01-01 00:00~01:00", "2026-01-01 23:00~00:00"),
        ("2026-01-01 00:00-01:00", "2026-01-01 23:00-24:00"),
        ("2026/1/1 0:00 至 1:00", "2026/1/1 23:00 至 24:00"),
        ("2026年1月1日 00:00:00—01:00:00", "2026年1月1日 23:00:00—00:00:00"),
        ("2026-01-01 00:00至2026-01-01 01:00", "2026-01-01 23:00至2026-01-02 00:00"),
        ("20260101 00:00-20260101 01:00", "20260101 23:00-20260102 00:00"),
        ("2026-01-01T00:00:00Z/2026-01-01T01:00:00Z", "2026-01-01T23:00:00Z/2026-01-02T00:00:00Z"),
        ("2026-01-01 00:00 to 2026-01-01 01:00", "2026-01-01 23:00 to 2026-01-02 00:00"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("heading", ["时段", "时间", "period", "日期"])
def test_a_span_in_one_cell_has_two_instants(cells, heading):
    content = f"表号,{heading},用电量\n" + "".join(f"m1,{cell},5\n" for cell in cells)
    assert spans(content) == [NEW_YEAR, EVENING]


@pytest.mark.parametrize(
    ("cell", "last"),
    [
        ("2025年第一季度", "2025-04-01"), ("2025Q1", "2025-04-01"), ("2025年1季度", "2025-04-01"),
        ("2025年1月-3月", "2025-04-01"), ("2025-01~2025-03", "2025-04-01"),
        ("2025.1至2025.12", "2026-01-01"), ("2025年上半年", "2025-07-01"),
    ],
)  # fmt: skip
def test_months_quarters_and_halves_are_whole(cell, last):
    assert spans(f"表号,时段,用电量\nm1,{cell},5\n") == [
        ("2025-01-01T00:00:00Z", f"{last}T00:00:00Z")
    ]


def test_a_span_of_days_is_asked_about_its_last_day_and_ends_after_its_start():
    content = "户号,抄表周期,用电量\n1,2025.12.18-01.17,500\n"
    assert list(asked(content, **MINE)) == ["last_day"]
    assert spans(content, last_day="out") == [("2025-12-18T00:00:00Z", "2026-01-17T00:00:00Z")]
    short = "户号,账期,用电量\n1,25.12.18-26.01.17,500\n1,26.01.18-26.02.17,400\n"
    assert list(asked(short, **MINE)) == ["dates"]
    assert spans(short, dates="ymd")[0] == ("2025-12-18T00:00:00Z", "2026-01-18T00:00:00Z")


def test_an_offset_is_no_end_of_a_span():
    behind = "表号,时间,读数\nm1,2026-01-01 00:00-05:00,5\nm1,2026-01-01 01:00-05:00,6\n"
    assert spans(behind) == [(None, "2026-01-01T05:00:00Z"), (None, "2026-01-01T06:00:00Z")]
    one = "表号,时间,读数\nm1,2026-01-01 00:00-05:00,5\n"
    assert spans(one) == [(None, "2026-01-01T05:00:00Z")]
    assert spans(one.replace("-05:00", "-01:00")) == [NEW_YEAR]


@pytest.mark.parametrize(
    ("heads", "answers"),
    [
        (["00:00-01:00", "23:00-24:00"], {}),
        (["0:00", "23:00"], {"stamp": "start", "length_s": 3600}),
        (["0时", "23时"], {"stamp": "start", "length_s": 3600}),
    ],
)
def test_columns_for_a_part_of_a_day_are_hours(heads, answers):
    content = f"表号,日期,{','.join(heads)}\nm1,2026-01-01{',5' * len(heads)}\n"
    found = spans(content, **answers)
    assert (found[0], found[-1], len(found)) == (NEW_YEAR, EVENING, len(heads))


def test_hours_of_unlike_distance_are_asked_how_long_they_last():
    content = "表号,日期,08:00,09:00,14:00\nm1,2026-01-01,1,2,3\n"
    assert list(asked(content, **MINE)) == ["stamp"]
    assert list(asked(content, stamp="start", **MINE)) == ["length_s"]
    shifts = "表号,日期,8:00,16:00,24:00\nm1,2026-01-01,1,2,3\n"
    assert spans(shifts, stamp="end")[-1] == (None, "2026-01-02T00:00:00Z")
    even = "表号,日期,08:00,09:00,10:00\nm1,2026-01-01,1,2,3\n"
    assert list(asked(even, **MINE)) == ["stamp"]
    assert spans(even, stamp="end")[0] == ("2026-01-01T07:00:00Z", "2026-01-01T08:00:00Z")


def test_instants_may_head_columns_beside_ids_that_a_word_of_time_heads():
    content = "时间,2026-01-01 00:00,2026-01-01 01:00\nm1,5,6\nm2,7,8\n"
    found = rows(content, stamp="end", **MINE)
    assert [(row.key, row.value) for row in found] == [
        ("m1", 5), ("m1", 6), ("m2", 7), ("m2", 8),
    ]  # fmt: skip


def test_a_time_without_offset_among_others_tells_no_length():
    content = "表号,时间,用电量\nm1,2026-01-05T10:00:00Z,1\nm1,2026-01-05T11:00:00,2\n"
    assert list(asked(content, stamp="start", **MINE)) == ["length_s"]
