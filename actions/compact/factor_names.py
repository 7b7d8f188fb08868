"""What the factors are called that the platform proposes; others are called as they were typed."""

from collections.abc import Mapping
from typing import Final

from actions.fields import Words, plain
from compact.climate import CLIMATE, COOLING, HEATING
from compact.corrections import AREA, OCCUPANCY

_NAMES: Final[Mapping[str, Words]] = {
    AREA: Words("面积变化", "change of area"),
    OCCUPANCY: Words("人员密度变化", "change of occupancy"),
    CLIMATE: Words("气候", "climate"),
    "capability": Words("能力系数", "capability"),
    "gap": Words("与引导值的差距", "gap to the leading value"),
}
KINDS_OF_WEATHER: Final[Mapping[str, Words]] = {
    HEATING: Words(
        "采暖占基期 {share}%;度日:{year} 年 {before}({station}),参照年 {after}({usual})",
        "heating is {share} % of the base; degree days: {before} in {year} ({station}), {after} in "
        "the reference year ({usual})",
    ),
    COOLING: Words(
        "空调占基期 {share}%;度日:{year} 年 {before}({station}),参照年 {after}({usual})",
        "cooling is {share} % of the base; degree days: {before} in {year} ({station}), {after} in "
        "the reference year ({usual})",
    ),
}


def factor_name(name: str) -> Words:
    """Return what a factor is called."""
    return _NAMES.get(name) or plain(name)
