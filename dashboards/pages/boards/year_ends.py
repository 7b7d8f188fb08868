"""How the year of an institution will end, as the first page says it."""

from dataclasses import dataclass
from decimal import Decimal

from actions.compact.forecasts_table import LIKELY
from dashboards.pages import writing
from storage.compact.year_forecasts import ForecastRow


@dataclass(frozen=True, slots=True)
class Forecast:
    """How an institution's year will end: in all, between which bounds, how likely above quota."""

    total: str
    bounds: tuple[str, str] | None
    odds: str
    state: str


def year_end(one: ForecastRow | None) -> Forecast | None:
    """Return what the first page says of a forecast, None where there is none."""
    if one is None or one.total_g is None:
        return None
    bounds = None
    if one.lower_g is not None and one.upper_g is not None:
        bounds = writing.number(_kg(one.lower_g)), writing.number(_kg(one.upper_g))
    odds = "" if one.odds is None else writing.percent(one.odds)
    state = "bad" if one.odds is not None and one.odds >= LIKELY else ""
    return Forecast(writing.number(_kg(one.total_g)), bounds, odds, state)


def _kg(grams: int) -> Decimal:
    return Decimal(grams) / 1000
