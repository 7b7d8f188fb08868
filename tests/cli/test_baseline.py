"""`commonwatt baseline` tells what is equal, what differs and why, in the reader's language."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app

KNOWN = Path(__file__).parents[1] / "cases" / "known-answers"


def run(*asked, lang="en"):
    return CliRunner().invoke(app, ["baseline", *map(str, asked)], env={"COMMONWATT_LANG": lang})


@pytest.mark.parametrize(("lang", "said"), [("en", "for a known reason"), ("zh", "但有说明")])
def test_published_answers_are_compared(lang, said):
    done = run(KNOWN / "changepoint-cunybpl", lang=lang)

    assert done.exit_code == 0, done.output
    assert said in done.output
    assert "= changepoint-cunybpl  2P  yint: 250.56459 → 250.5646037" in done.output


def test_an_answer_that_is_not_met_is_a_failure(tmp_path):
    told = json.loads((KNOWN / "changepoint-cunybpl" / "models.json").read_text("utf-8"))
    told[0]["published"]["yint"] = 1
    (tmp_path / "models.json").write_text(json.dumps(told), "utf-8")
    done = run(tmp_path, "--json")

    assert done.exit_code == 1
    known = json.loads(done.output)["known"]
    assert [one["figure"] for one in known if not (one["met"] or one["why"])] == ["yint"]


def test_meters_of_a_file_are_told(tmp_path):
    rows = [f"2018-{n // 28 + 1:02}-{n % 28 + 1:02},{n % 30},{100 + n % 30}" for n in range(336)]
    file = tmp_path / "office.csv"
    file.write_text("\n".join(["day,temp,office", *rows]), "utf-8")
    done = run(file, "--until", "2018-08-28")

    assert done.exit_code == 0, done.output
    assert done.output.startswith("office: 3P")
    assert "224 days" in done.output
    assert "saved" in done.output
