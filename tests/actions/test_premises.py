"""Premises are told once, and shared compounds are split to the last quantum."""

from collections.abc import Iterator

import pytest

from actions.doing import foresee
from actions.registry.premises_tables import COMPOUNDS, PREMISES, WhosePremises
from actions.registry.split_compound import SplitCompound
from actions.table_rows import values_of
from actions.tables import rows_of
from metering.errors import ConflictError, InputError
from tests.actions.examples_of_premises import compound, premises, split
from tests.actions.examples_of_roster import offices
from tests.actions.examples_of_sizes import state
from tests.actions.world import World, make_world


@pytest.fixture(scope="module")
def world(database_of_module) -> Iterator[World]:
    """One world; every test has institutions of its own."""
    made = make_world(database_of_module)
    yield made
    made.close()


def held(world: World, *whom: int, day: str = "2016-02-01") -> dict[tuple[int, int], int]:
    """Return the shares that count on a day, by (institution, channel)."""
    return {
        (who, channel): share
        for who, channel, share in world.admin(
            """SELECT institution_id, channel_id, share FROM account_term
                WHERE institution_id = ANY(%s) AND known_until IS NULL AND valid_from <= %s
                  AND (valid_to IS NULL OR %s < valid_to)""",
            list(whom), day, day,
        )
    }  # fmt: skip


def meter(world: World, who: int) -> tuple[int, str]:
    """Return the channel of an institution's first meter, and its code."""
    ((channel, code),) = world.admin(
        """SELECT c.id, m.code || '/' || c.code FROM channel c JOIN meter m ON m.id = c.meter_id
            WHERE m.institution_id = %s AND c.carrier = 'electricity' ORDER BY 1 LIMIT 1""", who,
    )  # fmt: skip
    return channel, code


def sub_meter(world: World, who: int) -> tuple[int, str]:
    """Give a compound a sub-meter, which counts for nobody."""
    ((made,),) = world.admin(
        """INSERT INTO meter (institution_id, code, name_zh, name_en)
           VALUES (%s, 'sub', '分表', 'sub') RETURNING id""", who,
    )  # fmt: skip
    ((channel,),) = world.admin(
        """INSERT INTO channel (meter_id, code, carrier, kind, unit, per_unit, zone, since)
           SELECT %s, 'e', carrier, kind, unit, per_unit, zone, since FROM channel c
             JOIN meter m ON m.id = c.meter_id WHERE m.institution_id = %s LIMIT 1
           RETURNING id""", made, who,
    )  # fmt: skip
    return channel, "sub/e"


def test_a_split_by_area_and_sub_meter_adds_to_what_counted(world):
    body, tenant = compound(world)
    (canteen,) = offices(world, 1, days=1)
    main, _ = meter(world, body)
    sub, code = sub_meter(world, body)
    users = [{"institution": body}, {"institution": tenant},
             {"institution": canteen, "sub_meter": code}]  # fmt: skip
    for who, area in ((body, 7000), (tenant, 3001)):
        with pytest.raises(InputError, match="states no floor area on 2016-01-01"):
            split(world, body, "area", users)
        state(world, "area_m2", area, since="2015-01-01", name=name_of(world, who))
    split(world, body, "area", users)
    shares = held(world, body, tenant, canteen)
    assert shares[body, main] + shares[tenant, main] == 1_000_000
    assert shares[tenant, main] == 300_070  # 3001 of 10,001
    assert (shares[canteen, sub], shares[body, sub] + shares[tenant, sub]) == (
        1_000_000,
        -1_000_000,
    )
    assert held(world, body, day="2015-12-31") == {(body, main): 1_000_000}

    split(world, body, "agreement", [{"institution": tenant, "percent": "100"}], "2016-03-01")
    later = held(world, body, tenant, canteen, day="2016-03-01")
    assert {who for (who, channel) in later if channel in (main, sub)} == {tenant}
    rows = [values_of(COMPOUNDS, one) for one in rows_of(
        world.actor(), COMPOUNDS, WhosePremises(institution=tenant), None, 10).rows]  # fmt: skip
    assert [(one["basis"], one["part"], one["valid_to"] and f"{one['valid_to']}") for one in rows
            if one["user_id"] == tenant] == [
        ("area", "3001/10001", "2016-03-01"), ("agreement", "1", None)]  # fmt: skip


