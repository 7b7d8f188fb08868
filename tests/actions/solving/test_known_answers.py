"""What others published or worked out by hand, case by case; and the same from the shared files."""

import json
from pathlib import Path
from typing import Any

import pytest

from actions.solving.cases import RULES, read, solve

ROOT = Path(__file__).parents[3]
OWN = ROOT / "tests" / "cases" / "known-answers"
SHARED = ROOT.parent / "shared" / "known-answers"
TOPICS = (
    "division",
    "rounding",
    "rules",
    "conversion",
    "scoring",
    "cover",
    "quality",
    "uncertainty",
    "forecast",
    "changepoint",
    "games",
    "compensation",
)


def cases() -> list[Any]:
    found = []
    for folder in (OWN, SHARED):
        for topic in TOPICS:
            file = folder / f"{topic}.json"
            where = f"{folder.parent.name}-{topic}"
            if not file.exists():
                reason = f"{file} is not here: the copies in {OWN} are tested"
                found.append(pytest.param({}, id=where, marks=pytest.mark.skip(reason=reason)))
                continue
            expected = json.loads(file.read_text("utf-8"))["cases"]
            for case, answer in zip(read(file.read_text("utf-8")), expected, strict=True):
                if folder == OWN or (case["rule"] in RULES and "file" not in case["given"]):
                    about = {"case": case, "expect": answer["expect"], "by": answer["tolerance"]}
                    found.append(pytest.param(about, id=f"{where}-{case['id']}"))
    return found


@pytest.mark.parametrize("known", cases())
def test_the_answer_is_the_known_one(known):
    answer = solve(known["case"])

    assert answer.id == known["case"]["id"]
    if (most := known["expect"].get("sse_at_most")) is not None:
        assert answer.result["sse"] <= most + known["by"]  # the least squares of others
    else:
        assert_near(answer.result, known["expect"], known["by"])
    assert (answer.error is not None) == ("error" in known["expect"])


def assert_near(found: Any, wanted: Any, by: float) -> None:
    if isinstance(wanted, dict):
        for name, value in wanted.items():
            if name == "statuses":  # told after some events only
                assert dict(map(tuple, value)).items() <= dict(map(tuple, found[name])).items()
            else:
                assert_near(found[name], value, by)
    elif isinstance(wanted, list):
        assert len(found) == len(wanted)
        for one, other in zip(found, wanted, strict=True):
            assert_near(one, other, by)
    elif isinstance(wanted, str | bool):
        assert found == wanted
    else:
        assert abs(found - wanted) <= by
