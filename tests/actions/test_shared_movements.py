"""What moves among many accounts, and the end of a year."""

from datetime import date
from decimal import Decimal

import pytest

from actions.compact.account_acts import CloseAccount
from actions.compact.close_books import CloseBooks
from actions.compact.cover_acts import CoverUse
from actions.compact.decide_movements import ApproveMovement
from actions.compact.movement_things import movement_name
from actions.compact.movements_table import MOVEMENTS, WhichMovements
from actions.compact.rebalance import ProposeRebalancing
from actions.compact.reconcile_books import ReconcileBooks
from actions.compact.shared_movements import (
    ProposeSuccession,
    PutInPool,
    TakeFromPool,
)
from actions.doing import carry_out, foresee
from actions.tables import rows_of
from metering.errors import ConflictError, InputError
from tests.actions.book_world import balances, make_books, people, progressed
from tests.actions.compact_world import UnionWorld, make_union_world

SPRING = date(2017, 3, 1)


@pytest.fixture
def union(world) -> UnionWorld:
    return make_books(make_union_world(world))


def approved(union: UnionWorld, action, on: int) -> int:
    """Let one propose and another approve; return the movement."""
    first, second = people(union.world)
    made = carry_out(first, action, on).result.movement_id
    carry_out(second, ApproveMovement(), made, again=True)
    return made


def test_a_pool_takes_and_gives_and_a_years_books_close_with_nothing_left(union):
    of, city = union.world.institution, union.world.region["city 1"]
    said = {"union": union.union, "year": 2016, "reason": "spare"}
    put = approved(union, PutInPool(**said, amount="5"), of["school"])
    assert balances(union)["pool", city] == 5000
    take = approved(union, TakeFromPool(**said, amount="3"), of["office"])
    assert balances(union)["pool", city] == 2000
    asked = WhichMovements(union=union.union)
    listed = rows_of(union.world.actor(), MOVEMENTS, asked, None, 10).rows
    ways = {one.movement_id: (one.into_pool, movement_name(one, "en")) for one in listed}
    assert ways[put][0] is True
    assert ways[put][1].startswith("Into the pool")
    assert ways[take][0] is False
    assert ways[take][1].startswith("Out of the pool")

    planner = union.world.actor("planner of all")
    with pytest.raises(ConflictError) as running:
        carry_out(planner, CloseBooks(year=2016, reason="too soon"), union.union, again=True)
    assert running.value.code == "books.year_not_over"
    later = union.world.actor("planner of all", today=SPRING)
    cover = CoverUse(union=union.union, year=2016, amount="1", reason="close of the year")
    carry_out(later, cover, of["school"])
    with pytest.raises(ConflictError) as open_still:
        carry_out(later, CloseBooks(year=2016, reason="over"), union.union, again=True)
    assert open_still.value.code == "books.year_reversible"

    union.world.admin("ALTER TABLE book_cause DISABLE TRIGGER never_changes")
    union.world.admin("UPDATE book_cause SET made_at = made_at - interval '15 days'")
    whole = sum(g for (account, _), g in balances(union).items() if account in ("holder", "pool"))
    closed = carry_out(later, CloseBooks(year=2016, reason="over"), union.union, again=True).result
    assert Decimal(closed.expired) == Decimal(whole).scaleb(-3)
    assert set(balances(union)) == {
        ("union", 0), ("expired", 0), ("covered", of["school"])
    }  # fmt: skip
    with pytest.raises(ConflictError) as shut:
        carry_out(later, CoverUse(**(said | {"amount": "1"})), of["school"])
    assert shut.value.code in ("books.year_closed", "books.not_enough")


