"""`commonwatt do` does what the declarations say, one at a time or a file of rows."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from metering.errors import EnergyError, InputError
from tests.actions.world import World, make_world


@pytest.fixture(scope="module")
def world(database_of_module):
    made = make_world(database_of_module)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _settings(world, monkeypatch):
    monkeypatch.setenv("COMMONWATT_DATABASE_URL", world.database.url("api"))
    monkeypatch.setenv("COMMONWATT_LANG", "en")


def do(*options: object):
    return CliRunner().invoke(app, ["do", *map(str, options)])


def exchange(world: World, at: str, *more: object):
    of = ("--channel", world.channel["office e"], "--at", at, "--initial", "0", "--source", "form")
    return do("exchange.record", *of, *more)


def test_an_action_is_tried_and_done(world):
    at = "2016-03-02T10:30+00:00"
    tried = exchange(world, at, "--final", "41", "--dry-run")
    assert "Exchange: – → 41.000 → 0.000 kWh" in tried.stdout
    assert world.admin("SELECT count(*) FROM exchange") == [(0,)]

    done, again = (exchange(world, at, "--final", "41", "--key", "k") for _ in range(2))
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout) == json.loads(again.stdout)
    assert world.admin("SELECT final FROM exchange") == [(41_000,)]


def test_several_are_said_one_by_one(world):
    cities = [world.region["city 1"], world.region["city 2"]]
    names = ("--name-zh", "双城", "--name-en", "Two", "--source", "minutes")
    members = [part for one in cities for part in ("--members", one)]

    made = json.loads(do("union.make", *names, *members).stdout)
    rows = world.admin("SELECT region_id FROM membership WHERE union_id = %s", made["id"])
    assert sorted(row[0] for row in rows) == sorted(cities)


def test_what_is_missing_or_wrong_is_told_by_option(world):
    for options, option in (
        (("--channel", 1, "--at", "2016", "--initial", "a"), "--initial: Enter a number"),
        (("--channel", 1, "--at", "2016-03-02"), "--source: This must be filled in."),
        (("--initial", "0"), "--at: This must be filled in."),
    ):
        answer = do("exchange.record", *options)
        assert isinstance(answer.exception, InputError)
        assert option in answer.exception.en
    with_no_object = ("--at", "2016-03-02T00:00Z", "--initial", 0, "--source", "b")
    assert isinstance(do("exchange.record", *with_no_object).exception, EnergyError)


def test_a_file_is_done_as_a_whole_and_its_wrong_rows_are_kept(world, tmp_path: Path):
    channel, file, errors = world.channel["shared e"], tmp_path / "a.csv", tmp_path / "wrong.xlsx"
    head = "channel,at,initial,source\n"
    file.write_text(f"{head}{channel},2016-03-02 10:30,0,form\n{channel},2016-03-02 11:30,x,form\n")

    refused = do("exchange.record", "--file", file, "--errors", errors)
    assert isinstance(refused.exception, InputError)
    assert "a.csv:3: First value of the new meter: Enter a number" in refused.output
    assert errors.read_bytes()[:2] == b"PK"
    count = "SELECT count(*) FROM exchange WHERE channel_id = %s"
    assert world.admin(count, channel) == [(0,)]
    rest = do("exchange.record", "--file", file, "--without-failed", "--dry-run")
    assert "Rows that could be done: 1.\nRows left out for mistakes: 1." in rest.stdout

    file.write_text(f"{head}{channel},2016-03-02 10:30,0,form\n")
    assert (
        "Rows that could be done: 1." in do("exchange.record", "--file", file, "--dry-run").stdout
    )
    assert "Rows done: 1." in do("exchange.record", "--file", file).stdout
    assert world.admin(count, channel) == [(1,)]


def test_help_lists_the_actions_and_their_fields(world):
    assert "exchange.record" in do("--help").output
    told = do("exchange.record", "--help").output
    assert "--initial" in told
    assert "--channel" in told
