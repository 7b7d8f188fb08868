"""Cases of use against temperature: what a model gives, or the one that fits best."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from analytics import changepoints, uncertainty
from compact.given import Given

Result = dict[str, Any]

_MOST: Final = 20_000


def _model(given: Given, kind: str) -> Result:
    temperature = given.floats("T")
    if len(temperature) > _MOST:
        raise given.refuse("T", f"超过 {_MOST} 项", f"has more than {_MOST} values")
    if "y" in given:
        return _fitted(given, kind, temperature)
    named = {name: float(given.number(name)) for name in ("base", *changepoints.names(kind))}
    if kind == "5P" and named["h"] > named["c"]:
        raise given.refuse("h", "高于 c", "is above c")
    model = changepoints.named(kind, named["base"], named)
    return {"y": model.at(temperature).tolist()}


def _fitted(given: Given, kind: str, temperature: list[float]) -> Result:
    y = given.floats("y", len(temperature))
    try:
        model = changepoints.fitted(kind, temperature, y)
    except ValueError:
        raise given.refuse("T", "数值或温度过少", "has too few values or temperatures") from None
    fit = model.at(temperature).tolist()
    found = model.coefficients()
    result = {**found, "sse": sum((a - b) ** 2 for a, b in zip(y, fit, strict=True)), "fit": fit}
    if len(y) <= len(found) or not sum(y):
        return result
    how = uncertainty.statistics(y, fit, len(found))
    return result | {"cvrmse": how.cvrmse, "nmbe": how.nmbe, "r2": how.r2}


RULES: Final[dict[str, Callable[[Given], Result]]] = {
    kind: partial(_model, kind=kind) for kind in changepoints.KINDS
}
