"""Trees of meters as people state them: what is refused, and that the main meter counts."""

import psycopg
import pytest

from actions.doing import carry_out, foresee
from actions.registry.state_submeter import StateSubmeter
from actions.registry.submeters_table import SUBMETERS, WhichSubmeters
from actions.tables import rows_of
from metering.errors import EnergyError, InputError
from tests.actions.examples_of_submeters import submeter


def put(world, channel, main, since="2016-03-01", who="system", **more):
    fields = {"main": main, "valid_from": since, "source": "图 7", **more}
    return carry_out(world.actor(who), StateSubmeter.model_validate(fields), channel).result


def counts(world, channel, share=1_000_000, of="office", since="2016-03-01"):
    world.admin(
        """INSERT INTO account_term (institution_id, carrier, channel_id, share, valid_from, source,
               known_by) VALUES (%s, 'electricity', %s, %s, %s, 'test', 'user:1')""",
        world.institution[of], channel, share, since,
    )  # fmt: skip


@pytest.fixture
def tree(world):
    """The office's meter, a floor's behind it, and a room's behind that."""
    floor, room = submeter(world, "floor"), submeter(world, "room")
    put(world, floor, world.channel["office e"])
    put(world, room, floor)
    return floor, room


def test_a_tree_is_listed_with_the_names_of_both(world, tree):
    floor, room = tree
    found = rows_of(world.actor(), SUBMETERS, WhichSubmeters(), None, 10).rows
    assert [(one.channel_id, one.main_id, one.main_zh) for one in found] == [
        (floor, world.channel["office e"], "office e表"), (room, floor, "floor"),
    ]  # fmt: skip
    of_clinic = WhichSubmeters(institution=world.institution["clinic"])
    assert rows_of(world.actor(), SUBMETERS, of_clinic, None, 10).rows == []


def test_moved_behind_another_meter_it_stood_where_it_did_before(world, tree):
    floor, room = tree
    made = put(world, room, world.channel["office e"], since="2016-03-10")
    assert made.before == floor
    found = rows_of(world.actor(), SUBMETERS, WhichSubmeters(), None, 10).rows
    days = [(one.main_id, one.valid_from.day, one.valid_to) for one in found[1:]]
    assert (floor, 1, found[-1].valid_from) in days


@pytest.mark.parametrize("main", ["room", "floor"])
def test_a_circle_is_refused_with_all_its_meters(world, tree, main):
    floor, _ = tree
    main = world.channel[main]
    with pytest.raises(EnergyError) as refused:
        put(world, floor, main, since="2016-03-05")
    if main == floor:
        assert refused.value.code == "submeter.itself"
        return
    assert refused.value.code == "submeter.circle"
    for said in (refused.value.zh, refused.value.en):
        assert all(one in said for one in ("2016-03-05", "floor", "room"))


def test_the_database_itself_refuses_a_circle(world, tree):
    floor, room = tree
    row = """INSERT INTO submeter (channel_id, carrier, main_id, valid_from, source, known_by)
             VALUES (%s, 'electricity', %s, '2016-02-01', 'test', 'user:1')"""
    with pytest.raises(psycopg.errors.ExclusionViolation):
        world.admin(row, world.channel["office e"], room)
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        world.admin(row, submeter(world, "water", carrier="water"), floor)


def test_a_main_meter_of_another_carrier_is_refused_with_both(world):
    with pytest.raises(InputError) as refused:
        put(world, submeter(world), world.channel["office gas"])
    assert refused.value.code == "submeter.other_carrier"
    assert all(one in refused.value.en for one in ("office gas", "electricity"))


def test_what_would_count_twice_is_refused_and_leaves_the_account(filled, world):
    """The main meter counts: its sub-meter's share ends, and the account is made anew."""
    sub = submeter(world, "sub")
    counts(world, sub)
    start = 1_456_790_400_000
    world.say("sub", [(start + hour * 3_600_000, 1.0) for hour in range(1, 25)], seq=9)
    world.work()
    both = account(world)
    with pytest.raises(InputError) as refused:
        put(world, sub, world.channel["office e"])
    assert refused.value.code == "submeter.counts_twice"
    assert all(one in refused.value.en for one in ("sub · e", "office e · total"))

    fields = {"main": world.channel["office e"], "valid_from": "2016-03-01", "source": "图 7"}
    said = StateSubmeter.model_validate({**fields, "leaves": True})
    effects = foresee(world.actor(), said, sub).effects
    assert [one.code for one in effects] == ["main", "account"]
    made = carry_out(world.actor(), said, sub).result
    world.work()

    assert made.left == [world.institution["office"]]
    assert account(world) == both - 24_000


def test_a_tenants_sub_meter_that_the_landlord_leaves_out_counts_once(world):
    sub = submeter(world, "tenant", of="school")
    counts(world, sub, of="school")
    with pytest.raises(InputError) as refused:
        put(world, sub, world.channel["office e"])
    assert refused.value.code == "submeter.counts_twice"
    counts(world, sub, share=-1_000_000)
    assert put(world, sub, world.channel["office e"]).left == []


def test_who_registers_for_the_sub_meter_alone_cannot_put_it_behind_anothers(world):
    with pytest.raises(EnergyError):
        put(world, submeter(world), world.channel["clinic e"], who="of the office")


def account(world):
    ((quanta,),) = world.admin(
        """SELECT quanta FROM account WHERE institution_id = %s AND carrier = 'electricity'
              AND month = '2016-03-01' AND source = 'meter'""",
        world.institution["office"],
    )
    return quanta