def test_rebalancing_moves_within_a_member_by_the_newest_progress(union):
    of, city = union.world.institution, union.world.region["city 1"]
    before = balances(union)
    school, office = before["holder", of["school"]], before["holder", of["office"]]
    progressed(union, {"school": (school // 2, school // 8), "office": (office // 2, office // 2)})
    rebalance = ProposeRebalancing(member=city, year=2016, reason="half-year review")
    with pytest.raises(ConflictError) as nothing:  # nobody lacks any
        carry_out(union.world.actor("planner of all"), rebalance, union.union)
    assert nothing.value.code == "rebalance.nothing_moves"

    union.world.admin("DELETE FROM progress")
    # The office used 60 % in half a year: it will lack a fifth; the school can spare much.
    used = office * 6 // 10
    progressed(union, {"school": (school // 2, school // 8), "office": (office // 2, used)})
    first, second = union.world.actor("planner of all"), union.world.actor("union planner")
    made = carry_out(first, rebalance, union.union).result.movement_id
    carry_out(second, ApproveMovement(), made, again=True)
    after = balances(union)
    moved = after["holder", of["office"]] - office
    assert moved == school - after["holder", of["school"]]
    assert abs(moved - office // 5) <= 2
    assert sum(after.values()) == 0


def test_a_forecast_says_what_it_stands_on(union, monkeypatch):
    """Days of 2014 and 2015 alike, and this year at last year's pace: the rest is last year's."""
    monkeypatch.setattr("compact.forecasts.LEAST_PEERS", 1)
    of, city = union.world.institution, union.world.region["city 1"]
    union.world.admin("DELETE FROM progress")
    used_daily(union, {"office": 40_000, "school": 3_000})
    held = balances(union)
    school, office = held["holder", of["school"]], held["holder", of["office"]]
    progressed(union, {"school": (school // 3, 1), "office": (office // 3, 1)})
    rebalance = ProposeRebalancing(member=city, year=2016, reason="half-year review")
    planner = union.world.actor("planner of all")
    basis, *moves, _ = foresee(planner, rebalance, union.union).effects
    assert (basis.where["forecast"], basis.where["path"]) == (2, 0)
    assert "last year's days" in basis.after.en
    seen = {one.where["institution"]: one.where for one in moves}
    assert set(seen) == {of["school"], of["office"]}
    # 366 days but 100 are to come, at 40 kWh of 0.1229 kgce each.
    rest_kgce = 266 * 40 * Decimal("0.1229")
    expected = Decimal(seen[of["office"]]["expected"].replace(",", ""))
    assert 0 <= expected - rest_kgce < Decimal("0.01")
    assert seen[of["office"]]["basis"] == "forecast"


def used_daily(union: UnionWorld, wh: dict[str, int]) -> None:
    """Let the main meters know the same use of each day from 2014 to 9 April 2016."""
    world = union.world
    world.admin("SET session_replication_role = replica")
    for name, each in wh.items():
        channel = world.channel[{"office": "office e", "school": "shared e"}[name]]
        world.admin("DELETE FROM account_term WHERE institution_id = %s AND channel_id <> %s",
                    world.institution[name], channel)  # fmt: skip
        world.admin("UPDATE account_term SET valid_from = '2014-01-01', share = 1000000"
                    " WHERE institution_id = %s", world.institution[name])  # fmt: skip
        world.admin(
            """INSERT INTO usage_day (channel_id, day, used, measured_s, known_s)
               SELECT %s, d::date, %s, 86400, 86400
                 FROM generate_series('2014-01-01'::timestamp, '2016-04-09', '1 day') AS d
               ON CONFLICT (channel_id, day) DO UPDATE SET used = excluded.used,
                   known_s = 86400, measured_s = 86400""", channel, each,
        )  # fmt: skip
        world.admin(
            """INSERT INTO account (institution_id, carrier, month, source, quanta, measured_s,
                   known_s)
               SELECT %s, 'electricity', m::date, 'meter', 0, 0, 0
                 FROM generate_series('2014-01-01'::timestamp, '2016-04-01', '1 month') AS m
               ON CONFLICT DO NOTHING""", world.institution[name],
        )  # fmt: skip
    world.admin("SET session_replication_role = DEFAULT")


def test_what_an_institution_holds_goes_to_its_successors_and_its_account_closes(union):
    of, world = union.world.institution, union.world
    before = {year: balances(union, year) for year in (2016, 2017)}
    successors = [
        {"institution": of["office"], "percent": "60"},
        {"institution": of["police"], "percent": "40"},
    ]
    hand_over = ProposeSuccession(union=union.union, reason="document 12")
    with pytest.raises(ConflictError) as nobody:  # the roster knows of no successor
        carry_out(world.actor(), hand_over, of["school"])
    assert nobody.value.code == "roster.shares"
    itself = [{"institution": of["school"], "percent": "100"}]
    with pytest.raises(InputError) as same:
        carry_out(
            world.actor(),
            ProposeSuccession(union=union.union, reason="x", successors=itself),
            of["school"],
        )
    assert same.value.code == "roster.into_itself"
    merged(union, successors)
    approved(union, hand_over, of["school"])
    for year, was in before.items():
        now = balances(union, year)
        held = was["holder", of["school"]]
        assert ("holder", of["school"]) not in now
        gained = [now["holder", of[n]] - was["holder", of[n]] for n in ("office", "police")]
        assert sum(gained) == held
        assert abs(gained[0] - held * 6 // 10) <= 1
    planner = world.actor("planner of all")
    close = CloseAccount(union=union.union, reason="merged")
    carry_out(planner, close, of["school"], again=True)
    with pytest.raises(ConflictError) as closed:
        carry_out(planner, close, of["school"], again=True)
    assert closed.value.code == "account.not_now"
    assert carry_out(planner, ReconcileBooks(), union.union).result.differences == 0


def merged(union: UnionWorld, successors) -> None:
    """Let the roster say who succeeds the school."""
    school = union.world.institution["school"]
    union.world.admin("SET session_replication_role = replica")
    ((change,),) = union.world.admin(
        """INSERT INTO roster_change (kind, day, document_number, reason, before, after, known_by)
           VALUES ('split', '2016-04-01', '12', 'test', '{}', '{}', 'user:1') RETURNING id"""
    )
    rows = [(one["institution"], int(one["percent"])) for one in successors]
    union.world.admin(
        """INSERT INTO roster_part (change_id, predecessor_id, successor_id, numerator, denominator)
           SELECT %s, %s, s, n, 100 FROM unnest(%s::integer[], %s::integer[]) AS p (s, n)""",
        change, school, *[list(each) for each in zip(*rows, strict=True)],
    )  # fmt: skip
    union.world.admin("SET session_replication_role = DEFAULT")
