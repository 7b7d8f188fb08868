"""A union whose books hold two years, under an agreement that lets them move."""

from decimal import Decimal
from typing import Any

from actions.actor import Actor
from actions.compact.issue_run import IssueRun
from actions.compact.own_movements import ReturnQuota
from actions.compact.propose_movements import ProposeTransfer
from actions.doing import carry_out
from compact.agreements import AgreementText
from compact.clauses import Clause, Grade, Kind
from compact.targets import Indicator, Target
from tests.actions.acts import set_target, signers
from tests.actions.compact_world import Method, UnionWorld, answer_for, run_target
from tests.actions.world import World

TERMS = {
    "bank_percent": "25", "borrow_percent": "10", "carry_factor": "1.08", "delay_hours": 24,
    "longer_hours": 72,
}  # fmt: skip
_KINDS = {"bank_percent": Kind.BANKING, "borrow_percent": Kind.BANKING,
          "carry_factor": Kind.CARRY, "delay_hours": Kind.TRANSFER,
          "longer_hours": Kind.TRANSFER, "cover_months": Kind.PERIODS, "period_years": Kind.PERIODS,
          "interim_percent": Kind.PERIODS, "base_year": Kind.BASE,
          "revise_percent": Kind.BASE,
          "growth_percent": Kind.TARGET}  # fmt: skip


def agree(world: World, union: int, **terms: Any) -> None:
    """Let an agreement of departments with these terms be in force, past its signatures."""
    ((agreement, version, members),) = world.admin(
        "SELECT id, version, members FROM agreement WHERE union_id = %s AND state = 'in_force'",
        union,
    )
    kinds: dict[Kind, dict[str, Any]] = {}
    for name, value in terms.items():
        kinds.setdefault(_KINDS[name], {})[name] = value
    clauses = tuple(Clause(kind, said, True) for kind, said in kinds.items())
    said = AgreementText(union, version, Grade.DEPARTMENTS, tuple(members), clauses)
    world.admin("SET session_replication_role = replica")
    world.admin(
        "UPDATE agreement SET grade = 'departments', text = %s, sha256 = %s WHERE id = %s",
        said.text, said.digest, agreement,
    )  # fmt: skip
    world.admin("SET session_replication_role = DEFAULT")


def make_books(union: UnionWorld) -> UnionWorld:
    """Issue 2016, and 2017 with less than the target lets, and let the agreement allow much."""
    world, planner = union.world, union.world.actor("planner of all")
    agree(world, union.union, **TERMS)
    if not in_books(union, 2016):
        union.issued()
    if not in_books(union, 2017):
        of_2015 = Target(Indicator.TOTAL_KGCE, "GB2589-2020", 50_000, 2015, 2017)
        target = set_target(planner, union.union, of_2015, "test")
        answer_for(planner, target)
        fall = {world.region["city 1"]: 100_000, world.region["city 2"]: 100_000}
        run = run_target(planner, target, Method("H", fall=fall), 2017).run.run_id
        carry_out(planner, IssueRun(), run, again=True)
    return union


def in_books(union: UnionWorld, year: int) -> bool:
    """Return whether quotas of a year are issued."""
    rows = union.world.admin(
        "SELECT 1 FROM run_in_force WHERE union_id = %s AND year = %s", union.union, year
    )
    return bool(rows)


def people(world: World) -> tuple[Actor, Actor]:
    """Return two planners of both cities."""
    return signers(world.actor(), [world.region["city 1"], world.region["city 2"]])


def give_reserve(union: UnionWorld, name: str = "school", kgce: str = "20") -> None:
    """Let a holder's member have a reserve, out of what that holder returns."""
    action = ReturnQuota(union=union.union, year=2016, amount=Decimal(kgce), reason="excess")
    carry_out(union.world.actor(), action, union.world.institution[name])


def propose_transfer(
    actor: Actor, union: UnionWorld, giver: str, taker: str, kgce: str = "1"
) -> int:
    """Propose a transfer between two holders of 2016; return the movement."""
    of = union.world.institution
    action = ProposeTransfer(
        union=union.union, taker=of[taker], year=2016, amount=Decimal(kgce), reason="test"
    )
    return carry_out(actor, action, of[giver]).result.movement_id


def balances(union: UnionWorld, year: int = 2016) -> dict[tuple[str, int], int]:
    """Return what every account holds, by account and whose it is. [g]"""
    rows = union.world.admin(
        """SELECT account, coalesce(institution_id, region_id, 0), sum(amount_g)::bigint
             FROM book_entry WHERE union_id = %s AND year = %s GROUP BY 1, 2""",
        union.union, year,
    )  # fmt: skip
    return {(account, of): amount for account, of, amount in rows if amount}


def lock_year(world: World, name: str, year: int, kwh: int) -> None:
    """Let an institution's use of a year be verified: so many kWh of each month."""
    world.admin("SET session_replication_role = replica")
    world.admin(
        """INSERT INTO account_version (institution_id, year, version, kgce_g, estimated_kgce_g,
                   known_months, estimated_months, sha256, locked_by, answer, answered_at,
                   answered_by)
           SELECT %s, %s, coalesce(max(version), 0) + 1, g.g, g.g, 12, 0, repeat('0', 64), 'user:1',
                  'verified', now(), 'user:2'
             FROM account_version v
            RIGHT JOIN (SELECT array_fill(%s::numeric, ARRAY[max(place)]) AS g FROM profile) g
                    ON v.institution_id = %s AND v.year = %s
            GROUP BY g.g""",
        world.institution[name], year, 12 * kwh * 1229 // 10, world.institution[name], year,
    )  # fmt: skip
    world.admin("SET session_replication_role = DEFAULT")


def progressed(
    union: UnionWorld, found: dict[str, tuple[int, int]], indicator: str = "total_kgce"
) -> None:
    """Let holders of city 1 be somewhere on the path of 2016: path and use, each in g."""
    world = union.world
    for name, (path, used) in found.items():
        world.admin(
            """INSERT INTO progress (union_id, indicator, year, day, member_id, institution_id,
                       run_id, quota_g, path_g, used_g, measured_s, expected_s, known_s,
                       compared_path_g, compared_used_g)
               SELECT f.union_id, f.indicator, f.year, '2016-04-09', q.member_id, q.institution_id,
                      f.run_id, q.amount_g, %s, %s, 1, 1, 1, %s, %s
                 FROM run_in_force f JOIN run_quota q ON q.run_id = f.run_id AND q.year = f.year
                WHERE f.union_id = %s AND f.year = 2016 AND q.institution_id = %s
                  AND f.indicator = %s
               ON CONFLICT DO NOTHING""",
            path, used, path, used, union.union, world.institution[name], indicator,
        )  # fmt: skip
