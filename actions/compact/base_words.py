"""What is odd about a base, in words that a planner reads on screen, in a terminal or in a file."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from compact.findings import Finding
from compact.targets import Mark

CODES: Final[dict[str, tuple[str, str]]] = {
    "missing": ("缺数", "missing"),
    "partial": ("计量不足", "measured in part"),
    "no_factor": ("缺排放因子", "no factor says what CO2 it is"),
    "beyond": ("超过另一年同月的三倍", "beyond three times the other year"),
    "zero": ("在用而为零", "nothing used while open"),
    "negative": ("为负", "less than nothing was used"),
    "frozen": ("表计停走", "the meter stood still"),
    "area": ("面积有变", "its area changed"),
    "persons": ("人数有变", "its persons changed"),
    "no_base": ("没有基期", "no base"),
}
STATES: Final[dict[str, tuple[str, str]]] = {
    "open": ("待核查", "open"),
    "confirmed": ("已确认", "confirmed"),
    "left_out": ("不列入", "left out"),
}
MONTHS: Final[dict[str, tuple[str, str]]] = {
    "measured": ("实测", "measured"),
    "billed": ("账单", "bill"),
    "estimated": ("估算", "estimated"),
    "missing": ("缺", "missing"),
}
HOWS: Final[dict[str, tuple[str, str]]] = {
    "year_before": ("上年同月", "the same month of the year before"),
    "year_after": ("下年同月", "the same month of the year after"),
    "like_days": ("同类日均值", "the mean of like days"),
    "bill": ("账单", "a bill"),
}


def in_words(words: tuple[str, str], lang: str) -> str:
    """Return one of two, by language."""
    return words[0] if lang == "zh" else words[1]


def marked(
    mark: Mark, year: int | None, lang: str, carriers: Mapping[str, str] | None = None
) -> str:
    """Return a mark with its month and carrier: “2025-01 natural_gas: missing”.

    carriers: what they are called, by code; None writes the codes.
    """
    when = f"{year}-{mark.month:02d}" if mark.month is not None else ""
    carrier = (carriers or {}).get(mark.carrier or "", mark.carrier or "")
    place = " ".join(one for one in (when, carrier) if one)
    words = in_words(CODES[mark.code], lang)
    return f"{place}: {words}" if place else words


def told(finding: Finding, year: int | None, lang: str, unit: str = "kgce") -> str:
    """Return a finding with what is there and what would be plausible, in the target's unit."""
    text = marked(finding.mark, year, lang)
    amounts = []
    if finding.grams is not None:
        amounts.append(f"{_kg(finding.grams)} {unit}")
    if finding.reference_g is not None:
        other = in_words(("可比", "comparable"), lang)
        amounts.append(f"{other} {_kg(finding.reference_g)} {unit}")
    return f"{text} ({', '.join(amounts)})" if amounts else text


def _kg(grams: int) -> str:
    return f"{Decimal(grams) / 1000:,.0f}"
