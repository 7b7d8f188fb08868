"""What members show each other: by their own words, and never so that a sum tells of one.

`COMMONWATT_TEST_ATTEMPTS=1000 pytest tests/actions/test_sharing.py --timeout 0` tries harder.
"""

import os
from collections import defaultdict
from datetime import date
from decimal import Decimal
from itertools import count
from random import Random
from typing import Any

import psycopg
import pytest

from actions.actor import DeniedError
from actions.compact.members_table import OfUnion
from actions.compact.set_sharing import RevokeSharing, SetSharing
from actions.compact.sharing_tables import SHARED, SHARING
from actions.doing import carry_out
from actions.tables import rows_of
from metering.errors import ConflictError, InputError
from storage.boards.queries import make_member_login
from storage.compact import sharing
from tests.actions.acts import make_union, signers
from tests.actions.compact_world import make_union_world, use
from tests.actions.examples_of_notices import seat_of
from tests.actions.prying import _institution, _region
from tests.actions.world import make_world, new_office

ATTEMPTS = int(os.environ.get("COMMONWATT_TEST_ATTEMPTS", "25"))
_SINCE = count(1)
_CELLS = """
    SELECT b.member, f.month, a.department_line, f.institution_id, f.kgce_g[p.place], f.co2_g
      FROM account_figure f
      JOIN affiliation a ON a.institution_id = f.institution_id AND a.known_until IS NULL
      JOIN unnest(%s::integer[]) AS b (member) ON b.member = a.region_id
      JOIN profile p ON p.is_default
     WHERE f.kgce_g IS NOT NULL
"""


class House:
    """A union of three cities, of whose institutions some are restricted."""

    def __init__(self, database: Any) -> None:
        self.world = make_world(database)
        random = Random(3)
        self.members = [
            _region(self.world, f"shows {i}", "city", "province", f"9903{i}0") for i in range(3)
        ]
        self.restricted: set[int] = set()
        for place, region in enumerate(self.members):
            for n in range((14, 9, 3)[place]):
                guarded = random.random() < 0.25
                made = _institution(self.world, random, f"s{place} {n}", region, guarded)
                if guarded:
                    self.restricted.add(made)
        planner = self.world.actor("planner of all")
        self.union = make_union(planner, "共享", "Sharing", self.members)
        self.today = date(2016, 9, 15)
        self.seats = dict(
            self.world.admin("SELECT region_id, id FROM membership WHERE union_id = %s", self.union)
        )
        self.giver = signers(self.world.actor(), self.members)[0]
        self.cells: dict[Any, dict[str, dict[int, int]]] = defaultdict(lambda: defaultdict(dict))
        self.co2: dict[Any, dict[str, dict[int, int]]] = defaultdict(lambda: defaultdict(dict))
        for member, month, line, institution, grams, co2 in self.world.admin(_CELLS, self.members):
            self.cells[member, month][line][institution] = grams
            self.co2[member, month][line][institution] = co2

    def person(self, name: str, scope: str, of: int, role: str = "officer") -> None:
        """Add somebody with one grant."""
        made = self.world.admin(
            "INSERT INTO app_user (login, name) VALUES (%s, %s) RETURNING id", name, name
        )[0][0]
        self.world.user[name] = made
        column = {"region": "region_id", "union": "union_id"}[scope]
        self.world.admin(
            f"""INSERT INTO access_grant (viewer, role, scope, {column}, valid_from)
                VALUES (%s, %s, %s, %s, '2015-01-01')""",
            f"user:{made}", role, scope, of,
        )  # fmt: skip

    def code(self, place: int) -> str:
        """Return by which code a member is named."""
        return f"9903{place}0"

    def show(self, place: int, to: str = "every", **said: Any) -> None:
        """Let a member state what it shows."""
        fields = {"indicator": "total_kgce", "to": to, "level": "line", "grain": "month",
                  "lag_months": 0, "since": "2016-01-01", "source": "minutes"}  # fmt: skip
        action = SetSharing.model_validate(fields | said)
        carry_out(self.giver, action, self.seats[self.members[place]])

    def revoke(self, place: int, to: str = "every") -> None:
        """Let a member show no more."""
        fields = {"indicator": "total_kgce", "to": to, "since": "2016-01-01", "source": "m"}
        action = RevokeSharing.model_validate(fields)
        carry_out(self.giver, action, self.seats[self.members[place]])

    def figures(self, who: str) -> list[Any]:
        """Return what somebody is shown of others' figures, as the table says it."""
        actor = self.world.actor(who, self.today)
        return rows_of(actor, SHARED, OfUnion(), None, 1000).rows


