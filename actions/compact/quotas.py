"""Reading quotas, each with the arithmetic that its notice prints."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from psycopg import Connection

from actions.actor import Actor
from actions.compact.base_words import marked
from actions.figures import not_found
from compact.indicators import Indicator
from compact.methods import Method
from compact.ruling import AllocationRule, Facts
from compact.targets import Mark
from storage.compact import bases, books, runs
from storage.compact.bases import Act, Verdict
from storage.compact.books import Quota, QuotaFilter
from storage.compact.runs import Level, RunRow, Share

__all__ = ["Explained", "Word", "explain_quota", "explained", "explained_all", "explained_by"]


@dataclass(frozen=True, slots=True)
class Word:
    """One factor of a quota by name, as people read it."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Explained:
    """A quota as base × named factors × λ, rounded, with the levels that it was cut from.

    run: what it was issued from; its digest names the snapshot. share: of that run. chain: from
    the year down to the department line, each with the λ that divided it. rule, facts: what the
    arithmetic is made of. verdict, acts: who answered for the base, and what was put in the place
    of its months.
    """

    quota: Quota
    run: RunRow
    share: Share
    factors: list[Word]
    chain: list[Level]
    arithmetic: str
    rule: AllocationRule
    facts: Facts
    base_year: int | None
    verdict: Verdict | None
    acts: list[Act]

    def meaning(self, lang: str) -> str:
        """Return in a sentence what the quota asks."""
        return self.rule.in_words(self.facts, lang)

    def marks(self, lang: str, carriers: Mapping[str, str] | None = None) -> list[str]:
        """Return in words what was odd about the base when it was run; carriers: their names."""
        year = self.base_year
        return [marked(Mark(*one), year, lang, carriers) for one in self.share.base_marks or ()]


def explain_quota(
    actor: Actor,
    institution_id: int,
    year: int,
    union_id: int | None = None,
    indicator: str | None = None,
) -> Explained:
    """Return how an institution's quota of a year came about, as far as the reader sees it.

    indicator: which of its quotas; None the first of those that it has, energy before others.
    """
    with actor.look() as connection:
        return explained(connection, institution_id, year, union_id, indicator)


def explained(
    connection: Connection[Any],
    institution_id: int,
    year: int,
    union_id: int | None = None,
    indicator: str | None = None,
) -> Explained:
    """Return the same in a transaction that is open."""
    asked = QuotaFilter(union_id, year, institution_id, indicator=indicator)
    found = books.quotas(connection, asked, most=1)
    run_id = found[0].run_id if found else None
    if run_id is None:
        where = {"institution_id": institution_id, "year": year}
        raise not_found("年度用能指标", "quota", where)
    return explained_by(connection, found[0], run_id)


def explained_by(connection: Connection[Any], quota: Quota, run_id: int) -> Explained:
    """Return how a run that was issued came to an institution's quota."""
    run = runs.one(connection, run_id)
    found = {} if run is None else explained_all(connection, run, [quota])
    if quota.institution_id not in found:
        raise not_found("年度用能指标", "quota", {"institution_id": quota.institution_id})
    return found[quota.institution_id]


def explained_all(
    connection: Connection[Any], run: RunRow, quotas: Sequence[Quota]
) -> dict[int, Explained]:
    """Return the same of many, one of an institution, in as many queries as of one.

    By institution, as far as the reader sees it; what the run has no quota for is left out.
    """
    ids = [one.institution_id for one in quotas]
    shares = {one.institution_id: one for one in runs.shares(connection, run.run_id, only=ids)}
    chains = runs.chains(connection, run.run_id, ids)
    verdicts = bases.verdicts(connection, run.target_id, ids)
    acts = bases.acts(connection, run.union_id, ids)
    rule = Method.from_payload(run.method).inside
    return {
        who: _explained(
            (quota, run, shares[who], rule, chains[who]), verdicts.get(who), acts.get(who, [])
        )
        for quota in quotas
        if (who := quota.institution_id) in shares and who in chains
    }


def _explained(
    found: tuple[Quota, RunRow, Share, AllocationRule, list[Level]],
    verdict: Verdict | None,
    acts: list[Act],
) -> Explained:
    quota, run, share, rule, chain = found
    facts = _facts(run, share, chain[-1], rule)
    factors = [Word(name, value) for name, value in rule.words(facts)]
    explanation = (rule.arithmetic(facts), rule, facts, share.base_year)
    return Explained(quota, run, share, factors, chain, *explanation, verdict, acts)


def _facts(run: RunRow, share: Share, line: Level, rule: AllocationRule) -> Facts:
    """Return what a notice prints, from what was kept of a run."""
    base_g = sum(one for one in share.base_g if one is not None)
    by = line.multiplier
    if by is None:  # of a level that would tell of others: the ratio of what is one's own
        made = base_g - share.amount_g if rule.saves else share.amount_g
        by = Fraction(made, share.weight_g) if share.weight_g else Fraction(0)
    return Facts(
        member=share.member_id,
        base_g=base_g,
        weight_g=share.weight_g,
        amount_g=share.amount_g,
        multiplier=by,
        bound=share.bound,
        factors=share.factors,
        limits=share.limits,
        indicator=Indicator(run.indicator),
    )
