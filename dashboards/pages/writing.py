"""How figures are written for people: grouped, rounded half up, with a dash for the unknown."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from actions.figures import civil
from dashboards.pages.words import Lang

DASH: Final = "–"
_UNITS: Final = {
    "m3": "m³", "m2": "m²", "kgce/m2": "kgce/m²", "kgce/(m2.a)": "kgce/(m²·a)",
    "kWh/(m2.a)": "kWh/(m²·a)", "kgce/(p.a)": "kgce/(person·a)", "m3/(p.a)": "m³/(person·a)",
    "L/(bed.d)": "L/(bed·d)", "ratio": "",
}  # fmt: skip
_IN_CHINESE: Final = {
    "yuan/tce": "元/吨标准煤", "yuan/tCO2": "元/吨二氧化碳", "yuan/1000 m³": "元/千立方米",
    "days": "天", "person": "人", "yuan": "元", "p": "人", "visits": "人次", "stays": "人次",
    "beds": "张",
    "kgce/(p.a)": "kgce/(人·a)", "m3/(p.a)": "m³/(人·a)", "L/(bed.d)": "L/(床·d)",
}  # fmt: skip
# The larger units of a screen, from the largest down; tables keep the plain one.
_LARGER: Final[dict[str, dict[str, list[tuple[int, str]]]]] = {
    "zh": {
        "kWh": [(10**8, "亿千瓦时"), (10**4, "万千瓦时"), (1, "千瓦时")],
        "m3": [(10**8, "亿立方米"), (10**4, "万立方米"), (1, "立方米")],
        "kgce": [(10**7, "万吨标准煤"), (10**3, "吨标准煤"), (1, "千克标准煤")],
        "kg": [(10**7, "万吨"), (10**3, "吨"), (1, "千克")],
    },
    "en": {
        "kWh": [(10**6, "GWh"), (10**3, "MWh"), (1, "kWh")],
        "m3": [(1, "m³")],
        "kgce": [(10**3, "tce"), (1, "kgce")],
        "kg": [(10**3, "t"), (1, "kg")],
    },
}
_MONTHS: Final = [
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
]
_WEEKDAYS: Final = {"zh": "一二三四五六日", "en": ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]}


@dataclass(frozen=True, slots=True)
class Large:
    """A figure as a headline shows it: in its largest sensible unit, and plainly beside it."""

    text: str
    unit: str
    plain: str


def exact(quanta: int | None, per_unit: int) -> Decimal | None:
    """Return quanta in units."""
    return None if quanta is None else Decimal(quanta) / per_unit


def number(value: Decimal | int | None, places: int = 0) -> str:
    """Return a figure with its thousands apart."""
    if value is None:
        return DASH
    rounded = Decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return f"{rounded + 0:,f}"  # adding zero loses the sign of a rounded-away figure


def stated(value: Decimal) -> str:
    """Return what somebody stated, with the digits it has and its thousands apart."""
    exponent = value.normalize().as_tuple().exponent
    return number(value, max(0, -exponent) if isinstance(exponent, int) else 0)


def places_for(values: list[Decimal | None]) -> int:
    """Return how many decimals a column needs, so that about four digits say something."""
    greatest = max((abs(value) for value in values if value is not None), default=Decimal(0))
    return next((places for least, places in _PLACES if greatest >= least), 4)


def large(value: Decimal | None, unit: str, lang: Lang) -> Large:
    """Return a figure for a headline."""
    steps = _LARGER[lang].get(unit, [(1, unit_name(unit))])
    if value is None:
        return Large(DASH, steps[-1][1], "")
    size, name = next((step for step in steps if abs(value) >= step[0]), steps[-1])
    shown = value / size
    plain = f"{number(value, places_for([value]))} {unit_name(unit)}"
    return Large(number(shown, places_for([shown])), name, plain if size > 1 else "")


def unit_name(unit: str, lang: Lang = "en") -> str:
    """Return a unit, or several, as it is set: superscripts, money in words of the language."""
    names = [
        _IN_CHINESE[one] if lang == "zh" and one in _IN_CHINESE else _UNITS.get(one, one)
        for one in unit.split(" · ")
    ]
    return " · ".join(names)


def percent(ratio: float | None) -> str:
    """Return a coverage, rounded down, so that 100 % means all of it."""
    if ratio is None:
        return DASH
    tenths = int(ratio * 1000 + 1e-9)
    return "100%" if tenths >= 1000 else f"{tenths / 10:.1f}%"


def change(now: Decimal | None, before: Decimal | None) -> str:
    """Return the change against an earlier figure, in percent with its sign."""
    if now is None or before is None or before == 0:
        return DASH
    tenths = ((now - before) / abs(before) * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"{tenths:+.1f}%".replace("-", "−") if tenths else "0.0%"


def plain(value: Decimal | None) -> str:
    """Return a factor with the digits that its source gave it."""
    return DASH if value is None else format(value, "f")


def month_name(month: date, lang: Lang) -> str:
    """Return a month as a sentence has it."""
    if lang == "zh":
        return f"{month.year}年{month.month}月"
    return f"{_MONTHS[month.month - 1]} {month.year}"


def day_name(day: date, lang: Lang) -> str:
    """Return a day with its weekday."""
    weekday = _WEEKDAYS[lang][day.weekday()]
    if lang == "zh":
        return f"{day.year}年{day.month}月{day.day}日 周{weekday}"
    return f"{weekday} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def moment(at: datetime | None, lang: Lang, *, seconds: bool = False) -> str:
    """Return when something was done, in China's civil time with its name."""
    return DASH if at is None else civil(at, lang, seconds=seconds)


_PLACES: Final = ((Decimal(1000), 0), (Decimal(100), 1), (Decimal(10), 2), (Decimal(1), 3))