@pytest.fixture(scope="module")
def house(database_of_module):
    made = House(database_of_module)
    made.person("neighbour", "region", made.members[1])
    made.person("third", "region", made.members[2])
    made.person("of the union", "union", made.union, "reader")
    made.person("insider", "region", made.members[1])  # who sees all open ones of the first too
    made.world.admin(
        """INSERT INTO access_grant (viewer, role, scope, institution_id, valid_from)
           SELECT %s, 'reader', 'institution', a.institution_id, '2015-01-01' FROM affiliation a
            WHERE a.region_id = %s AND a.institution_id <> ALL(%s)""",
        f"user:{made.world.user['insider']}", made.members[0], sorted(made.restricted),
    )  # fmt: skip
    yield made
    made.world.close()


def periods(rows: list[Any]) -> set[date]:
    return {one.period for one in rows}


def test_nothing_is_shown_until_a_member_says_so_and_nothing_after_it_revokes(house):
    assert house.figures("neighbour") == []
    house.show(0, to=house.code(1), level="member", lag_months=3)
    shown = house.figures("neighbour")
    assert {(one.region_id, one.level, one.department_line) for one in shown} == {
        (house.members[0], "member", None)
    }
    # On 15 September, three months late: May is over since 1 June and is told since 1 September.
    assert max(periods(shown)) == date(2016, 5, 1)
    assert house.figures("third") == []
    assert house.figures("of the union") == []  # a term to one member alone
    house.revoke(0, to=house.code(1))
    assert house.figures("neighbour") == []
    with pytest.raises(ConflictError) as nothing:
        house.revoke(0, to=house.code(1))
    assert nothing.value.code == "sharing.nothing_shown"
    terms = rows_of(house.world.actor("neighbour"), SHARING, OfUnion(), None, 500).rows
    assert [one.shown for one in terms] == [False, True]  # kept, the newest first
    assert [one.holds for one in terms] == [True, False]


def test_only_a_members_own_people_state_what_it_shows(house):
    fields = {"indicator": "total_kgce", "to": "every", "level": "member", "grain": "year",
              "since": "2016-01-01", "source": "x"}  # fmt: skip
    seat = house.seats[house.members[0]]
    for who in ("planner of all", "neighbour", "of the union"):
        with pytest.raises(DeniedError):
            carry_out(house.world.actor(who), SetSharing.model_validate(fields), seat)
    with pytest.raises(InputError):  # itself
        house.show(0, to=house.code(0))
    word = sharing.Word(house.union, house.members[0], None, "total_kgce", date(2016, 1, 1), "x")
    with pytest.raises(DeniedError), house.world.actor("neighbour").change() as connection:
        sharing.add(connection, word, house.world.actor("neighbour").name)


