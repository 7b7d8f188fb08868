"""Rights are rows: a role can do what its rows say, and one without rows nothing at all."""

import re
from pathlib import Path

import pytest

from actions.actor import DeniedError
from actions.compact.unions import list_unions
from actions.doing import carry_out
from actions.registry.institutions import list_institutions
from actions.rights import Right, right_of
from tests.actions.acts import give, make_union


@pytest.fixture
def novice(world):
    """Somebody whose role has no row, granted everything."""
    world.admin("INSERT INTO role VALUES ('novice', '新角色', 'Novice')")
    carry_out(world.actor(), give("novice"), world.user["outsider"])
    return world.actor("outsider")


def test_a_role_without_rows_sees_and_does_nothing(world, novice):
    assert list_institutions(novice).rows == []
    assert list_unions(novice) == []
    with pytest.raises(DeniedError):
        make_union(novice, "新", "New", [world.region["city 1"]])
    assert world.admin("SELECT count(*) FROM audit_entry WHERE act = 'union.make'") == [(0,)]


def test_a_row_lets_a_role_do_what_it_says_and_no_more(world, novice):
    world.admin("INSERT INTO role_right VALUES ('novice', 'look')")
    assert len(list_institutions(novice).rows) == 6
    with pytest.raises(DeniedError):
        make_union(novice, "新", "New", [world.region["city 1"]])
    world.admin("INSERT INTO role_right VALUES ('novice', 'plan')")
    make_union(novice, "新", "New", [world.region["city 1"]])


def test_an_act_that_nobody_thought_of_is_refused_to_everybody(world):
    with pytest.raises(DeniedError), world.actor().act("sorcery.perform", "x"):
        pass


def test_every_undeclared_act_asks_for_a_right_of_the_table(world):
    acts = {
        act
        for path in Path("actions").glob("**/*.py")
        for act in re.findall(r'(?:\.act\(\s*|_ACT: Final = )"([^"]+)"', path.read_text())
    }
    assert acts == {"readings.import", "readings.correct", "registry.import"}  # whole files
    assert [act for act in acts if right_of(act) is None] == []
    named = {row[0] for row in world.admin("SELECT code FROM named_right")}
    assert named == {one.value for one in Right}
