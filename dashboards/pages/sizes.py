"""Whose area and persons an intensity was divided by: facts of its months, and their source."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from dashboards.pages import writing
from dashboards.pages.visit import Visit
from storage.registry.institutions import Fact

AREA: Final = "area_m2"
PERSONS: Final = "persons"


def stated(visit: Visit, facts: Sequence[Fact], attribute: str) -> str:
    """Return each value that held within the period, since when and by whose word."""
    return ("；" if visit.lang == "zh" else "; ").join(
        visit.say("size_since", size=_size(visit, one), day=one.valid_from, source=one.source)
        for one in facts
        if one.attribute == attribute
    )


def divided_by(
    visit: Visit, mean: Decimal | None, facts: Sequence[Fact], attribute: str
) -> str | None:
    """Return what an intensity was divided by, and from whom that is."""
    if not mean:
        return None
    held = [one for one in facts if one.attribute == attribute]
    if len(held) == 1 and Decimal(held[0].value) == mean:
        size = stated(visit, held, attribute)
        return visit.say("size_of_one", size=size)
    return visit.say(
        "size_of", size=_written(visit, mean, attribute), said=stated(visit, facts, attribute)
    )


def _size(visit: Visit, one: Fact) -> str:
    return _written(visit, Decimal(one.value), one.attribute)


def _written(visit: Visit, value: Decimal, attribute: str) -> str:
    number = writing.stated(round(value, 2))
    return f"{number} m²" if attribute == AREA else visit.say("count_persons", count=number)