def test_a_term_to_one_goes_before_one_to_all_and_the_agreement_asks_for_a_lag(house):
    house.show(1, level="member")
    house.revoke(1, to=house.code(2))
    assert house.figures("third") == []
    assert house.members[1] in {one.region_id for one in house.figures("of the union")}
    clauses = '[{"kind": "sharing", "binds": true, "terms": {"lag_months": 4}}]'
    house.world.admin("ALTER TABLE agreement DISABLE TRIGGER USER")
    house.world.admin(
        """WITH said AS (SELECT id, jsonb_set(text::jsonb, '{clauses}', %s)::text AS text
                           FROM agreement WHERE union_id = %s)
           UPDATE agreement a SET text = s.text,
                  sha256 = encode(sha256(convert_to(s.text, 'UTF8')), 'hex')
             FROM said s WHERE s.id = a.id""",
        clauses, house.union,
    )  # fmt: skip
    late = house.figures("of the union")
    assert max(periods(late)) == date(2016, 4, 1)


def test_a_grant_of_the_union_sees_institutions_only_where_the_member_shows_them(house):
    def seen(place: int) -> bool:
        with house.world.actor("of the union", house.today).look() as connection:
            ids = {row[0] for row in connection.execute("SELECT access.sees()")}
        return bool(
            ids
            & {
                one
                for line in house.cells[house.members[place], date(2016, 5, 1)].values()
                for one in line
            }
        )

    assert seen(2)  # it has stated nothing
    house.show(2, level="line")
    assert not seen(2)
    house.show(2, level="institution", lag_months=0)
    assert seen(2)
    house.revoke(2)
    assert not seen(2)


def test_no_attempt_learns_of_one_from_sums_that_are_shown(house):
    random = Random(11)
    withheld = shown = 0
    with psycopg.connect(house.world.database.admin_url, autocommit=True) as admin:
        name = make_member_login(admin, "shares1", house.members[1], "pry into it all")
    login = psycopg.conninfo.make_conninfo(
        house.world.database.admin_url, user=name, password="pry into it all"
    )
    try:
        for _ in range(ATTEMPTS):
            place = random.randrange(3)
            house.show(
                place, to=random.choice(["every", house.code((place + 1) % 3)]),
                level=random.choice(["member", "line", "institution"]),
                lag_months=random.randrange(3),
                indicator=random.choice(["total_kgce", "total_kgco2"]),
            )  # fmt: skip
            who = random.choice(["neighbour", "third", "of the union", "insider", "planner of all"])
            rows = house.figures(who)
            with house.world.actor(who, house.today).look() as connection:
                sees = {row[0] for row in connection.execute("SELECT access.sees()")}
            for indicator, cells in (("total_kgce", house.cells), ("total_kgco2", house.co2)):
                some = [one for one in rows if one.indicator == indicator]
                done = check(house, some, sees, cells)
                shown, withheld = shown + done[0], withheld + done[1]
            together(rows)
        with psycopg.connect(login) as outside:
            asked = outside.execute(
                """SELECT region_id, period, department_line, institution_id, amount
                     FROM report.shared_figure"""
            ).fetchall()
            outside.rollback()
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                outside.execute("SELECT * FROM public.sharing_word")
    finally:
        house.world.admin(f'DROP OWNED BY "{name}"')
        house.world.admin(f'DROP ROLE "{name}"')
    assert {row[0] for row in asked} <= set(house.members)
    assert not {row[3] for row in asked} & house.restricted
    assert shown > ATTEMPTS
    assert withheld > ATTEMPTS  # or the attempts were no attempts


def together(rows: list[Any]) -> None:
    """Where energy and CO2 are both shown, each withholds what the other does."""
    by: dict[Any, dict[str, dict[Any, bool]]] = defaultdict(lambda: defaultdict(dict))
    for one in rows:
        cell = (one.department_line, one.institution_id)
        by[one.region_id, one.period][one.indicator][cell] = one.amount is None
    for both in by.values():
        if len(both) == 2:
            energy, co2 = both["total_kgce"], both["total_kgco2"]
            assert energy == co2


