"""What a run changes for members against the one in force, in sums that tell of nobody."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from psycopg import Connection

from actions.compact.disclosure import WITHHELD
from actions.declared import Effect
from actions.fields import Words, plain
from compact.targets import Indicator
from storage.compact import run_members, runs, unions
from storage.compact.run_members import Sum, Sums
from storage.compact.unions import MemberRow

_REPLACED: Final = Words("下达后由本方案取代", "replaced by this one once it is issued")
_WITHHELD: Final = Words(*WITHHELD)


@dataclass(frozen=True, slots=True)
class MemberChange:
    """What a member has in a year, before and after; member: None of all together.

    None in the place of a sum: there is none. A sum's amount is None where it is withheld.
    """

    year: int
    member: MemberRow | None
    before: Sum | None
    after: Sum | None

    @property
    def moved_g(self) -> int | None:
        """By how much the amount changes, None where either is not known."""
        if self.before is None or self.after is None:
            return None
        if self.before.amount_g is None or self.after.amount_g is None:
            return None
        return self.after.amount_g - self.before.amount_g


@dataclass(frozen=True, slots=True)
class Replaced:
    """The runs in force for the years of another, by year, and what the other changes."""

    runs: Mapping[int, runs.RunRow]
    changes: list[MemberChange]


def replaced_by(
    connection: Connection[Any], union_id: int, indicator: Indicator, after: Sums
) -> Replaced:
    """Return which runs such sums would replace, and what that changes for each member."""
    members = {one.region_id: one for one in unions.members(connection, union_id)}
    years = sorted({year for year, _ in after})
    held = run_members.in_force(connection, union_id, indicator)
    ids = {year: held[year] for year in years if year in held}
    before: Sums = {}
    for run_id in sorted(set(ids.values())):
        found = run_members.sums(connection, run_id, members)
        before |= {key: one for key, one in found.items() if ids.get(key[0]) == run_id}
    kept = {year: runs.one(connection, run_id) for year, run_id in ids.items()}
    rows = [(year, member) for year in years for member in (*members, None)]
    changes = [
        MemberChange(
            year,
            None if who is None else members[who],
            before.get((year, who)),
            after.get((year, who)),
        )
        for year, who in rows
        if (year, who) in before or (year, who) in after
    ]
    return Replaced({year: one for year, one in kept.items() if one is not None}, changes)


def effects_of(found: Replaced, indicator: str) -> Iterable[Effect]:
    """Return the run that is replaced, and what changes for each member, as a preview says it."""
    for year, run in found.runs.items():
        words = Words(f"{year} 年有效的分解方案", f"Run in force for {year}")
        yield Effect("in_force", words, _version(run.version), _REPLACED, {"run_id": run.run_id})
    for one in found.changes:
        who = one.member
        zh, en = ("合计", "all together") if who is None else (_name(who, "zh"), _name(who, "en"))
        yield Effect(
            "member",
            Words(f"{one.year} 年 {zh}", f"{one.year}, {en}"),
            _amount(one.before, indicator),
            _amount(one.after, indicator),
            {"year": one.year, "member_id": None if who is None else who.region_id},
        )


def amount_words(grams: int | None, indicator: str) -> Words:
    """Return an amount, or in words that it would tell of a restricted institution."""
    if grams is None:
        return _WITHHELD
    return plain(f"{Decimal(grams).scaleb(-3):,.3f} {Indicator(indicator).unit_shown}")


def _amount(one: Sum | None, indicator: str) -> Words | None:
    return None if one is None else amount_words(one.amount_g, indicator)


def _version(number: int) -> Words:
    return Words(f"第 {number} 版", f"version {number}")


def _name(member: MemberRow, lang: str) -> str:
    zh, en = member.name_zh, member.name_en
    return ((zh or en) if lang == "zh" else (en or zh)) or str(member.region_id)
