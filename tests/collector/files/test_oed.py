"""The ingest cases of OED (tests/cases/known-answers/oed-ingest): what a file of a meter says."""

import json
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pytest

from collector.files.reading import FileReadings
from tests.collector.files.rig import taken

FOLDER: Final = Path(__file__).parents[2] / "cases/known-answers/oed-ingest"
CASES: Final = [json.loads(line) for line in (FOLDER / "cases.jsonl").read_text().splitlines()]
MINE: Final = {"gateway": "oed/g", "channel": "m", "zone": "UTC"}
Stored = list[tuple[float, str, str]]

RESET = "a register that falls: what was used is unknown until a reset is recorded (judged steps)"
GAP = "a register over a gap: the use between two readings is known, whoever read in between"
CLOCKS = "instants are UTC; no reading is split, dropped or prorated where clocks change"
NEGATIVE = "a negative register is read; its channel refuses it by line when it is bound"
# What is stored of these is not what OED stores, by decision.
OTHERWISE: Final = {
    "pipe5": RESET, "pipe7": RESET, "pipe9": RESET, "pipe11": RESET, "pipe13": RESET,
    "pipe71": RESET, "pipe33": NEGATIVE, "pipe31": GAP,
    "pipe111": CLOCKS, "pipe113": CLOCKS, "pipe115": CLOCKS,
    "pipe117": CLOCKS, "pipe119": CLOCKS, "pipe121": CLOCKS, "pipe123": CLOCKS,
}  # fmt: skip
# Of two values of one instant the greater stands; the file tells of it when it is imported.
REFUSED: Final = {"pipe27": ("file.bad_time", 2), "pipe29": ("file.not_a_number", 4)}


def of(case: dict[str, Any]) -> list[tuple[dict[str, Any], FileReadings]]:
    """Return each upload of readings, read."""
    return [
        (upload["params"], taken(upload["csv"], **MINE))
        for upload in case["uploads"]
        if upload["kind"] == "readings"
    ]


def stored(params: dict[str, Any], file: FileReadings) -> Stored:
    """Return use with start and end, as the platform makes it of intervals or of a register."""
    at, begins = file.readings.at_ms.tolist(), file.from_ms.tolist()
    value = file.readings.value.tolist()
    rows = sorted(set(zip(at, begins, value, strict=True)))
    if params.get("cumulative"):
        return [(b[2] - a[2], _local(a[0]), _local(b[0])) for a, b in pairwise(rows)]
    if params.get("endOnly"):
        last = {ends: amount for ends, _, amount in rows}  # the greater of one instant stands
        return [(last[b], _local(a), _local(b)) for a, b in pairwise(sorted(last))]
    return [(amount, _local(start), _local(ends)) for ends, start, amount in rows]


def expected(case: dict[str, Any]) -> Stored:
    lines = [line.split(",") for line in case["expected_csv"].splitlines()]
    return [(float(value), start, end) for value, start, end in lines]


def _local(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, UTC):%Y-%m-%d %H:%M:%S}"


def test_all_cases_are_here():
    assert len(CASES) == 29
    assert {*OTHERWISE, *REFUSED} < {case["case"] for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_what_is_read_is_what_oed_stores_or_differs_by_decision(case):
    if case["case"] in REFUSED:
        (_, file) = of(case)[0]
        assert [(one.code, one.where["line"]) for one in file.errors] == [REFUSED[case["case"]]]
        return
    found: dict[tuple[str, str], float] = {}
    for params, file in of(case):
        assert not file.errors, [str(error) for error in file.errors]
        for value, start, end in stored(params, file):
            found.setdefault((start, end), value)  # as OED: what came first stands
    same = sorted((s, e, v) for (s, e), v in found.items()) == sorted(
        (s, e, v) for v, s, e in expected(case)
    )
    assert same is (case["case"] not in OTHERWISE), (found, expected(case))


def test_a_negative_register_is_read_and_left_to_the_channel_to_refuse():
    (case,) = (one for one in CASES if one["case"] == "pipe33")
    ((_, file),) = of(case)

    assert -1 in file.readings.value.tolist()


@pytest.mark.parametrize("name", ["pipe111", "pipe113", "pipe117", "pipe119", "pipe123"])
def test_where_clocks_change_each_reading_has_its_true_instants(name):
    (case,) = (one for one in CASES if one["case"] == name)
    ((_, file),) = of(case)

    assert not file.errors
    lengths = (file.readings.at_ms - file.from_ms) / 60_000
    texts = [line.split(",") for line in case["uploads"][1]["csv"].splitlines()]
    true = [
        (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds() / 60
        for _, start, end in texts
    ]
    assert lengths.tolist() == true
