"""One quota: its arithmetic by hand, the levels it was cut from, months, why it changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from actions.accounts.decomposition import Decomposition, explain_quota_change
from actions.compact.base_words import HOWS, MONTHS, in_words
from actions.compact.factor_names import factor_name
from actions.compact.movement_things import SharedIndicator
from actions.compact.notice_change import in_sentences
from actions.compact.notice_moved import moved_block
from actions.compact.notices import issued_as
from actions.compact.quotas import Explained, explain_quota
from actions.compact.rules import rule_with_reach
from actions.compact.target_words import QUOTAS
from actions.printed import text_of
from dashboards.pages import writing
from dashboards.pages.compact.amounts import kilograms
from dashboards.pages.compact.names import carrier_names, level_names
from dashboards.pages.compact.run import bound_word, covers_of_run
from dashboards.pages.viewer import Reader, Viewer
from metering.errors import EnergyError
from storage.compact import movements
from storage.compact.bases import Act

router = APIRouter(include_in_schema=False)

_GRAMS = 3  # decimal places of kilograms: a quota is told to the gram
_LAMBDA = 9


@dataclass(frozen=True, slots=True)
class Step:
    """A level that the quota was cut from; withheld: it would tell of somebody else."""

    name: str
    base: str
    amount: str
    multiplier: str
    withheld: bool


@dataclass(frozen=True, slots=True)
class MonthLine:
    """A month of the quota with what its base rests on."""

    month: int
    base: str
    rests_on: str
    amount: str


@dataclass(frozen=True, slots=True)
class EffectLine:
    """What one factor explains of the change from the year before."""

    factor: str
    before: str
    after: str
    effect: str


@dataclass(frozen=True, slots=True)
class Moved:
    """What was moved since the issue: rows of what, when and how much, the last one the sum."""

    title: str
    head: tuple[str, ...]
    rows: list[tuple[str, ...]]
    now: tuple[str, ...]


@router.get("/institutions/{institution_id}/quotas/{year}")
def get_quota(
    institution_id: Annotated[int, Path(ge=1, le=2**31 - 1)],
    year: Annotated[int, Path(ge=1970, le=2100)],
    viewer: Reader,
    union: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    indicator: SharedIndicator | None = None,
) -> Response:
    """Return the page."""
    found = explain_quota(viewer.actor, institution_id, year, union, indicator)
    quota = found.quota
    change, carriers = _change(viewer, found), carrier_names(viewer)
    number, moved = _issued(viewer, found)
    return viewer.page(
        "compact/quota.html",
        found=found,
        quota=quota,
        unit=found.facts.unit,
        quota_name=QUOTAS[quota.indicator].say(viewer.lang),
        number=number,
        moved=moved,
        name=viewer.name(quota) or str(quota.institution_id),
        rule=rule_with_reach(found.run.method).say(viewer.lang),
        amount=_kg(quota.amount_g),
        of_months=_kg(found.share.amount_g),
        rows=_arithmetic(viewer, found),
        chain=_chain(viewer, found),
        covers=covers_of_run(viewer, found.run),
        months=_months(viewer, found),
        marks=found.marks(viewer.lang, carriers),
        acts=[_act(viewer, one, carriers) for one in found.acts],
        since=None if change is None else change.since,
        effects=[] if change is None else _effects(viewer, change),
        total=_total(change),
        sentences=[] if change is None else in_sentences(change, viewer.lang),
        printed_at=datetime.now(UTC),
    )


def _issued(viewer: Viewer, found: Explained) -> tuple[str, Moved | None]:
    """Return the number of its notice, and what was moved since as the notice lists it."""
    quota = found.quota
    books, of = (quota.union_id, quota.indicator), (quota.institution_id, quota.year)
    with viewer.actor.look() as connection:
        number = issued_as(connection, found)[0]
        since = movements.of_quotas(connection, books, [of[0]], [of[1]]).get(of, [])
    block = moved_block(found, since, viewer.lang)
    if block is None:
        return number, None
    rows = [tuple(text_of(cell) for cell in row) for row in block.rows]
    return number, Moved(block.title, tuple(block.head), rows[:-1], rows[-1])


def _arithmetic(viewer: Viewer, found: Explained) -> list[tuple[str, str]]:
    """Return what is multiplied, and what comes of it, line by line."""
    share, say, unit = found.share, viewer.say, found.facts.unit
    base_g = sum(month for month in share.base_g if month is not None)
    rows = [(f"{say('compare_base')} {unit}", _kg(base_g))]
    rows += [(_factor(viewer, one.name, unit), one.value) for one in found.factors]
    by = found.chain[-1].multiplier_decimal
    rows.append((say("compare_lambda"), writing.number(by, _LAMBDA)))
    if share.bound:
        rows.append((say("run_bound"), bound_word(viewer, share.bound)))
    return [
        *rows,
        (f"{QUOTAS[found.quota.indicator].say(viewer.lang)} {unit}", _kg(share.amount_g)),
    ]


def _chain(viewer: Viewer, found: Explained) -> list[Step]:
    names = level_names(viewer, found.chain)
    return [
        Step(
            names[one.key],
            _kg(one.base_g),
            _kg(one.amount_g),
            writing.number(one.multiplier_decimal, _LAMBDA),
            withheld=one.amount_g is None,
        )
        for one in found.chain
    ]


def _months(viewer: Viewer, found: Explained) -> list[MonthLine]:
    share = found.share
    states = share.base_states or [""] * len(share.base_g)
    months = zip(share.base_g, states, share.months_g, strict=True)
    return [
        MonthLine(
            month,
            _kg(base),
            in_words(MONTHS[state], viewer.lang) if state else "",
            _kg(None if base is None else amount),
        )
        for month, (base, state, amount) in enumerate(months, 1)
    ]


def _act(viewer: Viewer, act: Act, carriers: Mapping[str, str]) -> str:
    """Return what a planner put in the place of a month, with the reason."""
    how = in_words(HOWS[act.how], viewer.lang)
    carrier, by = carriers.get(act.carrier, act.carrier), viewer.person(act.made_by)
    return f"{act.month:%Y-%m} {carrier}{viewer.say('colon')}{how} ({act.reason}, {by})"


def _change(viewer: Viewer, found: Explained) -> Decomposition | None:
    """Return why the quota differs from the year before, None where there was none."""
    quota = found.quota
    try:
        return explain_quota_change(
            viewer.actor,
            quota.institution_id,
            quota.year,
            quota.year - 1,
            quota.union_id,
            quota.indicator,
        )
    except EnergyError:
        return None


def _effects(viewer: Viewer, change: Decomposition) -> list[EffectLine]:
    return [
        EffectLine(
            _factor(viewer, one.factor, change.unit),
            _plain(one.before),
            _plain(one.after),
            _signed(one.effect_g),
        )
        for one in change.effects
    ]


def _total(change: Decomposition | None) -> EffectLine | None:
    if change is None:
        return None
    moved = _signed(change.after_g - change.before_g)
    return EffectLine("", _kg(change.before_g), _kg(change.after_g), moved)


def _factor(viewer: Viewer, name: str, unit: str) -> str:
    """Return what a factor is called; one that somebody named is called so."""
    known = {
        "base": viewer.say("compare_base"),
        "multiplier": viewer.say("compare_lambda"),
        "capability": viewer.say("quota_capability"),
        "gap": viewer.say("quota_gap", unit=unit),
    }
    return known.get(name) or factor_name(name).say(viewer.lang)


def _plain(value: Fraction) -> str:
    return writing.number(Decimal(value.numerator) / Decimal(value.denominator), 6)


def _kg(grams: int | None) -> str:
    return writing.number(kilograms(grams), _GRAMS)


def _signed(grams: int) -> str:
    return f"{'+' if grams > 0 else ''}{_kg(grams)}"
