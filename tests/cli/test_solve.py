"""`commonwatt solve` prints one answer per case, and refuses a file without cases."""

import json
import subprocess
import sys

CASES = [
    {"id": "gap", "rule": "clip_linear", "given": {"total": 9, "weights": [1, 2]}},
    {"id": "none", "rule": "sortition", "given": {}},
    {
        "id": "short",
        "rule": "clip_linear",
        "given": {"total": 1, "weights": [1, 1], "floors": [2, 3]},
    },
]


def solve(file, lang="en"):
    return subprocess.run(
        [sys.executable, "-m", "cli", "solve", str(file)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={"COMMONWATT_LANG": lang, "PYTHONIOENCODING": "utf-8"},
    )


def test_every_case_is_answered_by_its_id(tmp_path):
    file = tmp_path / "cases.json"
    file.write_text(json.dumps({"cases": CASES}), "utf-8")

    done = solve(file)

    answers = json.loads(done.stdout)
    assert done.returncode == 0
    assert [answer["id"] for answer in answers] == ["gap", "none", "short"]
    assert answers[0] == {"id": "gap", "result": {"shares": [3, 6], "lam": 3}}
    assert answers[1]["result"] == {"error": "unknown_rule"}
    assert answers[2]["result"] == {"error": "infeasible", "short_by": 4}
    assert "Smallest change" in answers[2]["error"]


def test_a_file_without_cases_is_refused_in_the_readers_language(tmp_path):
    absent, gbk = tmp_path / "absent.json", tmp_path / "gbk.json"
    gbk.write_bytes('[{"id": "能耗"}]'.encode("gbk"))

    assert (solve(absent).returncode, solve(gbk).returncode) == (4, 2)
    assert "核对路径" in solve(absent, "zh").stderr
    assert "UTF-8" in solve(gbk).stderr
