"""Attempts to learn what restricted institutions use: questions by many viewers, then arithmetic.

A union of three cities with their counties holds open and restricted institutions. Everybody asks
for sums over pages, the API and SQL; whatever differs by one restricted figure is a leak.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations
from random import Random
from typing import Any

import psycopg

from actions.compact.runs import Method, Rule
from actions.compact.targets import Indicator, Target
from storage.boards.queries import make_member_login
from tests.actions.acts import make_union, set_target
from tests.actions.compact_world import answer_for, issue_run, record_progress, run_target
from tests.actions.world import World

LINES = ("government", "education", "security", "health")
DAYS = (date(2016, 3, 31), date(2016, 6, 30), date(2016, 9, 30), date(2016, 12, 31))
FIGURES = ("quota_g", "path_g", "used_g")
KEYS = ("union_id", "year", "day", "member_id", "institution_id", "run_id")


@dataclass
class RandomWorld:
    """A world to pry into: who is restricted, and whose figures nobody else may learn."""

    world: World
    union: int = 0
    target: int = 0
    runs: list[int] = field(default_factory=list)
    restricted: set[int] = field(default_factory=set)
    logins: dict[str, tuple[str, str]] = field(default_factory=dict)  # viewer → url, name

    @property
    def people(self) -> list[str]:
        """Those who pry and may not see everything."""
        return [name for name in self.world.user if name.startswith("pry ")]


def make_random_world(world: World, seed: int, restricted: float = 0.2) -> RandomWorld:
    """Make institutions with accounts, three runs of which two are issued, and people."""
    random, house = Random(seed), RandomWorld(world)
    members = [_region(world, f"pry city {i}", "city", "province", f"9901{i}0") for i in range(3)]
    regions = list(members)
    for i in range(6):
        above = f"pry city {i % 3}"
        regions.append(_region(world, f"pry county {i}", "county", above, f"99020{i}"))
    for i in range(45):
        guarded = random.random() < restricted
        made = _institution(world, random, f"pry {i}", random.choice(regions), guarded)
        if guarded:
            house.restricted.add(made)
    planner = world.actor("planner of all")
    house.union = make_union(planner, "探查", "Pry", members)
    target = Target(Indicator.TOTAL_KGCE, "GB2589-2020", 30_000)
    house.target = set_target(planner, house.union, target, "test")
    _run(house, Method(Rule.PROPORTIONAL))
    _accounts(world, random, random.choice(sorted(house.restricted)), 2015)  # one account is mended
    _run(house, Method(Rule.CAPABILITY, weights={members[0]: 1_500_000}))
    later = world.actor("planner of all", max(DAYS) + timedelta(days=1))
    for day in DAYS:
        record_progress(later, house.union, day)
    _people(house, random, regions, members)
    return house


def _run(house: RandomWorld, method: Method) -> None:
    actor = house.world.actor("planner of all")
    answer_for(actor, house.target)
    run_id = run_target(actor, house.target, method).run.run_id
    issue_run(actor, run_id, "again")
    house.runs.append(run_id)


def _region(world: World, name: str, kind: str, above: str, code: str) -> int:
    made = world.admin("INSERT INTO region DEFAULT VALUES RETURNING id")[0][0]
    world.region[name] = made
    world.admin(
        """INSERT INTO region_fact (region_id, parent_id, code, kind, name_zh, name_en,
               grid_region, is_demo, valid_from, source, known_by)
           VALUES (%s, %s, %s, %s, %s, %s, 'GRID_EC', true, '2000-01-01', 'test', 'user:1')""",
        made, world.region[above], code, kind, name, name,
    )  # fmt: skip
    return int(made)


def _institution(world: World, random: Random, name: str, region: int, guarded: bool) -> int:
    made = world.admin("INSERT INTO institution DEFAULT VALUES RETURNING id")[0][0]
    world.institution[name] = made
    facts = [("name_zh", name), ("disclosure", "restricted" if guarded else "open")]
    for attribute, value in facts:
        world.admin(
            """INSERT INTO institution_fact (institution_id, attribute, value, valid_from, source,
                   known_by) VALUES (%s, %s, %s, '2015-01-01', 'test', 'user:1')""",
            made, attribute, value,
        )  # fmt: skip
    world.admin(
        """INSERT INTO affiliation (institution_id, region_id, level, department_line, valid_from,
               source, known_by) VALUES (%s, %s, 'city', %s, '2015-01-01', 'test', 'user:1')""",
        made, region, random.choice(LINES),
    )  # fmt: skip
    for year in (2015, 2016):
        _accounts(world, random, made, year)
    if not guarded and random.random() < 0.8:  # of some members, only restricted ones are measured
        world.admin(
            "DELETE FROM account WHERE institution_id = %s AND month BETWEEN %s AND %s",
            made, date(2016, 7, 1), date(2016, 9, 1),
        )  # fmt: skip
    return int(made)


def _accounts(world: World, random: Random, institution: int, year: int) -> None:
    size = random.choice([10**6, 10**7, 10**8])
    world.admin(
        """INSERT INTO account (institution_id, carrier, month, source, quanta, measured_s)
           SELECT %s, 'electricity', make_date(%s, month::integer, 1), 'meter', quanta, 2592000
             FROM unnest(%s::bigint[]) WITH ORDINALITY AS of_months(quanta, month)
           ON CONFLICT (institution_id, carrier, month, source) DO UPDATE
              SET quanta = excluded.quanta""",
        institution, year, [random.randrange(size, 10 * size) for _ in range(12)],
    )  # fmt: skip


def _people(house: RandomWorld, random: Random, regions: list[int], members: list[int]) -> None:
    world = house.world
    grants: list[tuple[Any, ...]] = [
        ("reader", "union", None, None, None, house.union),
        ("planner", "union", None, None, None, house.union),
        ("planner", "region", world.region["province"], None, None, None),
    ]
    for role in ("reader", "officer", "planner"):
        grants += [(role, "region", random.choice(members), None, None, None)]
        grants += [(role, "region", random.choice(regions), None, None, None)]
    grants += [("officer", "department_line", None, random.choice(LINES), None, None)]
    of_open = sorted(set(world.institution.values()) - house.restricted)
    grants += [("officer", "institution", None, None, random.choice(of_open), None)]
    for i, grant in enumerate(grants):
        made = world.admin(
            "INSERT INTO app_user (login, name) VALUES (%s, %s) RETURNING id", f"pry-{i}", f"P{i}"
        )[0][0]
        world.user[f"pry {i}"] = made
        world.admin(
            """INSERT INTO access_grant (viewer, role, scope, region_id, department_line,
                   institution_id, union_id, valid_from)
               VALUES (%s, %s, %s, %s, %s, %s, %s, '2015-01-01')""",
            f"user:{made}", *grant,
        )  # fmt: skip
    for region in (world.region["province"], *members):
        code, url = f"pry{region}", world.database.admin_url
        with psycopg.connect(url, autocommit=True) as admin:
            name = make_member_login(admin, code, region, "pry into it all")
        login = psycopg.conninfo.make_conninfo(url, user=name, password="pry into it all")
        house.logins[f"login:{name}"] = (login, name)


def drop_logins(house: RandomWorld) -> None:
    """Take the database logins away again."""
    for _, name in house.logins.values():
        house.world.admin(f'DROP OWNED BY "{name}"')
        house.world.admin(f'DROP ROLE "{name}"')


@dataclass
class Learnt:
    """What one viewer has read: figures by what they are of, sums and single ones apart.

    A key names the figure and its time; a sum also says over whom, as far as its reader knows.
    """

    sums: dict[tuple[Any, ...], dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    single: dict[tuple[Any, ...], dict[int, int]] = field(default_factory=lambda: defaultdict(dict))

    def sum(self, key: tuple[Any, ...], over: str, value: Any) -> None:
        """Remember a sum that was told."""
        if value is not None:
            self.sums[key][over] = round(Decimal(value))

    def one(self, key: tuple[Any, ...], institution: int, value: Any) -> None:
        """Remember what was told of one institution."""
        if value is not None:
            self.single[key][institution] = round(Decimal(value))


def grams(kgce: str | None) -> Decimal | None:
    """Return what the API writes in kgce."""
    return None if kgce is None else Decimal(kgce) * 1000


def secrets_of(house: RandomWorld, seen: set[int]) -> dict[tuple[Any, ...], dict[int, int]]:
    """Return the figures of restricted institutions that a viewer does not see, by their key."""
    found: dict[tuple[Any, ...], dict[int, int]] = defaultdict(dict)
    hidden = sorted(house.restricted - seen)
    for run, institution, base, amount in house.world.admin(
        """SELECT run_id, institution_id, (SELECT sum(b) FROM unnest(base_g) b)::bigint, amount_g
             FROM run_quota WHERE institution_id = ANY(%s)""", hidden,
    ):  # fmt: skip
        found["base_g", run][institution] = base
        found["amount_g", run][institution] = amount
    for day, institution, *figures in house.world.admin(
        """SELECT day, institution_id, quota_g, path_g, used_g FROM progress
            WHERE union_id = %s AND institution_id = ANY(%s)""", house.union, hidden,
    ):  # fmt: skip
        for name, value in zip(FIGURES, figures, strict=True):
            if value is not None:
                found[name, day][institution] = value
    return found


def derived(
    learnt: Learnt, hidden: dict[tuple[Any, ...], dict[int, int]], groups: list[set[int]]
) -> Iterator[tuple[Any, ...]]:
    """Yield each restricted figure that a sum, or a difference of two, less what is seen, gives.

    groups: institutions that a sum may be over, such as those of a member or of a line.
    """
    for key, sums in learnt.sums.items():
        wanted = set(hidden.get(key, {}).values())
        single = learnt.single.get(key, {})
        seen = {0} | {sum(single.get(one, 0) for one in group) for group in groups}
        totals = list(sums.values())
        totals += [abs(a - b) for a, b in combinations(sums.values(), 2)]
        for total in totals:
            for known in seen:
                for near in range(-2, 3):  # figures are rounded to grams
                    if (total - known + near) in wanted:
                        yield key, total, known
    for key, single in learnt.single.items():
        for institution in single.keys() & hidden.get(key, {}).keys():
            yield key, institution


def derived_over_time(
    learnt: Learnt, hidden: dict[tuple[Any, ...], dict[int, int]], groups: list[set[int]]
) -> Iterator[tuple[Any, ...]]:
    """Yield each change of a restricted figure that two sums of different times, subtracted, give.

    Less what the reader sees of both times: a run and a later one, a day and a later one.
    """
    for before, after in combinations(learnt.sums, 2):
        if before[0] != after[0]:
            continue
        was, now = hidden.get(before, {}), hidden.get(after, {})
        changed = {now[one] - was[one] for one in was.keys() & now.keys()}
        changed = {change for change in changed if abs(change) > 10}  # more than rounding
        single = [learnt.single.get(key, {}) for key in (before, after)]
        seen = {0} | {
            sum(single[1].get(one, 0) - single[0].get(one, 0) for one in group) for group in groups
        }
        for a in set(learnt.sums[before].values()):
            for b in set(learnt.sums[after].values()):
                for known in seen:
                    if any(abs(b - a - known - change) <= 2 for change in changed):
                        yield before, after, b - a, known
