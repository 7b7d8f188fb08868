"""The union in which a year is played, what its rules share, and the laws that are looked at."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any

import hypothesis.strategies as st
import psycopg
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant

from actions.actor import Actor
from actions.doing import carry_out
from compact.journal import broken
from metering.errors import EnergyError
from storage.compact import covers, second_log
from tests.actions.acts import as_user, signers
from tests.actions.book_model import BookModel, Moved
from tests.actions.book_world import TERMS, agree, make_books
from tests.actions.compact_world import UnionWorld, make_union_world, use
from tests.actions.kept import Kept
from tests.actions.world import World, new_office

DAY = date(2018, 3, 1)  # both years are over
NAMES = ("office", "school", "clinic")
HOLDERS = st.sampled_from([*NAMES, *NAMES, "hall"])
YEARS = st.sampled_from([2016, 2017])
PERSON = st.integers(0, 1)
PARTS = st.sampled_from([1, 2, 5, 10, 25, 60, 100, 101])  # percent of what an account holds

_BALANCES = """
    SELECT account, coalesce(institution_id, region_id, 0), year, sum(amount_g)::bigint
      FROM book_entry GROUP BY 1, 2, 3 HAVING sum(amount_g) <> 0
"""


def make_year(world: World) -> UnionWorld:
    """Make books of two years, and a third region with an office that may join."""
    made = make_books(make_union_world(world))
    agree(world, made.union, **TERMS)
    nation = world.admin("SELECT region_id FROM region_fact WHERE kind = 'nation'")[0][0]
    (row,) = world.admin("INSERT INTO region DEFAULT VALUES RETURNING id")
    world.admin(
        """INSERT INTO region_fact (region_id, parent_id, code, kind, name_zh, name_en, is_demo,
               grid_region, valid_from, source, known_by)
           VALUES (%s, %s, '980000', 'province', '乙', 'B', true, 'GRID_EC', '2000-01-01', 'test',
                   'user:1')""",
        row[0], nation,
    )  # fmt: skip
    world.region["other"] = row[0]
    new_office(world, "hall")
    world.admin("SET session_replication_role = replica")
    world.admin("UPDATE affiliation SET region_id = %s WHERE institution_id = %s",
                row[0], world.institution["hall"])  # fmt: skip
    world.admin("SET session_replication_role = DEFAULT")
    for month in range(1, 13):
        use(world, "hall", 2015, month, 600 + month)
    signers(world.actor(), [world.region[name] for name in ("city 1", "city 2", "other")])
    return made


def run_rows(world: World, run: int, fall: Fraction) -> tuple[list[Any], dict[int, int]]:
    """Return a run's quotas as the model takes them, and what its target lets be issued by year."""
    rows = world.admin(
        """SELECT year, institution_id, member_id, amount_g,
                  (SELECT coalesce(sum(m), 0) FROM unnest(base_g) AS m)
             FROM run_quota WHERE run_id = %s""",
        run,
    )
    bases: dict[int, int] = {}
    for year, *_, base in rows:
        bases[year] = bases.get(year, 0) + int(base)
    caps = {year: floor(base * (1 - fall) + Fraction(1, 2)) for year, base in bases.items()}
    return [row[:4] for row in rows], caps


class Begun(RuleBasedStateMachine):
    """Books of two years; each rule tries an act, whether or not the model allows it."""

    union: UnionWorld
    kept: Kept
    acts = 0  # of all years that were played

    @initialize()
    def begin(self) -> None:
        self.kept.back()
        world = self.world = self.union.world
        self.operator = self.on_the_day(world.actor())
        ((first,), (second,)) = world.admin(
            "SELECT id FROM app_user WHERE login LIKE 'signs._' ORDER BY login"
        )
        self.people = [self.on_the_day(as_user(self.operator, f"user:{one}"))
                       for one in (first, second)]  # fmt: skip
        self.of = {name: world.institution[name] for name in (*NAMES, "hall")}
        self.model = BookModel()
        for run, fall in world.admin(
            """SELECT f.run_id, t.fall_millionths FROM run_in_force f JOIN run r ON r.id = f.run_id
                 JOIN target t ON t.id = r.target_id ORDER BY f.year"""
        ):
            assert self.model.issue(*run_rows(world, run, Fraction(fall, 10**6)))
        self.begins_too()
        self.shifted: list[int] = []

    def begins_too(self) -> None:
        """Begin what other rules know."""

    def on_the_day(self, actor: Actor) -> Actor:
        actor.today = DAY
        return actor

    def tried(self, by: int | None, action: Any, on: int | None) -> Any:
        """Return what an act came to, None where it was refused in words; by None: the operator."""
        self.refusal = ""
        Begun.acts += 1
        try:
            actor = self.operator if by is None else self.people[by]
            return carry_out(actor, action, on, again=True).result
        except EnergyError as error:
            self.refusal = error.code
        assert self.refusal != "database.refused", action
        return None

    def proposed(self, by: int | None, action: Any, on: int, may: bool, what: Moved) -> None:
        made = self.tried(by, action, on)
        assert (made is not None) == may, (action, self.refusal)
        if made is not None:
            self.model.moved[made.movement_id] = what

    def part(self, account: str, whose: int, year: int, percent: int) -> int:
        """Return so many percent of what an account holds, one gram at the least."""
        return max(1, self.model.of(account, whose, year) * percent // 100)

    def said(self, year: int, g: int) -> dict[str, Any]:
        """Return what every act says."""
        amount = Decimal(g).scaleb(-3)
        return {"union": self.union.union, "year": year, "amount": amount, "reason": "test"}

    def number(self, nth: int) -> int:
        """Return one of the newest movements."""
        newest = sorted(self.model.moved, reverse=True)
        return newest[nth % len(newest)]

    def past_triggers(self, statement: str, *parameters: Any) -> None:
        """Let time pass, or a figure be known, in a way that no act has."""
        self.world.admin("SET session_replication_role = replica")
        self.world.admin(statement, *parameters)
        self.world.admin("SET session_replication_role = DEFAULT")

    @invariant()
    def the_books_are_the_models(self) -> None:
        if not hasattr(self, "model"):
            return
        rows = self.world.admin(_BALANCES)
        assert {row[:3]: row[3] for row in rows} == {
            key: g for key, g in self.model.balance.items() if g
        }

    def teardown(self) -> None:
        """Compare with the second log, and how everybody's cover stands, once at the end."""
        if not hasattr(self, "model"):
            return
        for cause in self.shifted:
            self.past_triggers("UPDATE book_cause SET made_at = made_at + interval '15 days'"
                               " WHERE id = %s", cause)  # fmt: skip
        found = self.world.admin("SELECT code, what FROM journal.differences(%s)", self.union.union)
        assert found == []
        with psycopg.connect(self.world.database.admin_url) as admin:
            assert broken(second_log.whole_lines(admin, self.union.union)) == []
        with self.operator.look() as connection:
            rows = covers.holders(connection, self.union.union, "total_kgce")
        assert {row.institution_id: row.years for row in rows} == {
            who: years for who in {who for who, _ in self.model.quota} | set(self.of.values())
            if (years := self.model.years(who))
        }  # fmt: skip
        for row in rows:
            expected = self.model.status(row.institution_id, DAY.year)
            assert row.record(DAY.year).status.value == expected, row
