"""What befalls meters: each shows as what it is, and what was used stays as the source says."""

from pathlib import Path

import numpy as np
import pytest

from analytics.effective import assemble
from analytics.judging import judged, unmeasured
from analytics.steps import EffectiveReadings, Judged, Reason
from metering.channels import Kind
from simulators import datasets, incidents, series
from simulators.datasets import HOUR_MS, Building, MeterRows
from simulators.incidents import Incident, Kinds
from simulators.series import Series

START_MS = 1_456_790_400_000
SLICE = Path(datasets.__file__).parent / "slice"


def building(name: str) -> Building:
    return Building(name, "s1", "office", "", "Europe/London", None, None)


def meter(name: str, hours: int, utility: str = "electricity", hole: int = 0) -> MeterRows:
    """Return a meter with a day's course, and a hole of so many hours in its middle."""
    place = np.arange(hours, dtype=np.int64)
    used = 20_000 + 15_000 * (place % 24 > 7) + 37 * (place % 11)
    kept = (place < hours // 2) | (place >= hours // 2 + hole)
    start_ms = START_MS + place[kept] * HOUR_MS
    return MeterRows(f"{name}__{utility}", building(name), utility, start_ms, used[kept])


def judge(one: Series, befell: list[Incident]) -> tuple[EffectiveReadings, Judged]:
    """Return what the program makes of a series' readings, its exchanges recorded."""
    n, mine = len(one), [each for each in befell if each.meter == one.meter.name]
    sent = [round(kwh * series.PER_KWH) for kwh in one.shown(0, n)]
    walls = [each for each in mine if each.kind is Kinds.EXCHANGE]
    effective = assemble(
        {"channel_id": np.ones(n, np.int64), "at": one.at_ms, "value": np.array(sent, np.int64)},
        {
            "channel_id": np.ones(len(walls), np.int64),
            "at": np.array([each.start_ms for each in walls], np.int64),
            "final": np.array([each.final for each in walls], np.int64),
            "final_known": np.ones(len(walls), np.bool_),
            "initial": np.array([each.initial for each in walls], np.int64),
        },
        {
            "channel_id": np.ones(1, np.int64),
            "valid_from": np.array([-(2**62)], np.int64),
            "factor": np.ones(1, np.int64),
            "under": np.ones(1, np.int64),
            "period_s": np.array([series.PERIOD_S], np.int64),
            "max_per_hour": np.array([one.max_per_hour], np.int64),
            "wraps_at": np.array([one.wraps_at or 0], np.int64),
        },
        {1: int(one.kind)},
    )
    return effective, judged(effective)


def spans(effective: EffectiveReadings, found: Judged) -> list[tuple[int, int, Reason]]:
    """Return what was not measured: from when to when, and why."""
    holes = unmeasured(effective, found.steps)
    columns = (holes.start_ms.tolist(), holes.end_ms.tolist(), map(Reason, holes.reason))
    return list(zip(*columns, strict=True))


def told(hours: int = 17_520) -> list[MeterRows]:
    return [
        meter("b1", hours),
        meter("b1", hours, "gas"),
        meter("b2", hours),
        meter("b3", hours),
        meter("b4", hours, hole=30),
    ]


@pytest.mark.parametrize("hours", [500, 2_000, 17_520])
def test_everything_befalls_the_first_building_and_nothing_is_lost(hours):
    made = series.made(told(hours), seed=0, shift_weeks={})

    changed, befell = incidents.befallen(made)

    assert {one.kind for one in befell if one.meter == "b1__electricity"} == set(Kinds)
    assert {one.kind for one in befell if one.meter != "b1__electricity"} == {
        Kinds.OUTAGE,
        Kinds.WRAP,
    }
    for one in changed:
        _, found = judge(one, befell)
        assert int(found.steps.used[found.steps.known].sum()) == one.quanta == one.meter.used.sum()


def test_each_incident_shows_as_what_it_is():
    changed, befell = incidents.befallen(series.made(told(), seed=4, shift_weeks={}))
    (one,) = (each for each in changed if each.meter.name == "b1__electricity")
    effective, found = judge(one, befell)
    holes = spans(effective, found)
    mine = [each for each in befell if each.meter == one.meter.name]
    at = {each.kind: (each.start_ms, each.end_ms) for each in mine}

    assert (*at[Kinds.FROZEN], Reason.CAUGHT_UP) in holes
    assert (*at[Kinds.OUTAGE], Reason.GAP) in holes
    away = effective.at_ms[~found.stands].tolist()
    assert away == [at[Kinds.MISREAD][0], *at[Kinds.ZEROS]]
    wrapped = found.steps.reason == Reason.WRAPPED
    assert found.steps.start_ms[wrapped].tolist() == [at[Kinds.WRAP][0]]
    assert at[Kinds.EXCHANGE][0] in found.steps.end_ms


def test_a_hole_of_the_source_is_missing_and_never_zero():
    changed, befell = incidents.befallen(series.made(told(), seed=0, shift_weeks={}))
    one = changed[-1]
    effective, found = judge(one, befell)
    ((start_ms, end_ms, reason),) = spans(effective, found)

    assert one.kind is Kind.INTERVAL
    assert (end_ms - start_ms, reason) == (30 * HOUR_MS, Reason.MISSING)
    assert int((found.steps.end_ms - found.steps.start_ms).sum()) == len(one) * HOUR_MS


def test_a_building_of_which_the_source_has_a_hole_is_left_alone():
    rows = [meter("b1", 900), meter("b1", 900, "gas", hole=2), meter("b2", 300)]
    made = series.made(rows, seed=0, shift_weeks={})

    changed, befell = incidents.befallen(made)

    assert befell == []
    assert all(a.values.tolist() == b.values.tolist() for a, b in zip(changed, made, strict=True))


@pytest.mark.slow
def test_of_the_data_that_ships_every_total_stays():
    made = series.made(datasets.read(SLICE), seed=0, shift_weeks={})

    changed, befell = incidents.befallen(made)

    assert {one.kind for one in befell} == set(Kinds)
    assert sum(one.kind is Kinds.OUTAGE for one in befell) >= 6
    for one in changed:
        _, found = judge(one, befell)
        assert int(found.steps.used[found.steps.known].sum()) == one.quanta, one.meter.name
        assert not np.isin(found.steps.reason, [Reason.FALL, Reason.OVER_LIMIT]).any()