def name_of(world: World, who: int) -> str:
    return next(name for name, one in world.institution.items() if one == who)


def test_what_is_no_split_is_refused_with_both_sides(world):
    body, tenant = compound(world)
    _, code = meter(world, body)
    half = [{"institution": body, "percent": "50"}, {"institution": tenant, "percent": "40"}]
    for basis, users, says in (
        ("agreement", half, "add to 90%"),
        ("agreement", [{"institution": body}], "each share is asked for"),
        ("area", half, "by agreement alone"),
        ("persons", [{"institution": body}] * 2, "named twice"),
        ("sub_meter", [{"institution": tenant}], "no sub-meter"),
        ("sub_meter", [{"institution": tenant, "sub_meter": "none/e"}], "There is no sub-meter"),
        ("sub_meter", [{"institution": tenant, "sub_meter": code}], "would count twice"),
    ):
        with pytest.raises((InputError, ConflictError), match=says):
            split(world, body, basis, users)
    with pytest.raises(InputError, match="no channel of water counts"):
        split(world, body, "sub_meter", [{"institution": body}], carrier="water")
    whole = [{"institution": tenant, "percent": "100"}]
    split(world, body, "agreement", whole, "2016-06-01")
    with pytest.raises(ConflictError, match="holds from"):
        split(world, body, "agreement", whole, "2016-01-01")
    said = {"carrier": "electricity", "basis": "agreement", "valid_from": "2016-07-01",
            "source": "协议", "users": [{"institution": body, "percent": "25"},
                                      {"institution": tenant, "percent": "75"}]}  # fmt: skip
    effects = foresee(world.actor(), SplitCompound.model_validate(said), body).effects
    told = {(one.where["institution"], one.before and one.before.en, one.after.en)
            for one in effects}  # fmt: skip
    assert told == {(body, None, "25%"), (tenant, "100%", "75%")}


def test_premises_are_told_once_and_nobody_lets_more_than_it_has(world):
    landlord, tenant = offices(world, 2, days=1)
    with pytest.raises(InputError, match="let out 800 m² of 0 m²"):
        premises(world, landlord, "三层", "let_out", 800, other=tenant)
    premises(world, landlord, "主楼", "owned", 5000)
    premises(world, landlord, "三层", "let_out", 800, other=tenant)
    with pytest.raises(
        ConflictError, match=r"as let out, 800 m² from 2016-01-01 .* not stated twice"
    ):
        premises(world, tenant, "三层", "rented", 700, other=landlord)
    with pytest.raises(InputError, match="let out 5001 m² of 5000 m²"):
        premises(world, landlord, "四层", "let_out", 4201, other_name="某公司")
    for more, says in (
        ({"tenure": "owned", "area": 5, "other": landlord}, "name no other party"),
        ({"tenure": "rented", "area": 5}, "name no other party"),
        ({"tenure": "rented", "area": 0, "other": landlord}, "above 0"),
        ({"tenure": None, "area": 5}, "none once they end"),
        ({"tenure": "rented", "area": 5, "other": tenant}, "is another one"),
    ):
        with pytest.raises(InputError, match=says):
            premises(world, tenant, "别处", **more)
    rows = [values_of(PREMISES, one) for one in rows_of(
        world.actor(), PREMISES, WhosePremises(institution=tenant), None, 10).rows]  # fmt: skip
    assert [(one["institution_id"], one["premises"], one["tenure"], one["other_id"])
            for one in rows] == [(landlord, "三层", "let_out", tenant)]  # fmt: skip
    premises(world, landlord, "三层", None, None, valid_from="2016-09-01")
    premises(world, tenant, "三层", "rented", 700, other=landlord, valid_from="2016-09-01")
