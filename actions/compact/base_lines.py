"""A line of a review for each base: what is odd about it, what that moves, what was said of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from psycopg import Connection

from compact import findings
from compact.base_columns import Known, reviewed_all
from compact.bases import History
from compact.findings import Finding
from compact.indicators import Indicator
from compact.runs import digest_of
from compact.targets import MILLION, Base, Mark
from storage.compact import base_columns, base_histories, bases, targets
from storage.compact.bases import Act, TargetInstitution, Verdict
from storage.registry import institutions

CONFIRMED: Final = "confirmed"
LEFT_OUT: Final = "left_out"
REOPENED: Final = "reopened"
OPEN: Final = "open"
# Institutions that are reviewed one by one, in a second; of more, columns tell about which nothing
# is odd, and what computes with columns (numpy, 12 MB) is loaded.
_FEW: Final = 500


@dataclass(frozen=True, slots=True)
class BaseLine:
    """One institution's base with what is odd about it and what was said of it.

    state: "open" until somebody confirms this very base or leaves the institution out.
    quota_effect_g: what the findings move in the total of the target year.
    own_share: of the base, what they move; None without a base.
    seen: whether the planner sees the institution; of another, no figure is told.
    indicator: what the target counts.
    """

    institution_id: int
    name_zh: str | None
    name_en: str | None
    member_id: int
    base: Base | None
    findings: tuple[Finding, ...]
    effect_g: int
    quota_effect_g: int
    own_share: float | None
    state: str
    verdict: Verdict | None
    acts: tuple[Act, ...]
    sha256: str
    seen: bool = True
    indicator: Indicator = Indicator.TOTAL_KGCE

    @property
    def shown(self) -> "BaseLine":
        """The line as the planner may know it."""
        if self.seen:
            return self
        found = tuple(Finding(Mark(code), None, None, 0) for code in self._codes())
        hidden = replace(self, base=None, effect_g=0, quota_effect_g=0, own_share=None)
        return replace(hidden, findings=found, acts=(), sha256="", verdict=None)

    def _codes(self) -> list[str]:
        return sorted({one.mark.code for one in self.findings})


@dataclass(frozen=True, slots=True)
class MemberBases:
    """How many bases of a member there are, how many are odd, and how many nobody answered for."""

    member_id: int
    institutions: int
    odd: int
    open: int


def reviewed_bases(
    connection: Connection[Any], kept: targets.TargetRow, counted: Sequence[TargetInstitution]
) -> dict[int, findings.Reviewed]:
    """Return the base of each institution with its findings, as everything says it now."""
    if len(counted) <= _FEW:
        each = histories_of(connection, kept, counted)
        return {who: findings.reviewed(kept.target, history) for who, history in each.items()}
    known = known_of(connection, kept, counted)
    return dict(zip(known.institutions, reviewed_all(kept.target, known), strict=True))


def left_out(connection: Connection[Any], target_id: int) -> set[int]:
    """Return the institutions that a planner left out of a target."""
    verdicts = bases.verdicts(connection, target_id).values()
    return {one.institution_id for one in verdicts if one.verdict == LEFT_OUT}


def lines_of(
    connection: Connection[Any], kept: targets.TargetRow, counted: Sequence[TargetInstitution]
) -> list[BaseLine]:
    """Return a line for each of these institutions, in order of id.

    Each stands with the member in which it counted when its base was over, if it was in any.
    """
    only = [one.institution_id for one in counted]
    found = reviewed_bases(connection, kept, counted)
    verdicts = bases.verdicts(connection, kept.target_id, only)
    acts = bases.acts(connection, kept.union_id, only)
    named = institutions.names(connection, only)
    mean = _mean_g([one.base for who, one in found.items() if who in named])
    members = _members(connection, kept, counted, found)
    lines = []
    for who in (one for one in only if one in members):
        reviewed = found[who]
        whole = reviewed.base.total_g if reviewed.base else 0
        effect = reviewed.effect_g or (mean if reviewed.findings and not whole else 0)
        digest, (zh, en) = digest_of(reviewed.base), named.get(who, (None, None))
        lines.append(
            BaseLine(
                institution_id=who,
                name_zh=zh,
                name_en=en,
                member_id=members[who],
                base=reviewed.base,
                findings=reviewed.findings,
                effect_g=effect,
                quota_effect_g=effect - effect * kept.target.fall_millionths // MILLION,
                own_share=effect / whole if whole else None,
                state=_state(verdicts.get(who), digest),
                verdict=verdicts.get(who),
                acts=tuple(acts.get(who, ())),
                sha256=digest,
                seen=who in named,
                indicator=kept.target.indicator,
            )
        )
    return lines


def _members(
    connection: Connection[Any],
    kept: targets.TargetRow,
    counted: Sequence[TargetInstitution],
    found: Mapping[int, findings.Reviewed],
) -> dict[int, int]:
    """Return the member in which each counted when its base was over; who was in none is absent."""
    days = {one.institution_id: kept.target.roster_day(found[one.institution_id].base)
            for one in counted}  # fmt: skip
    dated = {who: day for who, day in days.items() if day is not None}
    then = base_histories.members(connection, kept.union_id, dated) if dated else {}
    now = {one.institution_id: one.member_id for one in counted}
    return {who: now[who] for who in sorted(now) if who not in dated} | then


def _mean_g(found: Sequence[Base | None]) -> int:
    """Return what an institution of which nothing is known might have used: the others' mean."""
    known = [one.total_g for one in found if one is not None]
    return sum(known) // len(known) if known else 0


def _state(verdict: Verdict | None, digest: str) -> str:
    if verdict is None or verdict.verdict == REOPENED:
        return OPEN
    if verdict.verdict == LEFT_OUT:
        return LEFT_OUT
    return CONFIRMED if verdict.base_sha256 == digest else OPEN


def seen_base_g(connection: Connection[Any], kept: targets.TargetRow) -> int:
    """Return the bases together of those institutions that the viewer plans for and sees."""
    lines = lines_of(connection, kept, bases.institutions(connection, kept.union_id))
    return sum(one.base.total_g for one in lines if one.base is not None and one.seen)


def weight(line: BaseLine) -> tuple[int, float, int]:
    return -line.effect_g, -(line.own_share or 1.0), line.institution_id


def by_member(lines: Sequence[BaseLine]) -> list[MemberBases]:
    found: dict[int, list[BaseLine]] = {}
    for one in lines:
        found.setdefault(one.member_id, []).append(one)
    return [
        MemberBases(
            member,
            len(some),
            sum(bool(one.findings) for one in some),
            sum(one.state == OPEN for one in some),
        )
        for member, some in sorted(found.items())
    ]


def histories_of(
    connection: Connection[Any], kept: targets.TargetRow, counted: Sequence[TargetInstitution]
) -> dict[int, History]:
    """Return what is known of each of a few institutions by itself, as the target counts it."""
    return base_histories.histories(connection, kept.union_id, kept.target, counted)


def known_of(
    connection: Connection[Any], kept: targets.TargetRow, counted: Sequence[TargetInstitution]
) -> Known:
    """Return what is known of these institutions' use, as the target counts it."""
    return base_columns.known(connection, kept.union_id, kept.target, counted)
