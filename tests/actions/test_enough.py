"""An office states how much must be measured before figures are compared, and who may not."""

from datetime import date
from decimal import Decimal

import pytest
from pydantic import ValidationError

from actions.accounts.enough import list_shares
from actions.actor import DeniedError
from tests.actions.acts import make_union, set_enough, state_share
from tests.actions.tables import indicators_of
from tests.actions.world import counts_since, measure

YEAR = date(2015, 1, 1), date(2016, 1, 1)


def place(world, region=None):
    found = indicators_of(
        world.actor(),
        *YEAR,
        institution_id=world.institution["office"],
        region_id=region and world.region[region],
    )
    return found.rows[0].place_m2


def test_the_nearest_office_that_states_a_share_decides(world):
    counts_since(world, "office", "2015-01-01")
    measure(world, "office", "2015-01-01", 347, 10_000)  # 95 %
    planner, system = world.actor("planner of all"), world.actor()
    assert list_shares(system) == []
    assert place(world) == place(world, "city 1") == 1

    state_share(planner, Decimal("0.96"), "paper 7", world.region["province"])
    assert (place(world), place(world, "city 1")) == (1, None)
    state_share(planner, Decimal("0.94"), "paper 8", world.region["city 1"])
    assert (place(world, "province"), place(world, "city 1")) == (None, 1)
    state_share(system, Decimal("0.99"), "the board")
    assert place(world) is None
    state_share(system, Decimal("0.95"), "the board again")

    stated = [
        (one.region_id, one.share, one.source) for one in list_shares(world.actor("outsider"))
    ]
    assert stated == [
        (None, Decimal("0.95"), "the board again"),
        (world.region["province"], Decimal("0.96"), "paper 7"),
        (world.region["city 1"], Decimal("0.94"), "paper 8"),
    ]
    assert world.admin("SELECT count(*) FROM enough_measured") == [(4,)]
    acts = world.admin("SELECT count(*) FROM audit_entry WHERE act = 'enough.state'")
    assert acts == [(4,)]


# What the union, the city, its province and the installation say, in thousandths; what is asked of
# the union's figures (bases, quotas, progress), and of the city's (ranks, years, boards).
WORDS = [
    (None, None, None, None, 900, 900),
    (800, None, None, None, 800, 900),
    (None, 950, None, None, 900, 950),
    (800, 950, None, None, 800, 950),
    (None, None, 960, None, 900, 960),
    (None, 950, 960, 990, 990, 950),
    (None, None, None, 970, 970, 970),
    (850, None, None, 970, 850, 970),
]


@pytest.mark.parametrize("fields", WORDS)
def test_one_function_answers_for_unions_and_for_offices(world, fields):
    union, city, province, installation, of_union, of_city = fields
    regions = [world.region["city 1"], world.region["city 2"]]
    union_id = make_union(world.actor("planner of all"), "双城", "Two cities", regions)
    if union is not None:
        set_enough(world.actor("planner of all"), union_id, union, "the conference")
    for region_id, word in (
        (world.region["city 1"], city), (world.region["province"], province), (None, installation),
    ):  # fmt: skip
        if word is not None:
            state_share(world.actor(), Decimal(word) / 1000, "test", region_id)
    found = world.admin(
        """SELECT storage.enough(%s, NULL), storage.enough(NULL, %s), storage.union_enough(%s),
                  report.enough(%s)""",
        union_id, regions[0], union_id, regions[0],
    )[0]  # fmt: skip
    assert tuple(int(one * 1000) for one in found[:2]) == (of_union, of_city)
    assert (found[2], int(found[3] * 1000)) == (of_union, of_city)


@pytest.mark.parametrize("who", ["province officer", "city reader", "outsider"])
def test_nobody_else_states_one(world, who):
    with pytest.raises(DeniedError):
        state_share(world.actor(who), Decimal("0.95"), "mine", world.region["city 1"])


def test_the_whole_installation_is_its_administrators(world):
    with pytest.raises(DeniedError):
        state_share(world.actor("planner of all"), Decimal("0.95"), "mine")


@pytest.mark.parametrize("share", ["0.49", "1.01", "0.9000001"])
def test_an_impossible_share_is_refused(world, share):
    with pytest.raises(ValidationError):
        state_share(world.actor(), Decimal(share), "test")
