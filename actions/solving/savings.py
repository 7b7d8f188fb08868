"""Cases of models and savings: how well a model fits, and how sure the saving is."""

from collections.abc import Callable
from typing import Any, Final

from analytics import uncertainty
from compact.given import Given

Result = dict[str, Any]


def _fsu(given: Given) -> Result:
    asked = {
        name: float(given.number(field))
        for name, field in (
            ("cvrmse", "cvrmse"),
            ("saving", "F"),
            ("confidence", "confidence"),
            ("n", "n"),
            ("m", "m"),
            ("parameters", "p"),
        )
    }
    more = {
        name: float(given.number(field))
        for name, field in (("rho", "rho"), ("factor", "a"))
        if field in given
    }
    try:
        return {"value": uncertainty.relative(**asked, **more)}
    except ValueError:
        raise given.refuse(
            "n",
            "减去参数个数后无自由度,或置信度、节约率、m 不可用",
            "leaves no degree of freedom, or confidence, F or m cannot be used",
        ) from None


def _n1(given: Given) -> Result:
    rho = given.number("rho")
    if not -1 < rho < 1:
        raise given.refuse("rho", "应在 -1 与 1 之间", "must be between -1 and 1")
    return {"n1": uncertainty.effective_n(float(given.number("n")), float(rho))}


def _a_polynomial(given: Given) -> Result:
    return dict(uncertainty.factors(float(given.number("months"))))


def _fit_statistics(given: Given) -> Result:
    y = given.floats("y")
    fit, parameters = given.floats("fit", len(y)), given.whole("p")
    try:
        found = uncertainty.statistics(y, fit, parameters)
    except ValueError:
        raise given.refuse(
            "y", "个数不多于参数,或均值为零", "has no more values than parameters, or mean zero"
        ) from None
    return {"cvrmse": found.cvrmse, "nmbe": found.nmbe, "r2": found.r2}


def _acceptable(given: Given) -> Result:
    interval = given.word("interval")
    if interval not in uncertainty.LIMITS:
        known = ", ".join(uncertainty.LIMITS)
        raise given.refuse("interval", f"应为 {known} 之一", f"must be one of {known}")
    cvrmse, nmbe = uncertainty.LIMITS[interval]
    ok = given.number("cvrmse") <= cvrmse and abs(given.number("nmbe")) <= nmbe
    return {"ok": ok, "limits": {"cvrmse": cvrmse, "nmbe": nmbe}}


RULES: Final[dict[str, Callable[[Given], Result]]] = {
    "fsu": _fsu,
    "n1": _n1,
    "a_polynomial": _a_polynomial,
    "fit_statistics": _fit_statistics,
    "acceptable": _acceptable,
}
