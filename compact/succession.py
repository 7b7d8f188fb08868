"""Institutions that merge, split, move, close or change: who succeeds whom, with which share."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from analytics.rounding import cascade
from metering.errors import InputError


class Change(StrEnum):
    """What becomes of institutions."""

    MERGE = "merge"
    SPLIT = "split"
    MOVE = "move"
    CLOSE = "close"
    RENAME = "rename"
    RECODE = "recode"
    RECLASS = "reclass"
    FOUND = "found"


# In which an institution stays whole, and its meters with it.
STAYS = frozenset({Change.MOVE, Change.RENAME, Change.RECODE, Change.RECLASS, Change.FOUND})
# What the roster says of who is gone by it.
GONE = {Change.MERGE: "merged", Change.SPLIT: "split", Change.CLOSE: "closed"}


@dataclass(frozen=True, slots=True)
class Part:
    """What of a predecessor goes to a successor, from a day on; both may be the same."""

    predecessor: int
    successor: int
    share: Fraction


@dataclass(frozen=True, slots=True)
class Succession:
    """A change of the roster: what of whom goes to whom from its day on."""

    day: date
    parts: tuple[Part, ...]

    def __post_init__(self) -> None:
        for who in {one.predecessor for one in self.parts}:
            of = [one for one in self.parts if one.predecessor == who]
            whole = sum((one.share for one in of), Fraction(0))
            twice = len({one.successor for one in of}) < len(of)
            if whole != 1 or twice or any(one.share <= 0 for one in of):
                raise _shares(who, whole)

    @property
    def leaving(self) -> frozenset[int]:
        """Those of whom nothing stays with themselves."""
        stays = {one.predecessor for one in self.parts if one.predecessor == one.successor}
        return frozenset(one.predecessor for one in self.parts) - stays


Shares = dict[int, Fraction]


def carried(changes: Iterable[Succession], whom: Iterable[int], day: date) -> dict[int, Shares]:
    """Return what of each institution has gone to whom by a day; to itself where nothing has.

    Shares of each add to 1. Changes that have no institution in common may come in any order.
    """
    found = {who: {who: Fraction(1)} for who in whom}
    for change in sorted((one for one in changes if one.day <= day), key=lambda one: one.day):
        goes = _goes(change)
        found = {who: _onward(shares, goes) for who, shares in found.items()}
    return found


def comparable(amounts: Mapping[int, int], shares: Mapping[int, Shares]) -> dict[int, int]:
    """Return amounts of before as those of today's roster; what is shared adds up to the unit.

    amounts: by institution as it was. shares: as carried returns them, by the same.
    """
    found: dict[int, int] = {}
    for who, amount in amounts.items():
        heirs = sorted(shares.get(who, {who: Fraction(1)}).items())
        parts = cascade([share * amount for _, share in heirs])
        for (heir, _), part in zip(heirs, parts, strict=True):
            found[heir] = found.get(heir, 0) + part
    return found


def reassigned(
    held: Mapping[tuple[int, int], int], parts: Sequence[Part]
) -> dict[tuple[int, int], int]:
    """Return the shares of channels that count from the day on, where they differ.

    held: by (institution, channel), in millionths, on that day. returns: the same, 0 where a share
    ends. Of each channel they add to what they did before.
    """
    gone = {one.predecessor for one in parts}
    found = {place: 0 for place in held if place[0] in gone}
    for (who, channel), share in sorted(held.items()):
        mine = sorted((one.successor, one.share) for one in parts if one.predecessor == who)
        given = cascade([portion * share for _, portion in mine])
        for (heir, _), part in zip(mine, given, strict=True):
            before = 0 if heir in gone else held.get((heir, channel), 0)
            found[heir, channel] = found.get((heir, channel), before) + part
    return {place: share for place, share in found.items() if held.get(place, 0) != share}


def share_of(text: str) -> Fraction:
    """Return a share written as 1/3, 0.25 or 25%; InputError for anything else."""
    try:
        number = text.strip()
        share = Fraction(number[:-1]) / 100 if number.endswith("%") else Fraction(number)
    except (ValueError, ZeroDivisionError):
        share = Fraction(0)
    if not 0 < share <= 1 or share.denominator > 10**9:
        raise InputError(
            "roster.bad_share",
            zh=f"“{text}”不是 0 到 1 之间的份额。",
            en=f"“{text}” is no share between 0 and 1.",
            next_zh="请写作 1/3、0.25 或 25%。",
            next_en="Write it as 1/3, 0.25 or 25%.",
            where={"field": "successors", "value": text},
        )
    return share


def _goes(change: Succession) -> dict[int, Shares]:
    goes: dict[int, Shares] = {}
    for one in change.parts:
        goes.setdefault(one.predecessor, {})[one.successor] = one.share
    return goes


def _onward(shares: Shares, goes: Mapping[int, Shares]) -> Shares:
    found: Shares = {}
    for who, share in shares.items():
        for heir, portion in goes.get(who, {who: Fraction(1)}).items():
            found[heir] = found.get(heir, Fraction(0)) + share * portion
    return found


def _shares(who: int, whole: Fraction) -> InputError:
    return InputError(
        "roster.shares_not_whole",
        zh=f"机构 {who} 的承继份额合计为 {whole},应恰为 1,且各承继单位只列一次。",
        en=f"The successor shares of institution {who} add to {whole}: they must add to exactly 1, "
        "each successor once.",
        next_zh="请改正份额;可写分数,如 1/3。",
        next_en="Correct the shares; fractions such as 1/3 are exact.",
        where={"field": "successors", "institution_id": who, "sum": str(whole)},
    )
