"""The demo's union: its provinces, a target of three percent, quotas issued by the first rule."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

from psycopg import Connection

from actions.actor import Actor
from actions.compact.found_union import FoundUnion, UnionFounded
from actions.compact.issue_run import IssueRun
from actions.compact.make_run import MakeRun, RunMade
from actions.compact.progress import last_day
from actions.compact.record_progress import RecordProgress
from actions.compact.runs import list_runs
from actions.compact.targets import SetTarget, list_targets
from actions.compact.unions import list_unions
from actions.doing import carry_out
from actions.registry.regions import list_profiles, list_regions
from cli.demo import bases, closing, members
from cli.services.words import say
from compact.notices import in_thousands
from compact.runs import again
from metering.errors import InsufficientDataError

_NAME_ZH: Final = "示范区域联合体"
_NAME_EN: Final = "Demo union"
_FALL_PERCENT: Final = Decimal(3)
_SOURCE: Final = "演示:未经任何机关商定"

# What was last issued, beside what the books hold.
_ISSUED = """
    SELECT r.quotas, r.total_g, s.snapshot, (SELECT sum(amount_g) FROM quota),
           (SELECT count(*) FROM run_quota q
             WHERE q.run_id = r.id AND q.amount_g <> (SELECT sum(m) FROM unnest(q.months_g) m))
      FROM book_cause c JOIN run r ON r.id = c.run_id JOIN run_snapshot s ON s.run_id = r.id
     ORDER BY c.id DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Shared:
    """How a target was shared, as the database says it, and what is wrong with that."""

    quotas: int = 0
    target_g: int = 0
    quota_sum_g: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def figures(self) -> dict[str, Any]:
        """The figures of the run's last line; amounts are exact, so they are text."""
        return {
            "quotas": self.quotas,
            "target": in_thousands(self.target_g),
            "quota_sum": in_thousands(self.quota_sum_g),
        }


def found(actor: Actor, codes: Collection[str]) -> int:
    """Return the id of the union of these provinces, with its target; made where it is missing.

    Its members join and sign by acts of their own people. codes: of the provinces.
    """
    for one in list_unions(actor):
        if one.union.name_zh == _NAME_ZH:
            union_id = one.union.union_id
            break
    else:
        regions = [
            one.region_id for one in list_regions(actor, only_seen=False) if one.code in codes
        ]
        new = FoundUnion(name_zh=_NAME_ZH, name_en=_NAME_EN, members=regions, source=_SOURCE)
        founded: UnionFounded = carry_out(actor, new).result
        union_id = founded.id
    members.join(actor, union_id)
    if not list_targets(actor, union_id):
        profile = list_profiles(actor)[0].code
        target = SetTarget(percent=_FALL_PERCENT, profile=profile, source=_SOURCE)
        carry_out(actor, target, union_id)
    return union_id


def share(
    actor: Actor, union_id: int, today: date, tell: Callable[[str], None] = lambda _: None
) -> None:
    """Review the bases, issue quotas by them, see where everybody stands, and close a year.

    tell: takes the lines of the review. today: up to which day, or the last one that is over
    where it is not. An end in the middle does no harm: the same accounts come to the same run.
    """
    if not any(one.issued_as for one in list_runs(actor, union_id=union_id)):
        (target,) = list_targets(actor, union_id)
        bases.answer(actor, target.target_id, tell)
        try:
            made: RunMade = carry_out(actor, MakeRun(rule="A"), target.target_id).result
        except InsufficientDataError:
            return  # a data set in which nobody used anything
        carry_out(actor, IssueRun(), made.run_id, again=True)
    carry_out(actor, RecordProgress(day=min(today, last_day(actor, union_id))), union_id)
    closing.close(actor, union_id)


def judge(connection: Connection[Any]) -> Shared:
    """Hold the books against the target, the months against quotas, the snapshot against itself."""
    row = connection.execute(_ISSUED).fetchone()
    if row is None:
        return Shared()
    quotas, target_g, snapshot, quota_sum, broken = row
    quota_sum_g = int(quota_sum or 0)
    faults = []
    if quota_sum_g != target_g:
        faults.append(
            say(
                f"目标 {target_g} 克,指标合计 {quota_sum_g} 克",
                f"the target is {target_g} g, the quotas sum to {quota_sum_g} g",
            )
        )
    if broken:
        faults.append(
            say(f"{broken} 个指标与各月之和不符", f"{broken} quotas differ from their months' sum")
        )
    if again(snapshot).snapshot != snapshot:
        faults.append(
            say("分解快照重算结果不同", "the run's snapshot recomputes to something else")
        )
    return Shared(quotas, target_g, quota_sum_g, faults)
