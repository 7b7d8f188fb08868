"""How holders stand in their cover: what acts, tables and pages work out alike."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil

from actions.compact.book_words import ACCOUNT_STATES, account_words
from actions.compact.movement_things import Books
from actions.compact.target_words import amount_words
from actions.declared import Effect
from actions.fields import Acting
from compact.cover import CoverStatus, combined
from metering.errors import ConflictError
from storage.compact import accounts, covers
from storage.compact.accounts import Whose
from storage.compact.covers import HolderRow, Stood
from storage.registry.institutions import Institution


@dataclass(frozen=True, slots=True)
class MemberCover:
    """How a member's holders stand together; None where the reader does not see all of them."""

    union_id: int
    indicator: str
    member_id: int | None
    name_zh: str | None
    name_en: str | None
    holders: int
    status: str | None


def stood_of(row: HolderRow, at: Acting) -> Stood:
    """Return how a holder stands today, over all its years so far."""
    record = row.record(at.today.year)
    due = record.due
    due_g = None if due is None else ceil(due)
    of = row.institution_id, row.member_id
    return Stood(*of, record.status.value, due_g, int(row.covered_g))


def holder_of(at: Acting, union: int, indicator: str, on: Institution) -> HolderRow:
    """Return what is known of a holder's cover; ConflictError for who holds nothing."""
    found = covers.holders(at.connection, union, indicator, on.institution_id)
    if not found:
        raise _holds_nothing(union, on)
    return found[0]


def _holds_nothing(union: int, on: Institution) -> ConflictError:
    return ConflictError(
        "books.no_account",
        zh="该机构在此联合体没有已下达的用能指标。",
        en="No quota is issued to this institution in this union.",
        next_zh="请核对联合体和控制指标。",
        next_en="Check union and indicator.",
        where={"institution_id": on.institution_id, "union_id": union},
    )


def due_g(at: Acting, of: Books, on: Institution) -> int:
    """Return what of a year's locked use is due by now and not covered, ConflictError without.

    Within an agreed period of several years that is its interim part. [g, of water L]
    """
    year, row = of.year, holder_of(at, of.union, of.indicator, on)
    record = replace(row, excluded=[]).record(at.today.year)
    if year not in record.used:
        raise ConflictError(
            "cover.not_locked",
            zh=f"{year} 年的用能数据尚未锁定核定。",
            en=f"The use of {year} is not locked and verified yet.",
            next_zh="请先锁定该年台账并由另一人核定,或填写数额。",
            next_en="Close the year's accounts and have them verified, or state an amount.",
            where={"institution_id": on.institution_id, "year": year},
        )
    covered = accounts.balance(at.connection, *of, "covered", institution_id=on.institution_id)
    asked = ceil(record.asked(year))
    if asked <= covered:
        told = amount_words(covered, of.indicator).en
        raise ConflictError(
            "cover.nothing_due",
            zh=f"{year} 年已核销 {told},无需再核销。",
            en=f"{told} of {year} are covered; nothing more is due.",
            next_zh="无需操作。",
            next_en="Nothing is to be done.",
            where={"year": year},
        )
    return asked - covered


def of_members(at: Acting, union: int, indicator: str) -> list[MemberCover]:
    """Return how each member stands, and the union as a whole last, as far as it may be told."""
    rows = covers.holders(at.connection, union, indicator)
    counts = covers.of_members(at.connection, union, indicator)
    found = []
    for member, many in sorted(counts.items()):
        own = [one for one in rows if one.member_id == member and one.seen]
        names = (own[0].region_zh, own[0].region_en) if own else (None, None)
        status = _together(own, many, at)
        found.append(MemberCover(union, indicator, member, *names, many, status))
    if counts:
        whole = sum(counts.values())
        seen = [one for one in rows if one.seen]
        found.append(
            MemberCover(union, indicator, None, None, None, whole, _together(seen, whole, at))
        )
    return found


def _together(rows: Iterable[HolderRow], many: int, at: Acting) -> str | None:
    statuses = [CoverStatus(stood_of(one, at).status) for one in rows]
    return combined(statuses).value if len(statuses) == many else None


def account_follows(at: Acting, of: Whose, was: str) -> list[Effect]:
    """Return what an account becomes by itself where its cover lets it, beside what it was."""
    now = accounts.state(at.connection, of)
    if now == was:
        return []
    what = account_words(of.indicator)
    return [Effect("account", what, ACCOUNT_STATES[was], ACCOUNT_STATES[now])]


def in_grams(value: Fraction | int | None) -> int | None:
    """Return an amount of a record in whole grams."""
    return None if value is None else int(value)
