"""What the demo says of its incidents, and what it assumes of its buildings."""

import json
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from cli.demo import facts, told, world
from cli.demo.state import Memory
from cli.demo.told import WORDS, ExplainedIncident
from simulators import gateways, series
from simulators.datasets import HOUR_MS, Building, MeterRows
from simulators.incidents import Kinds

WRAP = ExplainedIncident("wrap", "m1", 3, "electricity", "2026-05", explained=True)
HOLE = ExplainedIncident("hole", "m2", 4, "electricity", "2026-06", explained=True)


def meter(name: str, site: str, utility: str = "electricity", area_m2: str = "") -> MeterRows:
    building = Building(name, site, "office", area_m2, "Europe/London", None, None)
    hours = np.arange(8760, dtype=np.int64)
    return MeterRows(f"{name}__{utility}", building, utility, hours * HOUR_MS, hours * 0 + 12_000)


def test_every_kind_has_words_and_a_page_that_is_one_of_ours():
    assert set(WORDS) == {*Kinds, "hole"}
    assert told.lines([WRAP, HOLE, replace(WRAP, month="2026-07")], "http://h").splitlines() == [
        f"    {told.say(*WORDS['wrap'])} (2): http://h/institutions/3/accounts/electricity/2026-05",
        f"    {told.say(*WORDS['hole'])} (1): http://h/institutions/4/accounts/electricity/2026-06",
    ]


def test_the_meter_with_most_to_tell_is_shown():
    rich = replace(WRAP, meter="m9", institution_id=9)

    shown = told.lines([WRAP, rich, replace(rich, kind="zeros")], "")

    assert shown.count("/institutions/9/") == 2


def test_a_page_that_the_officer_may_not_open_says_who_may():
    ours = replace(HOLE, meter="m9", institution_id=9)
    others = [replace(HOLE, officers=False), replace(WRAP, meter="m2", officers=False)]

    wrap, hole = told.lines([*others, ours], "").splitlines()

    assert "/institutions/9/" in hole
    assert "admin" not in hole
    assert wrap.endswith("(as admin)")


def test_an_incident_that_no_page_tells_is_a_fault_and_not_counted():
    silent = replace(WRAP, explained=False)

    assert len(told.unexplained([WRAP, silent, HOLE])) == 1
    figures = told.figures([WRAP, silent, HOLE])
    assert figures["explained"] == {"hole": 1, "wrap": 1}
    assert [one["explained"] for one in figures["incidents"]] == [True, False]
    json.dumps(figures)


def test_the_province_with_most_carriers_comes_first():
    rows = [meter("a1", "alpha"), meter("z1", "zulu"), meter("z1", "zulu", "gas")]

    assert gateways.provinces(rows) == {"zulu": "a", "alpha": "b"}


@pytest.mark.parametrize("area_m2", ["", "2000.0"])
def test_areas_and_persons_are_assumed_for_the_richest_site_alone_and_say_so(area_m2):
    rows = [meter(f"z{n}", "zulu", area_m2=area_m2) for n in range(8)]
    made = series.made([*rows, meter("a1", "alpha")], seed=0, shift_weeks={})

    found = facts.assumed(made, "zulu")

    assert set(found) == {f"z{n}" for n in range(8)} - {"z6"}  # every seventh stays without
    for one in found.values():
        assert one.area_m2 is not None
        assert one.persons is not None
        assert "演示假定" in one.remark
        assert not area_m2 or one.area_m2 == Decimal(area_m2)
        # 105,120 kWh in the year
        assert area_m2 or 880 <= one.area_m2 <= 2630
        assert 12 <= one.area_m2 / one.persons < 23


def test_limits_are_three_times_the_largest_hour_and_say_so(tmp_path):
    plan = world.planned(world.shipped(), Memory("", ""))

    for one, channel in zip(plan.series, world.registry(plan).channels, strict=True):
        assert channel.max_per_hour == 3 * max(int(one.meter.used.max()), 1)
        assert "最大小时用量" in channel.source
        assert channel.since.timestamp() * 1000 <= one.meter.start_ms[0]
