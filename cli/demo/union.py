"""The demo's union and its year: founded, joined and signed, shared out, moved, closed, covered."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from psycopg import Connection

from actions.actor import Actor
from actions.compact.found_union import FoundUnion, UnionFounded
from actions.compact.progress import last_day
from actions.compact.record_progress import RecordProgress
from actions.compact.unions import list_unions
from actions.doing import carry_out
from actions.registry.regions import list_regions
from cli.demo import members, staging
from cli.demo.playing import Here
from cli.demo.script import Stage, play
from cli.demo.state import Memory
from cli.services.words import say
from compact.notices import in_thousands
from compact.runs import again

_NAME_ZH: Final = "示范区域联合体"
_NAME_EN: Final = "Demo union"

# What each run has issued, the first one first, beside what of it the books hold.
_ISSUED = """
    SELECT r.quotas, r.total_g, s.snapshot,
           (SELECT sum(e.amount_g) FROM book_entry e
             WHERE e.cause_id = c.id AND e.institution_id IS NOT NULL),
           (SELECT count(*) FROM run_quota q
             WHERE q.run_id = r.id AND q.amount_g <> (SELECT sum(m) FROM unnest(q.months_g) m))
      FROM book_cause c JOIN run r ON r.id = c.run_id JOIN run_snapshot s ON s.run_id = r.id
     ORDER BY c.id
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


def found(actor: Actor, codes: Collection[str], base: int) -> int:
    """Return the id of the union of these provinces; made, joined and signed where it is missing.

    Its members join and sign by acts of their own people. codes: of the provinces. base: the first
    whole year of their data.
    """
    union_id = founded(actor, codes)
    _play(actor, "joining", staging.known(actor, union_id, base), lambda _: None)
    return union_id


def share(
    actor: Actor,
    union_id: int,
    base: int,
    today: date,
    tell: Callable[[str], None] = lambda _: None,
) -> Stage:
    """Review the bases, issue quotas by them, and see where everybody stands.

    tell: takes the lines of the review. today: up to which day, or the last one that is over
    where it is not. An end in the middle does no harm: what was done is not done again.
    """
    stage = staging.known(actor, union_id, base)
    stage.names["day"] = min(today, last_day(actor, union_id)).isoformat()
    _play(actor, "issue", stage, tell)
    return stage


def year(
    actor: Actor, memory: Memory, years: tuple[int, date], tell: Callable[[str], None]
) -> None:
    """Play the whole year after the members have signed, once; and see where everybody stands.

    years: the first whole year of the data, and up to which day there is any.
    """
    base, today = years
    if not memory.walked:
        walk(actor, share(actor, memory.union_id, base, today, tell), tell)
    day = min(today, last_day(actor, memory.union_id))
    carry_out(actor, RecordProgress(day=day), memory.union_id)


def walk(actor: Actor, stage: Stage, tell: Callable[[str], None] = lambda _: None) -> None:
    """Go on from the issue through the rest of the year, to the cover of the one before."""
    staging.with_holders(actor, stage)
    for chapter in ("year", "closing"):
        _play(actor, chapter, stage, tell)
    for one in stage.refused:
        tell(say(f"  未办理:{one}", f"  not done: {one}"))


def _play(actor: Actor, chapter: str, stage: Stage, tell: Callable[[str], None]) -> None:
    everybody = members.people(actor, stage.names["union"], staging.hospital(actor))
    play(Here(everybody, tell), chapter, stage)


def founded(actor: Actor, codes: Collection[str]) -> int:
    """Return the id of the union of these provinces, founded where it is missing."""
    for one in list_unions(actor):
        if one.union.name_zh == _NAME_ZH:
            return one.union.union_id
    regions = [one.region_id for one in list_regions(actor, only_seen=False) if one.code in codes]
    new = FoundUnion(name_zh=_NAME_ZH, name_en=_NAME_EN, members=regions, source=staging.SOURCE)
    made: UnionFounded = carry_out(actor, new).result
    return made.id


def judge(connection: Connection[Any]) -> Shared:
    """Hold the books against the targets, the months against quotas, snapshots against themselves.

    The figures are those of the first issue.
    """
    found = [_judged(*row) for row in connection.execute(_ISSUED)]
    faults = [fault for one in found for fault in one.faults]
    return replace(found[0], faults=faults) if found else Shared()


def _judged(
    quotas: int, target_g: int, snapshot: str, quota_sum: int | None, broken: int
) -> Shared:
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
