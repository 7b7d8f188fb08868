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


def targets(*options: object):
    return CliRunner().invoke(app, ["targets", *map(str, options)])


def do(code: str, target: int, **fields: object):
    """Carry an action on a target out by its command."""
    options = [part for name, value in fields.items() for one in _each(value)
            for part in (f"--{name}", str(one))]  # fmt: skip
    return CliRunner().invoke(app, ["do", code, "--target", str(target), *options])


def _each(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def test_what_moves_most_comes_first_and_all_is_answered_for_by_commands(union):
    world, target = union.world, union.target
    clinic, school = (world.institution[name] for name in ("clinic", "school"))
    use(world, "school", 2014, 3, 700)
    use(world, "school", 2015, 3, 90_000)

    first = targets("review", target)
    assert (first.exit_code, first.stdout) == (0, targets("review").stdout)
    assert "4 bases are open" in first.stdout
    lines = first.stdout.splitlines()
    assert f" {school} Demo school  [open]" in lines[0]
    assert "2015-03 electricity: beyond three times the other year (11,061 kgce" in lines[1]

    why = {"reason": "read wrongly"}
    made = do(
        "base.estimate", target, institution=school, month="2015-03", how="year_before", **why
    )
    assert made.exit_code == 0, made.output
    told = targets("review", target).stdout
    assert "= 2015-03 electricity: the same month of the year before (read wrongly)" in told
    bill = {"how": "bill", "amount": "480.5", "carrier": "electricity", **why}
    assert do("base.estimate", target, institution=clinic, month="2015-09", **bill).exit_code == 0
    assert do("base.left_out", target, institutions=[clinic], **why).exit_code == 0
    assert "[left out]" in targets("review", target).stdout
    assert do("base.reopened", target, institutions=[clinic], **why).exit_code == 0
    assert "[left out]" not in targets("review", target).stdout
    named = [clinic, world.institution["office"]]
    these = do("base.confirm", target, which="these", institutions=named, **why)
    assert '"bases": 2' in these.stdout
    assert '"bases": 2' in do("base.confirm", target, which="rest", **why).stdout
    assert "All are answered for" in targets("review", target).stdout


def test_what_cannot_be_found_says_so(union):
    answer = targets("review", 999)
    assert isinstance(answer.exception, EnergyError)
    assert answer.exception.next_en
