"""Queries are expanded as Grafana's PostgreSQL data source does it; expected texts are its own."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.boards.macros import Scope, Value, duration, expand, go_float, interpolate
from dashboards.boards.periods import interval, period
from metering.errors import InputError

SINCE = datetime(2026, 11, 1, tzinfo=UTC)
UNTIL = datetime(2026, 11, 2, 0, 0, 0, 250_000, tzinfo=UTC)
SCOPE = Scope(SINCE, UNTIL, timedelta(minutes=15))
FROM, TO = "2026-11-01T00:00:00Z", "2026-11-02T00:00:00.25Z"


@pytest.mark.parametrize(
    ("sql", "meant"),
    [
        ("$__timeFilter(at)", f"at BETWEEN '{FROM}' AND '{TO}'"),
        ("$__timeFilter( at )", f"at BETWEEN '{FROM}' AND '{TO}'"),
        ("x >= $__timeFrom() AND x < $__timeTo()", f"x >= '{FROM}' AND x < '{TO}'"),
        ("$__time(at)", 'at AS "time"'),
        ("$__timeEpoch(at)", 'extract(epoch from at) as "time"'),
        ("$__timeGroup(at,'15m')", "floor(extract(epoch from at)/900)*900"),
        ("$__timeGroup(at, '15m', NULL)", "floor(extract(epoch from at)/900)*900"),
        ("$__timeGroup(at,30d)", "floor(extract(epoch from at)/2.592e+06)*2.592e+06"),
        ("$__timeGroup(at,'1h30m')", "floor(extract(epoch from at)/5400)*5400"),
        ("$__timeGroup(at,'250ms')", "floor(extract(epoch from at)/0.25)*0.25"),
        ("$__timeGroup(at,'1h'), x", 'floor(extract(epoch from at)/3600)*3600 AS "time", x'),
        ("$__timeGroup(at,$__interval)", "floor(extract(epoch from at)/900)*900"),
        ("$__timeGroupAlias(at,'5m')", 'floor(extract(epoch from at)/300)*300 AS "time"'),
        ("$__unixEpochFrom() $__unixEpochTo()", "1793491200 1793577600"),
        ("$__unixEpochFilter(s)", "s >= 1793491200 AND s <= 1793577600"),
        (
            "$__unixEpochNanoFilter(n)",
            "n >= 1793491200000000000 AND n <= 1793577600250000000",
        ),
        ("$__unixEpochNanoFrom()", "1793491200000000000"),
        ("$__unixEpochGroup(s,'5m')", "floor((s)/300)*300"),
        ("$__unixEpochGroupAlias(s,'5m')", 'floor((s)/300)*300 AS "time"'),
        ("$__interval_ms $__interval", "900000 15m"),
        ("a -- $__nothing(x)\nb /* $__nothing(y) */ c", "a \nb  c"),
        ("'-- kept' /* gone */ x", "'-- kept'  x"),
        ("'it''s -- kept' -- gone", "'it''s -- kept' "),
        ("$$ /* kept */ $$", "$$ /* kept */ $$"),
        ("SELECT 1 /*traceparent='00-abc'*/", "SELECT 1 /*traceparent='00-abc'*/"),
        ("max($__timeFrom()::timestamptz)", f"max('{FROM}'::timestamptz)"),
    ],
)
def test_macros(sql, meant):
    assert expand(sql, SCOPE) == meant


def test_timescaledb_groups_by_its_own_function():
    scope = Scope(SINCE, UNTIL, timescaledb=True)

    assert expand("$__timeGroup(at,'15m')", scope) == "time_bucket('900.000s',at)"


@pytest.mark.parametrize(
    "sql", ["$__nothing(x)", "$__time()", "$__timeGroup(at)", "$__timeGroup(at,'soon')"]
)
def test_what_grafana_refuses_is_refused(sql):
    with pytest.raises(InputError):
        expand(sql, SCOPE)


@pytest.mark.parametrize(
    ("sql", "meant"),
    [
        ("'$one'", "'it''s'"),
        ("'${one}'", "'it''s'"),
        ("'[[one]]'", "'it''s'"),
        ("${one:sqlstring}", "'it''s'"),
        ("${one:raw}", "it's"),
        ("IN ($many)", "IN ('a','b''c')"),
        ("IN (${many:sqlstring})", "IN ('a','b''c')"),
        ("${many:csv}", "a,b'c"),
        ("${many:pipe}", "a|b'c"),
        ("${many:json}", '["a","b\'c"]'),
        ("${many:doublequote}", '"a","b\'c"'),
        ("IN ($single)", "IN ('x')"),
        ("$unknown ${unknown}", "$unknown ${unknown}"),
        ("$onerous", "$onerous"),
    ],
)
def test_variables(sql, meant):
    variables = {
        "one": Value(("it's",)),
        "many": Value(("a", "b'c"), many=True),
        "single": Value(("x",), many=True),
    }

    assert interpolate(sql, variables) == meant


@given(st.text(max_size=40))
def test_a_quoted_value_never_leaves_its_quotes(text):
    inside = interpolate("'$x'", {"x": Value((text,))})[1:-1]

    assert inside.replace("''", "").count("'") == 0
    assert inside.replace("''", "'") == text


@given(st.floats(min_value=0.001, max_value=1e12, allow_nan=False))
def test_numbers_are_printed_as_go_does_and_read_back(value):
    assert float(go_float(value)) == value
    assert ("e+" in go_float(value)) == (value >= 1e6)


def test_durations_and_widths_of_points():
    assert [duration(timedelta(seconds=s)) for s in (60, 900, 5400, 86_400)] == [
        "1m", "15m", "90m", "1d",
    ]  # fmt: skip
    assert interval(SINCE, SINCE + timedelta(days=7), 1500) == timedelta(minutes=15)
    assert interval(SINCE, SINCE + timedelta(days=365), 1500) == timedelta(hours=6)


@pytest.mark.parametrize(
    ("since", "until", "first", "last"),
    [
        ("2016-03", "2016-03", "2016-03-01T00:00", "2016-04-01T00:00"),
        ("2016-02-28", "2016-02-28", "2016-02-28T00:00", "2016-02-29T00:00"),
        ("now-1y/M", "now", "2025-11-01T00:00", "2026-11-24T12:30"),
        ("now-1M/M", "now/M", "2026-10-01T00:00", "2026-12-01T00:00"),
        ("now/y", "now/y", "2026-01-01T00:00", "2027-01-01T00:00"),
        ("now-7d", "now/d", "2026-11-17T12:30", "2026-11-25T00:00"),
        ("now/w", "now/w", "2026-11-23T00:00", "2026-11-30T00:00"),
        ("2026-11-01T08:00", "now", "2026-11-01T08:00", "2026-11-24T12:30"),
    ],
)
def test_periods_begin_and_end_in_the_civil_zone(since, until, first, last):
    shanghai = ZoneInfo("Asia/Shanghai")
    now = datetime(2026, 11, 24, 12, 30, tzinfo=shanghai)

    found = period(since, until, now, "Asia/Shanghai")

    assert [one.astimezone(shanghai).strftime("%Y-%m-%dT%H:%M") for one in found] == [first, last]


@pytest.mark.parametrize(
    ("since", "until"),
    [("2016-04", "2016-03"), ("now", "now"), ("soon", "now"), ("2016-13", "now")],
)
def test_what_is_no_period_is_refused(since, until):
    with pytest.raises(InputError):
        period(since, until, SINCE, "Asia/Shanghai")


def test_instants_in_milliseconds_are_those_of_grafana():
    assert period("1793491200000", "1793494800000", SINCE, "Asia/Shanghai") == (
        SINCE,
        SINCE + timedelta(hours=1),
    )
