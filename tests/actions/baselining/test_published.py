"""What others published is what it comes to here; a figure that was not theirs is found out."""

import json
import shutil
from pathlib import Path

import pytest

from actions.baselining.filed import solve_beside
from actions.baselining.published import compare_of, files_of
from actions.solving.cases import read
from metering.errors import InputError, NotFoundError

ROOT = Path(__file__).parents[3]
OWN = ROOT / "tests" / "cases" / "known-answers"
SHARED = ROOT.parent / "shared"
SETS = {
    "changepoint-cunybpl": (OWN / "changepoint-cunybpl", 26, 6),
    "eemeter-il": (OWN / "eemeter-il", 43, 0),
    "nmecr": (OWN / "nmecr", 42, 0),
    "changepoint": (OWN / "changepoint.json", 26, 0),
    "of the shared files": (SHARED / "known-answers" / "changepoint.json", 35, 0),
    "caltrack-cambridge": (SHARED / "data" / "known-answers" / "caltrack-cambridge", 1150, 4),
}


@pytest.mark.parametrize(("path", "least", "explained"), SETS.values(), ids=SETS.keys())
def test_published_figures_are_met_or_explained(path, least, explained):
    if not path.exists():
        pytest.skip(f"{path} is not here: the copies in {OWN} are tested")
    if "caltrack" in path.name:
        pytest.importorskip("arro3.io", reason="the extra `arrow` is not installed")
    [file] = files_of(path)
    found = compare_of(file)(file)

    assert len(found) >= least
    assert [one for one in found if not one.met and one.why is None] == []
    assert sum(not one.met for one in found) == explained


def test_a_figure_that_nobody_published_is_found_out(tmp_path):
    folder = shutil.copytree(OWN / "changepoint-cunybpl", tmp_path / "points")
    told = json.loads((folder / "models.json").read_text("utf-8"))
    told[0]["published"]["yint"] += 1
    (folder / "models.json").write_text(json.dumps(told), "utf-8")

    [file] = files_of(folder)
    wrong = [one for one in compare_of(file)(file) if not one.met and one.why is None]
    assert [(one.case, one.figure) for one in wrong] == [("2P", "yint")]


def test_what_holds_no_answers_is_refused(tmp_path):
    with pytest.raises(InputError, match="holds no known answers"):
        files_of(tmp_path)
    with pytest.raises(NotFoundError, match="cannot be read"):
        compare_of(tmp_path / "answers.json")
    (tmp_path / "a.json").write_text("{", "utf-8")
    with pytest.raises(InputError, match="no JSON"):
        compare_of(tmp_path / "a.json")


def test_cases_that_name_files_are_solved_beside_the_others():
    file = SHARED / "known-answers" / "changepoint.json"
    if not file.exists():
        pytest.skip(f"{file} is not here")
    answers = {one.id: one for one in solve_beside(file, read(file.read_text("utf-8")))}

    assert answers["office-linear"].result["r2"] == pytest.approx(0.69089, abs=1e-5)
    assert answers["il-gas-hdd-only-daily"].result["avoided_fraction"] == pytest.approx(
        0.0853, abs=0.012
    )
    assert all(one.error is None for one in answers.values())


def test_a_file_that_is_not_there_is_an_error_of_its_case(tmp_path):
    cases = [
        {"id": "none", "rule": "2P", "given": {"file": "nowhere.csv"}},
        {"id": "other", "rule": "gini", "given": {"file": "nowhere.csv"}},
        {"id": "here", "rule": "gini", "given": {"x": [1, 1]}},
    ]
    none, other, here = solve_beside(tmp_path / "cases.json", cases)

    assert none.result == other.result == {"error": "file_wrong"}
    assert "nowhere.csv" in none.error.text("zh")
    assert here.result == {"value": 0.0}
