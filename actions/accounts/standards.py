"""Institutions held against quota standards: each standard's answer, out of a year's accounts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from psycopg import Connection

from analytics.coverage import enough
from compact.standard_answers import Answer, answers
from compact.standards import Amount, Amounts, Dimension, Subject
from storage.accounts import standard_figures
from storage.accounts.standard_figures import SubjectRow, Used
from storage.registry import standard_facts, standard_lists
from storage.registry.standard_facts import StandardFact
from storage.registry.standard_lists import Published

_HEAT: Final = ("heat", "steam_low_pressure")
_DIMENSIONS: Final = frozenset(Dimension)
_DAY_S: Final = 86_400
Profiles = Mapping[Fraction | None, tuple[str, Fraction]]  # by a standard's coefficient


@dataclass(frozen=True, slots=True)
class Held:
    """An institution held against one standard in a year; facts: what was stated of it."""

    institution_id: int
    name_zh: str | None
    name_en: str | None
    year: int
    subject: Subject
    answer: Answer
    amounts: Amounts
    facts: Sequence[StandardFact]
    published: Published


@dataclass(frozen=True, slots=True)
class Asked:
    """A year, with what was published as it holds on its last day."""

    year: int
    today: date
    published: Published
    profiles: Profiles

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, 1, 1)

    @property
    def until(self) -> date:
        """The day after its last."""
        return date(self.year + 1, 1, 1)

    @property
    def day(self) -> date:
        """Its last day: standards, classes and words hold as they did on it."""
        return self.until - timedelta(days=1)


def asked_of(connection: Connection[Any], year: int, today: date) -> Asked:
    """Return what a year is asked by."""
    day = date(year, 12, 31)
    profiles: dict[Fraction | None, tuple[str, Fraction]] = {}
    for one in standard_figures.coefficients(connection, day):
        kgce_per_kwh = Fraction(one.kgce_per_unit)
        profiles.setdefault(kgce_per_kwh, (one.profile, kgce_per_kwh))
        if one.is_default:
            profiles[None] = (one.profile, kgce_per_kwh)
    return Asked(year, today, standard_lists.published(connection, day), profiles)


def held(connection: Connection[Any], asked: Asked, institutions: Sequence[int]) -> list[Held]:
    """Return each standard's answer of each institution that the viewer sees, in order of id."""
    codes = sorted({code for code, _ in asked.profiles.values()})
    rows = standard_figures.used(connection, institutions, codes, asked.first, asked.until)
    by_profile: dict[tuple[int, str], list[Used]] = {}
    for one in rows:
        by_profile.setdefault((one.institution_id, one.profile), []).append(one)
    facts: dict[int, list[StandardFact]] = {}
    for fact in standard_facts.known(connection, institutions):
        facts.setdefault(fact.institution_id, []).append(fact)
    subjects = standard_figures.subjects(
        connection, institutions, asked.first, asked.until, asked.day
    )
    return [
        one
        for subject in subjects
        for one in _of_one(asked, subject, by_profile, facts.get(subject.institution_id, []))
    ]


def _of_one(
    asked: Asked,
    row: SubjectRow,
    by_profile: Mapping[tuple[int, str], Sequence[Used]],
    facts: Sequence[StandardFact],
) -> Iterable[Held]:
    words, numbers = _stated(asked, facts)
    subject = Subject(row.province, tuple(row.classes), row.level, row.zone, frozenset(words))
    amounts = {
        coefficient: amounts_of(asked, row, by_profile.get((row.institution_id, code), []))
        | numbers
        | {"kgce_per_kwh": Amount(kgce_per_kwh, code)}
        for coefficient, (code, kgce_per_kwh) in asked.profiles.items()
    }
    for one in answers(asked.published.lists, subject, amounts, asked.year):
        by = None if one.standard is None else one.standard.electricity
        yield Held(
            row.institution_id, row.name_zh, row.name_en, asked.year, subject, one,
            amounts.get(by, {}), facts, asked.published,
        )  # fmt: skip


def _stated(
    asked: Asked, facts: Sequence[StandardFact]
) -> tuple[set[tuple[Dimension, str]], dict[str, Amount]]:
    """Return the words and the numbers that hold for a year."""
    words, numbers = set(), {}
    for one in facts:
        if not one.holds_on(asked.day):
            continue
        known = asked.published.inputs.get(one.input)
        if one.input in _DIMENSIONS:
            words.add((Dimension(one.input), one.word))
        elif known and (not known.each_year or one.valid_from >= asked.first):
            numbers[one.input] = Amount(Fraction(one.number), one.source)
    return words, numbers


def amounts_of(asked: Asked, row: SubjectRow, used: Sequence[Used]) -> dict[str, Amount]:
    """Return what formulas may ask for, as far as it is known: measured and registered."""
    year = () if asked.until <= asked.today else ("year",)
    days = (asked.until - asked.first).days
    time = () if row.days >= row.enough_share * days else ("time",)
    energy = [one for one in used if one.in_total_energy]
    found = {
        "energy_kgce": _kgce(row, energy, (*year, *time)),
        "heat_kgce": _kgce(row, [one for one in used if one.carrier in _HEAT], year),
        "electricity_kwh": _units(row, used, "electricity", (*year, *time)),
        "water_m3": _units(row, used, "water", (*year, *_short(row, used, "water", days))),
        "area_m2": _registered(row.area_m2),
        "persons": _registered(row.persons),
    }
    if found["energy_kgce"] and not found["heat_kgce"]:
        found["heat_kgce"] = Amount(Fraction(0), "accounts")  # nothing of it is in its energy
    return {name: one for name, one in found.items() if one is not None}


def _kgce(row: SubjectRow, used: Sequence[Used], lacks: tuple[str, ...]) -> Amount | None:
    grams = [one.kgce_g for one in used if one.kgce_g is not None]
    if not grams:
        return None
    lacks += _scant(row, used)
    if any(one.left_out for one in used):
        lacks += ("coefficient",)
    return Amount(Fraction(sum(grams), 1000), "accounts", lacks)


def _units(
    row: SubjectRow, used: Sequence[Used], carrier: str, lacks: tuple[str, ...]
) -> Amount | None:
    some = [one for one in used if one.carrier == carrier]
    if not some or some[0].quanta is None:
        return None
    amount = Fraction(some[0].quanta, some[0].per_unit)
    return Amount(amount, "accounts", lacks + _scant(row, some))


def _short(row: SubjectRow, used: Sequence[Used], carrier: str, days: int) -> tuple[str, ...]:
    """Return that a carrier was in account for too little of the year."""
    expected = sum(one.expected_s or 0 for one in used if one.carrier == carrier)
    return () if expected >= row.enough_share * days * _DAY_S else ("time",)


def _scant(row: SubjectRow, used: Sequence[Used]) -> tuple[str, ...]:
    known, expected = sum(one.known_s for one in used), sum(one.expected_s or 0 for one in used)
    return () if enough(known, expected, row.enough_share) else ("coverage",)


def _registered(value: Decimal | None) -> Amount | None:
    return Amount(Fraction(value), "registry") if value else None
