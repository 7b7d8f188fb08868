"""A union as large as a country, as it lies in memory once it is loaded: columns, no database."""

from decimal import Decimal
from typing import Any, Final

import numpy as np

from actions.compact.disclosure import Unseen
from actions.compact.starting import Start
from analytics.exact import Ints
from compact.bands import Band
from compact.holders import STATES, Areas, Bases
from compact.methods import Method
from compact.rosters import Dated, Roster
from compact.targets import MONTHS, Indicator, State, Target
from storage.compact.targets import TargetRow

MEMBERS: Final = 31
CITIES: Final = 340
COUNTIES: Final = 2_800
_PER_COUNTY: Final = 100  # institutions, where there are fewer than a country's
LINES: Final = tuple(f"line {place}" for place in range(10))
CLASSES: Final = ("EDU", "GOV", "MED")
_CITY: Final = 1_000  # ids of regions begin here
_COUNTY: Final = 10_000
_FALL: Final = 30_000
_PLACES: Final = 2  # of floor areas

_BY_CLASS: Final[dict[str, Any]] = {
    name: dict(zip(CLASSES, map(Decimal, values), strict=True))
    for name, values in (
        ("constraint", ("18", "20", "35.5")),
        ("reference", ("12", "11.9", "22")),
        ("leading", ("8.4", "6.5", "14")),
    )
}
_BANDS: Final = (
    Band("over_constraint", "constraint", None, 960_000),
    Band("over_reference", "reference", "constraint", 980_000),
    Band("within", "leading", "reference", 1_000_000),
    Band("leading", None, "leading", 1_020_000, "leading"),
)
METHODS: Final = {
    "A": Method("A", floor=900_000, ceiling=990_000),
    "B": Method("B", leading=_BY_CLASS["leading"]),
    "C": Method("C", weights={member: 700_000 + 20_000 * member for member in range(1, 32)}),
    "D": Method("D", kind="cel"),
    "E": Method("E", first=Decimal(240), rise=Decimal(90_000), rise_of={"MED": Decimal(5000)}),
    "G": Method("G", bands=_BANDS, **_BY_CLASS),
    "H": Method("H", fall={member: 10_000 + 1_000 * member for member in range(1, 32)}),
}


def country(count: int, seed: int) -> Start:
    """Return so many institutions of counties, cities and provinces, loaded and not yet shared.

    Of fewer than a country's there are fewer regions too. One in twenty is of a city's own level,
    one in a hundred of a province's.
    """
    random = np.random.default_rng(seed)
    base = _bases(random, count)
    region, member, above = _regions(random, count)
    every = np.arange(count)
    forever = (np.full(count, -(2**30)), np.full(count, 2**62))
    roster = Roster(
        institution=every + 1,
        known_from=np.full(count, -(2**30)),
        places=Dated(every, every, *forever),
        region=region,
        member=member,
        line=random.integers(0, len(LINES), count),
        lines=LINES,
        classed=Dated(every, random.integers(0, len(CLASSES), count), *forever),
        classes=CLASSES,
    )
    target = Target(Indicator.TOTAL_KGCE, "GB2589-2020", _FALL, 2025, 2026)
    return Start(
        kept=TargetRow(1, 1, "generated", target),
        roster=roster,
        base=base,
        has=np.ones(count, np.bool_),
        area=_areas(random, base),
        left_out=np.zeros(count, np.bool_),
        members=tuple(range(1, MEMBERS + 1)),
        shadow=frozenset(),
        above=above,
        enough_permille=900,
        unseen=Unseen(frozenset(), frozenset()),
        before=(),
    )


def _bases(random: np.random.Generator, count: int) -> Bases:
    """Return bases of a few hundred kilograms to some thousand tonnes, a month unlike another."""
    year = np.exp(random.normal(17, 1.5, count))
    months = (year[:, np.newaxis] * random.uniform(0.05, 0.12, (count, MONTHS))).astype(np.int64)
    states = np.full((count, MONTHS), STATES.index(State.MEASURED), np.int8)
    base = Bases(np.full(count, 2025), months + 1, states)
    assert base.total_g.min() > 0
    return base


def _areas(random: np.random.Generator, base: Bases) -> Areas:
    intensity = random.uniform(4, 45, len(base))  # kgce/m²
    digits = (base.total_g / 1000 / intensity * 10**_PLACES).astype(np.int64) + 1
    return Areas(digits, np.full(len(base), _PLACES, np.int8))


def _regions(random: np.random.Generator, count: int) -> tuple[Ints, Ints, dict[int, int | None]]:
    """Return (n,) regions and members, and each region's parent."""
    counties = min(COUNTIES, max(count // _PER_COUNTY, 1))
    cities = -(-counties * CITIES // COUNTIES)
    members = -(-cities * MEMBERS // CITIES)
    city_of = np.concatenate([np.arange(cities), random.integers(0, cities, counties - cities)])
    member_of = np.concatenate([np.arange(members), random.integers(0, members, cities - members)])
    county = random.integers(0, counties, count)
    city = city_of[county]
    member = member_of[city]
    kind = random.random(count)
    region = np.where(
        kind < 0.01, member + 1, np.where(kind < 0.06, city + _CITY, county + _COUNTY)
    )
    above: dict[int, int | None] = {
        place + _COUNTY: int(city) + _CITY for place, city in enumerate(city_of.tolist())
    }
    above |= {place + _CITY: int(of) + 1 for place, of in enumerate(member_of.tolist())}
    return region, member + 1, above
