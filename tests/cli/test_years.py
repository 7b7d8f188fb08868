"""`commonwatt years` says where the closing of a year stands, and `do` goes on from there."""

import pytest
from typer.testing import CliRunner

from cli.main import app
from metering.errors import InputError
from tests.actions.examples_of_closing import YEAR, changed, office
from tests.actions.world import make_world


@pytest.fixture
def world(database, monkeypatch):
    monkeypatch.setenv("COMMONWATT_DATABASE_URL", database.url("api"))
    monkeypatch.setenv("COMMONWATT_LANG", "en")
    made = make_world(database)
    yield made
    made.close()


def run(*words: object):
    return CliRunner().invoke(app, [*map(str, words)])


def test_a_year_is_listed_and_locked_by_commands(world):
    ready, partial, due = office(world), office(world, 350), changed(world)
    listed = {line.split()[0]: line for line in run("years", YEAR).stdout.splitlines()}
    assert listed[str(ready)].endswith(f"{YEAR}  ready to be locked")
    assert listed[str(partial)].endswith("months known in part  Electricity: 2015-12")
    assert listed[str(due)].endswith("restatement due  +0.061 kgce")

    done = run("do", "year.close", "--year", YEAR, "--institution", ready)
    assert done.exit_code == 0, done.output
    lines = run("years", YEAR, "--state", "locked").stdout.splitlines()
    assert [line.split()[0] for line in lines] == [str(ready)]
    assert isinstance(run("years", "--state", "odd").exception, InputError)
