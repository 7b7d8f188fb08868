"""A union of two cities over the world of institutions, with accounts of a year and a half."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from actions.actor import Actor
from actions.compact.bases import review
from actions.compact.issue_run import IssueRun
from actions.compact.make_run import MakeRun
from actions.compact.record_progress import RecordProgress
from actions.compact.runs import Method, Rule, RunRow, one_run
from actions.compact.targets import Indicator, Target
from actions.doing import carry_out
from compact.books import Kind
from compact.parameters import By
from compact.parameters import Kind as KindOfValue
from tests.actions.acts import confirm, make_union, set_target
from tests.actions.world import World

KWH = 1000  # quanta
# Electricity of 2015 by month, kWh; the clinic has been measured since October.
USED = {
    "office": [1000 + 10 * month for month in range(12)],
    "school": [777] * 12,
    "police": [321] * 12,
    "clinic": [0] * 9 + [500, 0, 250],
    "academy": [9000] * 12,
    "hidden": [4000] * 12,
}


@dataclass
class UnionWorld:
    """Ids of the union and its target."""

    world: World
    union: int
    target: int

    def run(self, who: str = "planner of all", rule: Rule = Rule.PROPORTIONAL) -> int:
        """Run the target by a rule and return the run's id."""
        return run_target(self.world.actor(who), self.target, Method(rule)).run.run_id

    def answered(self, target: int | None = None) -> None:
        """Answer for every base as it is."""
        answer_for(self.world.actor("planner of all"), target or self.target)

    def issued(self) -> int:
        """Answer for the bases, run and issue."""
        self.answered()
        run_id = self.run()
        issue_run(self.world.actor("planner of all"), run_id)
        return run_id


@dataclass(frozen=True)
class RunResult:
    """A run that a test has kept."""

    run: RunRow
    without_base: int
    left_out: int
    new: bool


@dataclass(frozen=True)
class Issued:
    """What a test has brought into the books."""

    cause_id: int
    kind: Kind
    accounts: int


def run_target(actor: Actor, target: int, method: Method, year: int | None = None) -> RunResult:
    """Keep a run by the declared action."""
    action = MakeRun.model_validate(fields_of(method) | ({"year": year} if year else {}))
    made = carry_out(actor, action, target).result
    return RunResult(one_run(actor, made.run_id)[0], made.without_base, made.left_out, made.new)


def issue_run(actor: Actor, run: int, reason: str = "") -> Issued:
    """Issue a run by the declared action."""
    made = carry_out(actor, IssueRun(reason=reason or None), run, again=True).result
    return Issued(made.cause_id, Kind(made.kind), made.accounts)


def record_progress(actor: Actor, union: int, day: date) -> int:
    """Work out the progress by the declared action; return how many rows that made."""
    return carry_out(actor, RecordProgress(day=day), union).result.rows


def fields_of(method: Method) -> dict[str, Any]:
    """Return a method as a form or a program says it."""
    found: dict[str, Any] = {"rule": method.rule.value}
    for one in method.by.parameters():
        typed = one.typed(getattr(method.by, one.name))
        if one.by is not By.ALL:
            key = "code" if one.by is By.CLASS else "member"
            typed = [{key: name, "value": value} for name, value in typed.items()]
        found[one.field_name] = "GGJ-2021" if one.kind is KindOfValue.BANDS else typed
    found["factors"] = [
        {"institution": institution, "name": name, "factor": Decimal(factor) / 1_000_000}
        for institution, named in method.factors.items()
        for name, factor in named.items()
    ]
    return found


def answer_for(actor: Actor, target: int) -> None:
    """Answer for every base of a target as it is."""
    odd = [one.institution_id for one in review(actor, target).lines if one.state == "open"]
    if odd:
        confirm(actor, target, "looked at, it is so", institution_ids=odd)
    confirm(actor, target, "nothing is odd about the rest")


def use(world: World, name: str, year: int, month: int, kwh: int, carrier="electricity") -> None:
    """Let an institution have an account, or another one than it had."""
    world.admin(
        """INSERT INTO account (institution_id, carrier, month, source, quanta, measured_s,
               known_s)
           VALUES (%s, %s, make_date(%s, %s, 1), 'meter', %s, 2592000, 2592000)
           ON CONFLICT (institution_id, carrier, month, source) DO UPDATE
              SET quanta = excluded.quanta""",
        world.institution[name], carrier, year, month, kwh * KWH,
    )  # fmt: skip


# The rule that ships begins in 2021, which is after the days of this world.
_BANDS_OF_THESE_DAYS = """
    INSERT INTO band_rule (rule_code, band, above, up_to, factor_millionths, cap, valid_from,
                           valid_to, source, evidence)
    SELECT rule_code, band, above, up_to, factor_millionths, cap, '2010-01-01', valid_from,
           'test', 'no'
      FROM band_rule WHERE rule_code = 'GGJ-2021'
     ORDER BY id
"""


def make_union_world(world: World) -> UnionWorld:
    """Give institutions accounts, and make a union of both cities with a target 3 % below."""
    world.admin(_BANDS_OF_THESE_DAYS)
    for name, months in USED.items():
        for month, kwh in enumerate(months, 1):
            if name != "clinic" or month > 9:
                use(world, name, 2015, month, kwh)
    use(world, "office", 2014, 12, 5)
    planner = world.actor("planner of all")
    members = [world.region["city 1"], world.region["city 2"]]
    union = make_union(planner, "双城联合体", "Union of two cities", members)
    target = set_target(planner, union, Target(Indicator.TOTAL_KGCE, "GB2589-2020", 30_000), "test")
    for name, role in (("union planner", "planner"), ("union reader", "reader")):
        made = world.admin(
            "INSERT INTO app_user (login, name) VALUES (%s, %s) RETURNING id",
            name.replace(" ", "-"), name,
        )[0][0]  # fmt: skip
        world.user[name] = made
        world.admin(
            """INSERT INTO access_grant (viewer, role, scope, union_id, valid_from)
               VALUES (%s, %s, 'union', %s, '2015-01-01')""",
            f"user:{made}", role, union,
        )  # fmt: skip
    world.union["cities"], world.target["cities"] = union, target
    return UnionWorld(world, union, target)
