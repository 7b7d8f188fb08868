"""What data and standards suggest to a planner who compares rules, said as suggestions."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from actions.compact.comparing import Loaded
from dashboards.pages import writing
from dashboards.pages.viewer import Viewer
from storage.registry.standards import LeadingValue


@dataclass(frozen=True, slots=True)
class WeightLine:
    """A member with the weight by what it might save, and the one that entropy suggests."""

    name: str
    by_potential: str
    by_entropy: str


@dataclass(frozen=True, slots=True)
class LeadingLine:
    """A published leading value; doubt: why no base may be put beside it, else empty."""

    of: str
    value: str
    standard: str
    doubt: str


def suggestions(
    viewer: Viewer, loaded: Loaded, names: Mapping[int, tuple[str, str]]
) -> dict[str, Any]:
    """Return what a page shows of weights by entropy and of published leading values."""
    return {
        "weighed": _weights(viewer, loaded, names),
        "published_leading": _leading(viewer, loaded),
    }


def bands_of(loaded: Loaded) -> dict[str, dict[str, Decimal]]:
    """Return what rule G begins with: the values of standards that apply, by class."""
    bands = loaded.matched.bands
    return {f"G.{name}": values for name, values in bands.items()} if any(bands.values()) else {}


def marks_of_values(viewer: Viewer, loaded: Loaded) -> dict[str, dict[str, str]]:
    """Return where the values are from that rules B and G begin with, by class."""
    applies = {
        code: viewer.say("compare_matched", number=number)
        for code, number in loaded.matched.numbers.items()
    }
    of_class = {
        one.class_code: viewer.say("compare_of_class", number=one.standard_no)
        for one in loaded.standards
        if one.fits
    }
    like = {code: viewer.say("compare_of_like") for code in loaded.leading}
    leading = {**like, **of_class, **{code: applies[code] for code in loaded.matched.leading}}
    return {"leading": leading, **dict.fromkeys(bands_of(loaded), applies)}


def _weights(
    viewer: Viewer, loaded: Loaded, names: Mapping[int, tuple[str, str]]
) -> dict[str, Any] | None:
    found = loaded.weights
    if found is None or found.by_entropy is None or found.entropy is None:
        return None
    zh = viewer.lang == "zh"
    lines = [
        WeightLine(
            (names.get(who, ("", ""))[0 if zh else 1]) or str(who),
            _two(by),
            _two(found.by_entropy[who]),
        )
        for who, by in found.by_potential.items()
    ]
    potential, intensity = (writing.number(round(100 * one)) for one in found.entropy)
    return {
        "lines": lines,
        "said": viewer.say("compare_entropy_of", potential=potential, intensity=intensity),
    }


def _leading(viewer: Viewer, loaded: Loaded) -> list[LeadingLine]:
    return [_line(viewer, loaded, one) for one in loaded.standards]


def _line(viewer: Viewer, loaded: Loaded, one: LeadingValue) -> LeadingLine:
    pair = loaded.classes.get(one.class_code, (one.class_code, one.class_code))
    named = pair[0 if viewer.lang == "zh" else 1]
    doubts = []
    if not one.same_coefficient:
        by = _plain(one.electricity_kgce_per_kwh)
        doubts.append(viewer.say("compare_standard_coefficient", by=by))
    if not one.whole:
        doubts.append(viewer.say("compare_standard_part"))
    where = " · ".join(
        x for x in (one.building_type, one.admin_level, one.climate_zone) if x != "*"
    )
    return LeadingLine(
        f"{named} · {where}", _plain(one.guide_value), one.standard_no, " ".join(doubts)
    )


def _plain(value: Decimal | None) -> str:
    return writing.DASH if value is None else format(value, "f")


def _two(weight: Fraction) -> str:
    return f"{float(weight):.2f}"
