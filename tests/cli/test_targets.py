"""`commonwatt targets` goes from a review to bases that somebody has answered for."""

import pytest
from typer.testing import CliRunner

from cli.main import app
from metering.errors import EnergyError
from tests.actions.compact_world import make_union_world, use
from tests.actions.world import make_world


@pytest.fixture
def union(database, monkeypatch):
    monkeypatch.setenv("COMMONWATT_DATABASE_URL", database.url("api"))
    monkeypatch.setenv("COMMONWATT_LANG", "en")
    world = make_world(database)
    yield make_union_world(world)
    world.close()


def targets(*said: object):
    return CliRunner().invoke(app, ["targets", *map(str, said)])


def test_what_moves_most_comes_first_and_all_is_answered_for_by_commands(union):
    world = union.world
    clinic, school = (world.institution[name] for name in ("clinic", "school"))
    use(world, "school", 2014, 3, 700)
    use(world, "school", 2015, 3, 90_000)

    first = targets("review", union.target)
    assert (first.exit_code, first.stdout) == (0, targets("review").stdout)
    assert "4 bases are open" in first.stdout
    lines = first.stdout.splitlines()
    assert f" {school} Demo school  [open]" in lines[0]
    assert "2015-03 electricity: beyond three times the other year (11,061 kgce" in lines[1]

    why = ("--reason", "read wrongly")
    made = targets("estimate", union.target, school, "2015-03", "--by", "year-before", *why)
    assert "= 2015-03 electricity: the same month of the year before (read wrongly)" in made.stdout
    bill = ("--by", "bill", "--amount", "480.5", "--carrier", "electricity", *why)
    assert "a bill" in targets("estimate", union.target, clinic, "2015-09", *bill).stdout
    assert "[left out]" in targets("leave-out", union.target, clinic, *why).stdout
    assert "[open]" in targets("reopen", union.target, clinic, *why).stdout
    named = ("--institution", clinic, "--institution", world.institution["office"])
    assert "2 bases confirmed" in targets("confirm", union.target, *named, *why).stdout
    assert "2 bases confirmed" in targets("confirm", union.target, *why).stdout
    assert "All are answered for" in targets("review", union.target).stdout
    assert targets("enough", union.union, 800, *why).exit_code == 0
    assert world.admin("SELECT permille FROM union_enough") == [(800,)]


@pytest.mark.parametrize(
    "said",
    [
        ("estimate", 1, 1, "2015-13", "--by", "bill", "--reason", "x"),
        ("estimate", 1, 1, "2015-01", "--by", "guess", "--reason", "x"),
        ("estimate", 1, 1, "2015-01", "--by", "bill", "--amount", "ten", "--reason", "x"),
        ("review", 999),
    ],
)
def test_what_cannot_be_read_or_found_says_so(union, said):
    answer = targets(*said)
    assert isinstance(answer.exception, EnergyError)
    assert answer.exception.next_en
