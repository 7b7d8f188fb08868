"""`commonwatt demo --once --json`: the figures of a run, and what it says when they are wrong."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from dashboards.boards.catalogue import BOARDS
from tests.cli.demo import runs, sets

SHARED = Path(__file__).parents[4] / "shared" / "data" / "tiny"


@pytest.fixture(scope="module")
def small(shared) -> Path:
    return sets.cut(shared / "set", meters=3, days=40)  # one whole month has a base


@pytest.fixture(scope="module")
def first(small, shared) -> runs.Run:
    """The first run over that set; its state is in `shared`."""
    run = runs.once(small, shared)
    assert run.status == 0, run.output
    return run


@pytest.mark.slow
def test_every_total_matches_and_a_second_run_finds_it_all_done(small, first, shared):
    again = runs.once(small, shared)

    assert first.figures["sent"] == first.figures["stored"] > 4_000
    assert first.figures["meters_unexplained"] == 0
    assert first.figures["withheld"] > 0
    explained = first.figures["explained"]
    assert set(explained) >= {"outage", "misread", "zeros", "wrap", "exchange", "frozen"}
    assert all(one["explained"] for one in first.figures["incidents"])
    assert set(first.figures["carriers"]) == {"electricity", "natural_gas_energy"}
    for carrier in first.figures["carriers"].values():
        assert carrier["source_quanta"] == carrier["account_quanta"] > 0
    assert first.figures["quotas"] == 8
    assert first.figures["target"] == first.figures["quota_sum"] > "0"
    boards = first.figures["boards"]
    assert boards["panels"] == sum(1 for board in BOARDS for _ in board.panels())
    assert 0 < boards["panels_with_data"] <= boards["panels"]
    assert again.status == 0, again.output
    assert again.fixed == first.fixed


@pytest.mark.slow
def test_the_building_whose_gas_makes_a_province_green_comes_first_in_its_review(tmp_path):
    """Its meter read ten to forty times too much for months; of another one is known in part."""
    days = {f"UCam_{building}__gas": 730 for building in ("b40", "b22", "b19")}
    days["Fox_assembly_Gary__electricity"] = 45
    run = runs.once(sets.some(tmp_path / "set", days), tmp_path / "state")

    assert run.status == 0, run.output
    lines = run.output.splitlines()
    at = next(place for place, line in enumerate(lines) if "Review of bases" in line)
    assert "Review of bases: 2 are odd" in lines[at]
    assert "b40: 2018-02 natural_gas_energy: beyond three times the other year" in lines[at + 1]
    assert "Gary: 2016-02 electricity: measured in part" in lines[at + 2]


@pytest.mark.slow
def test_noise_on_the_way_changes_deliveries_and_nothing_else(small, first, tmp_path):
    noisy = runs.once(small, tmp_path, "--noise", "5", "--batch", "7")

    assert noisy.status == 0, noisy.output
    assert noisy.figures["duplicates"] > 0
    # Another seed lets registers start elsewhere; what was used and counted is the same.
    assert noisy.fixed == first.fixed


@pytest.fixture
def row_less(small) -> Iterator[None]:
    """The small set without its last row, as long as a test lasts."""
    meters = small / "meters.csv"
    whole = meters.read_bytes()
    meters.write_bytes(whole[: whole.rindex(b"\n", 0, -1) + 1])
    yield
    meters.write_bytes(whole)


@pytest.mark.slow
def test_a_lost_reading_is_found_and_ends_with_status_1(small, first, shared, row_less):
    """Other figures than the meters' own: a row is taken from the set after its readings went."""
    (memory,) = shared.glob("*/demo.json")
    before = memory.read_text()

    other = runs.once(small, shared)

    assert other.status != 0
    assert "--fresh" in other.output
    assert memory.read_text() == before


@pytest.mark.slow
@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/data/tiny is not beside the repository")
def test_the_tiny_set_beside_the_repository_matches(tmp_path):
    run = runs.once(SHARED, tmp_path)

    assert run.status == 0, run.output
    assert (run.figures["meters_complete"], run.figures["meters_explained"]) == (1, 5)
    assert run.figures["quotas"] == 4  # of b64 there is nothing but a part of one month
    carriers = run.figures["carriers"]
    assert [carriers[one]["account_quanta"] for one in sorted(carriers)] == [
        1_525_275_314,
        43_474_800,
    ]
    # (1,525,275.314 + 43,474.8) kWh × 0.1229 kgce/kWh × 0.97 is what was measured; the months that
    # the demo's planner estimates come on top.
    assert run.figures["target"] == run.figures["quota_sum"] == "324723.259"
    assert Decimal(run.figures["target"]) > Decimal("187015.408")
