"""Limits of what is asked of institutions, out of documents; what fits a rule to a union."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, Protocol

import numpy as np

from actions.compact.correcting import corrected
from actions.compact.starting import Start, start_of
from actions.compact.state_evidence import EVIDENCE
from actions.compact.things import every_target
from actions.fields import Acting, Words, field
from actions.figures import kilograms
from actions.kinds import Amount, Id
from actions.tables import Column, Filter, Table
from compact.corrections import Correction
from compact.indicators import Indicator, Quantity
from compact.limits import CERTIFIED, POTENTIAL, certified_g, potential_g
from compact.methods import Method
from compact.targets import MILLION
from metering.errors import InputError
from storage.compact.evidence import EvidenceRow
from storage.registry import institutions

_PERCENT: Final = MILLION // 100
Known = Mapping[int, list[Correction]]


class Asked(Protocol):
    """What a planner asks of all rules alike."""

    @property
    def year(self) -> int | None: ...
    @property
    def corrected(self) -> bool: ...
    @property
    def relief_percent(self) -> Decimal | None: ...
    @property
    def duty_percent(self) -> Decimal | None: ...


@dataclass(frozen=True, slots=True)
class Limit:
    """The most that is asked of an institution, with the document that says why. [g]"""

    name: str
    most_g: int
    evidence: EvidenceRow


def limits_of(start: Start, asked: Asked) -> dict[int, list[Limit]]:
    """Return the limits that documents give, by institution that the planner sees and has a base.

    A share that is left open lets its kind of document count for nothing.
    """
    if asked.relief_percent is None and asked.duty_percent is None:
        return {}
    if asked.duty_percent is not None:
        _must_be_energy(start.kept.target.indicator)
    wanted = sorted(set(start.evidence) - start.unseen.all)
    ids = start.roster.institution
    rows = np.flatnonzero(start.has & np.isin(ids, wanted))
    found = {}
    for row, who in zip(rows.tolist(), ids[rows].tolist(), strict=True):
        base = start.base[row]
        year = start.kept.target.year_after(base, asked.year)
        some = [one for one in start.evidence[who] if one.holds_on(date(year, 1, 1))]
        limits = [_limit(start, asked, base.total_g, year, one) for one in some]
        if kept := [one for one in limits if one is not None]:
            found[who] = kept
    return found


def _limit(start: Start, asked: Asked, base_g: int, year: int, one: EvidenceRow) -> Limit | None:
    relief, duty = asked.relief_percent, asked.duty_percent
    if one.kind == CERTIFIED and relief is not None:
        left = _left(start, year)
        return Limit(CERTIFIED, certified_g(base_g, left, int(relief * _PERCENT)), one)
    if one.kind == POTENTIAL and duty is not None and one.saving_g is not None:
        return Limit(POTENTIAL, potential_g(base_g, one.saving_g, int(duty * _PERCENT)), one)
    return None


def _left(start: Start, year: int) -> Fraction:
    """Return what part of its base the target leaves everybody in a year."""
    target = start.kept.target
    if target.base_year is None:
        return 1 - Fraction(target.fall_millionths, MILLION)
    return target.remaining(year)


def fitted(start: Start, method: Method, asked: Asked, known: Known | None = None) -> Method:
    """Return a rule with the corrections and limits that a planner asks for.

    known: the corrections, where they are at hand.
    """
    if asked.corrected:
        method = corrected(start, method, asked.year, known)
    limits = {
        who: {one.name: one.most_g for one in some} for who, some in limits_of(start, asked).items()
    }
    return method.but(limits=limits) if limits else method


def _must_be_energy(indicator: Indicator) -> None:
    """Refuse to limit by audited potentials what these do not say anything of."""
    if indicator.quantity is not Quantity.ENERGY:
        raise InputError(
            "run.no_potentials",
            zh="审计确认的节能潜力以 kgce 计,不限制二氧化碳或用水的指标。",
            en="Audited potentials are in kgce; they limit nothing of CO2 or water.",
            next_zh="请不填基本责任。",
            next_en="Leave the basic duty open.",
            where={"field": "duty_percent", "indicator": indicator.value},
        )


@dataclass(frozen=True, slots=True)
class LimitLine:
    """A limit of an institution that the planner sees."""

    institution_id: int
    name_zh: str | None
    name_en: str | None
    one: Limit
    indicator: Indicator


class WhichLimits(Filter):
    """Of which target, for which of its years, by which relief and basic duty."""

    target: Id | None = field(zh="节能目标", en="Target", choices=every_target, default=None)
    year: int | None = field(zh="年份", en="Year", default=None)
    relief_percent: Amount | None = field(
        zh="先进单位减免(占降幅)", en="Relief of leaders, of the fall", unit="%", default=None
    )
    duty_percent: Amount | None = field(
        zh="基本责任(占基期)", en="Basic duty, of the base", unit="%", default=None
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    year: int | None
    relief_percent: Decimal | None
    duty_percent: Decimal | None
    corrected: bool = False


def _lines(at: Acting, asked: WhichLimits) -> Iterable[LimitLine]:
    if asked.target is None:
        return []
    wanted = _Asked(asked.year, asked.relief_percent, asked.duty_percent)
    start = start_of(at.connection, asked.target, "run.try")
    found = limits_of(start, wanted)
    named = institutions.names(at.connection, sorted(found))
    return [
        LimitLine(who, *named[who], one, start.kept.target.indicator)
        for who, some in sorted(found.items())
        if who in named
        for one in some
    ]


def _named(line: LimitLine, lang: str) -> Any:
    first, other = (line.name_zh, line.name_en) if lang == "zh" else (line.name_en, line.name_zh)
    return first or other or str(line.institution_id)


LIMITS: Final = Table[LimitLine, WhichLimits](
    code="target-limits",
    path="/target-limits",
    page="/target-limits",
    words=Words("所求节约量的上限", "Limits of what is asked"),
    about="Limits of what is asked of institutions for a target, each with the document it rests "
    "on: certified leaders by a relief, audited potentials by a basic duty. Shares that are left "
    "open give none. A run takes them by the same two.",
    tag="runs and quotas",
    columns=(
        Column("institution_id", Words("机构编号", "Institution id"),
               lambda line: line.institution_id, "whole",
               link=lambda line: f"/institutions/{line.institution_id}"),
        Column("institution", Words("机构", "Institution"), only="people", shown=_named),
        Column("kind", Words("依据类别", "Evidence of"), lambda line: line.one.name,
               shown=lambda line, lang: EVIDENCE[line.one.name].say(lang)),
        Column("most", Words("至多节约", "Saves at most"),
               lambda line: kilograms(line.one.most_g), "number",
               unit_of=lambda line: line.indicator.unit_shown),
        Column("title", Words("名称", "What it is called"), lambda line: line.one.evidence.title),
        Column("document_number", Words("文号", "Number of the document"),
               lambda line: line.one.evidence.document_number),
        Column("valid_from", Words("有效期自", "Valid from"),
               lambda line: line.one.evidence.valid_from, "day"),
    ),
    filter=WhichLimits,
    every=_lines,
    size=1000,
    reckons=True,
)  # fmt: skip
