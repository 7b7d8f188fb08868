"""Headline figures: sums over many institutions, and one's year with its intensities."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from analytics.coverage import coverage
from dashboards.pages import writing
from dashboards.pages.accounts.months import Months
from dashboards.pages.marks import marks
from dashboards.pages.sizes import AREA, PERSONS, divided_by
from dashboards.pages.viewer import Viewer
from storage.accounts.overview import Sum
from storage.registry.regions import Carrier

WATER: Final = "water"


@dataclass(frozen=True, slots=True)
class Card:
    """A headline figure; coverage, of its total, and shape, of its curve: None says nothing.

    marks: words about its factors. without: names of carriers with use that it does not hold.
    by: what it was divided by, and by whose word.
    """

    key: str
    title: str
    large: writing.Large
    coverage: float | None = None
    marks: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    shape: float | None = None
    by: str | None = None


def order(code: str) -> tuple[bool, bool, str]:
    """Sort electricity first and water last, as forms have them."""
    return code != "electricity", code == WATER, code


def kilograms(sums: list[Sum], field: str) -> Decimal | None:
    """Return grams together as kilograms, None where none is known."""
    known = [getattr(one, field) for one in sums if getattr(one, field) is not None]
    return Decimal(sum(known)) / 1000 if known else None


def covered(sums: list[Sum]) -> float | None:
    """Return of which share of what several sums should hold the total is known."""
    return coverage(sum(one.known_s for one in sums), sum(one.expected_s for one in sums))


def shaped(sums: list[Sum]) -> float | None:
    """Return the share of the same of which the curve is measured too."""
    return coverage(sum(one.measured_s for one in sums), sum(one.expected_s for one in sums))


def of_many(viewer: Viewer, carriers: dict[str, Carrier], total: list[Sum]) -> list[Card]:
    """Return total energy, CO2 and each carrier; nothing where there is no account."""
    lang = viewer.lang
    energy = [one for one in total if carriers[one.carrier].in_total_energy]
    cards = [
        Card(
            "kgce",
            viewer.say("total_energy"),
            writing.large(kilograms(energy, "kgce_g"), "kgce", lang),
            covered(energy),
            marks((one.kgce_evidence for one in energy), any(one.kgce_outside for one in energy)),
            _lacking(viewer, carriers, energy, "kgce_g"),
            shaped(energy),
        ),
        Card(
            "co2",
            viewer.say("co2"),
            writing.large(kilograms(total, "co2_g"), "kg", lang),
            covered([one for one in total if one.co2_g is not None]),
            marks((one.co2_evidence for one in total), any(one.co2_outside for one in total)),
            _lacking(viewer, carriers, energy, "co2_g"),
        ),
    ]
    for one in sorted(total, key=lambda each: order(each.carrier)):
        carrier = carriers[one.carrier]
        value = writing.exact(one.quanta, carrier.per_unit)
        large = writing.large(value, carrier.unit, lang)
        title = viewer.name(carrier) or one.carrier
        cards.append(Card(one.carrier, title, large, covered([one]), shape=shaped([one])))
    return cards if total else []


def of_one(viewer: Viewer, months: Months) -> list[Card]:
    """Return an institution's year: total energy, CO2, and each per area and person."""
    lang = viewer.lang
    energy = [one for one in months.carriers if one.in_total_energy]
    water = [one for one in months.carriers if one.code == WATER]
    kgce, co2 = months.total(None), months.total(None, "co2_g")
    used = months.sums(water[0]).use if water else None
    area, persons = months.year.sizes.area_m2, months.year.sizes.persons
    measured = months.coverage(energy)
    facts = months.year.stated
    by_area = divided_by(viewer, area, facts, AREA)
    by_persons = divided_by(viewer, persons, facts, PERSONS)

    def names(codes: list[str]) -> tuple[str, ...]:
        return tuple(viewer.name(months.year.words.carriers[code]) or code for code in codes)

    cards = [
        Card("kgce", viewer.say("total_energy"), writing.large(kgce, "kgce", lang), measured,
             months.marks("coefficient"), names(months.without("kgce_g")), months.shape(energy)),
        Card("co2", viewer.say("co2"), writing.large(co2, "kg", lang), measured,
             months.marks("co2"), names(months.without("co2_g"))),
        _per(viewer, "per_area", kgce, area, "kgce/m²", measured, by_area),
        _per(viewer, "per_person", kgce, persons, viewer.say("kgce_per_person"), measured,
             by_persons),
    ]  # fmt: skip
    if water:
        unit, part = viewer.say("m3_per_person"), months.coverage(water)
        cards.append(_per(viewer, "water_per_person", used, persons, unit, part, by_persons))
    return cards if months.carriers else []


def _lacking(
    viewer: Viewer, carriers: dict[str, Carrier], sums: list[Sum], field: str
) -> tuple[str, ...]:
    """Return the names of carriers with use of which a figure is not known."""
    return tuple(
        viewer.name(carriers[one.carrier]) or one.carrier
        for one in sums
        if one.quanta is not None and getattr(one, field) is None
    )


def _per(
    viewer: Viewer, key: str, value: Decimal | None, of: Decimal | None, unit: str,
    measured: float | None, by: str | None,
) -> Card:  # fmt: skip
    """Return an intensity; what nobody stated leaves it open, and says so."""
    if not of:
        lacks = viewer.say("no_area" if key == "per_area" else "no_persons")
        return Card(key, viewer.say(key), writing.Large(writing.DASH, unit, lacks))
    per = None if value is None else value / of
    text = writing.number(per, writing.places_for([per]))
    return Card(key, viewer.say(key), writing.Large(text, unit, ""), measured, by=by)
