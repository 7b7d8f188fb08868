"""Whose area and persons an intensity was divided by: facts of its months, and their source."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from dashboards.pages import writing
from dashboards.pages.viewer import Viewer
from storage.registry.institutions import Fact

AREA: Final = "area_m2"
PERSONS: Final = "persons"


def stated(viewer: Viewer, facts: Sequence[Fact], attribute: str) -> str:
    """Return each value that held within the period, since when and by whose word."""
    return ("；" if viewer.lang == "zh" else "; ").join(
        viewer.say("size_since", size=_size(viewer, one), day=one.valid_from, source=one.source)
        for one in facts
        if one.attribute == attribute
    )


def divided_by(
    viewer: Viewer, mean: Decimal | None, facts: Sequence[Fact], attribute: str
) -> str | None:
    """Return what an intensity was divided by, and from whom that is."""
    if not mean:
        return None
    held = [one for one in facts if one.attribute == attribute]
    if len(held) == 1 and Decimal(held[0].value) == mean:
        size = stated(viewer, held, attribute)
        return viewer.say("size_of_one", size=size)
    return viewer.say(
        "size_of",
        size=_written(viewer, mean, attribute),
        size_words=stated(viewer, facts, attribute),
    )


def _size(viewer: Viewer, one: Fact) -> str:
    return _written(viewer, Decimal(one.value), one.attribute)


def _written(viewer: Viewer, value: Decimal, attribute: str) -> str:
    number = writing.stated(round(value, 2))
    return f"{number} m²" if attribute == AREA else viewer.say("count_persons", count=number)