def check(house: House, rows: list[Any], sees: set[int], cells: Any) -> tuple[int, int]:
    """Hold what is shown against the figures themselves; return how many were shown, and not."""
    by: dict[Any, list[Any]] = defaultdict(list)
    for one in rows:
        by[one.region_id, one.period].append(one)
    shown = withheld = 0
    for key, found in by.items():
        lines = cells[key]
        everything = {one: grams for line in lines.values() for one, grams in line.items()}
        total = next(one for one in found if one.department_line is None)
        alone = {one.institution_id: one.amount for one in found if one.institution_id}
        assert not alone.keys() & house.restricted
        parts = [one for one in found if one.department_line and not one.institution_id]
        told = {one.department_line for one in parts if one.amount is not None}
        shown += len(told) + (total.amount is not None)
        withheld += len(parts) - len(told) + (total.amount is None)
        for one in parts:
            if one.amount is not None:
                assert Decimal(sum(lines[one.department_line].values())) / 1000 == one.amount
                large(lines[one.department_line])
                of_none(lines[one.department_line], house.restricted, sees)
        if total.amount is None:
            assert not told
            continue
        assert Decimal(sum(everything.values())) / 1000 == total.amount
        # What is left of the whole is told by subtracting.
        rest = {
            one: grams
            for line, own in lines.items()
            if line not in told
            for one, grams in own.items()
        }
        if alone:
            of_none({k: v for k, v in rest.items() if k not in alone}, house.restricted, sees)
        elif rest:
            large(rest)
            of_none(rest, house.restricted, sees)
            assert len(lines) - len(told) != 1 or not told
    return shown, withheld


def large(cell: dict[int, int]) -> None:
    used = [grams for grams in cell.values() if grams]
    assert len(used) >= 3
    assert max(used) * 100 <= sum(used) * 85


def of_none(cell: dict[int, int], restricted: set[int], sees: set[int]) -> None:
    """What is not seen of a sum holds no restricted institution, or three with none above 85 %."""
    unseen = {one: grams for one, grams in cell.items() if one not in sees}
    if unseen.keys() & restricted:
        assert len(unseen) >= 3
        assert max(unseen.values()) * 100 <= sum(unseen.values()) * 85


def test_a_sum_does_not_differ_from_those_with_quotas_by_a_restricted_one(database):
    world = make_world(database)
    union = make_union_world(world)
    union.issued()
    for name, kwh in (("office", 900), ("school", 800), ("police", 700)):
        use(world, name, 2016, 1, kwh)
    made = world.admin("INSERT INTO app_user (login, name) VALUES ('next', 'next') RETURNING id")[
        0
    ][0]
    world.user["next"] = made
    world.admin(
        """INSERT INTO access_grant (viewer, role, scope, region_id, valid_from)
           VALUES (%s, 'officer', 'region', %s, '2015-01-01')""",
        f"user:{made}", world.region["city 2"],
    )  # fmt: skip
    first, _ = signers(world.actor(), [world.region["city 1"]])
    fields = {"indicator": "total_kgce", "to": "every", "level": "member", "grain": "month",
              "since": "2016-01-01", "source": "x"}  # fmt: skip
    carry_out(first, SetSharing.model_validate(fields), seat_of(world, "city 1"))

    def january(year: int) -> list[str | None]:
        actor = world.actor("next", date(2016, 9, 15))
        rows = rows_of(actor, SHARED, OfUnion(), None, 1000).rows
        return [one.amount for one in rows if one.period == date(year, 1, 1)]

    assert january(2016) == [Decimal(2400) * Decimal("0.1229")]
    # Another restricted one, without a base and so without a quota: progress tells the sum of the
    # others, so the whole would tell of it.
    new_office(world, "late")
    world.admin("ALTER TABLE institution_fact DISABLE TRIGGER USER")
    world.admin(
        """UPDATE institution_fact SET value = 'restricted'
            WHERE institution_id = %s AND attribute = 'disclosure'""",
        world.institution["late"],
    )
    use(world, "late", 2016, 1, 600)
    assert january(2016) == [None]
    assert january(2015) != [None]  # of a year without a run nothing else is told
    world.close()
