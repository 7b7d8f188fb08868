"""How well a model fits, and how sure a saving is that it gives.

Source: ASHRAE Guideline 14 (formulas as ANALYTICS and GB/T 28750 use them); Sun and Baltazar 2013,
for the polynomials that stand for its factor 1.26.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum, sqrt
from typing import Final

from analytics import student

FACTOR: Final = 1.26
# Guideline 14, calibration: the most of CV(RMSE) and of the amount of NMBE, by interval.
LIMITS: Final = {"month": (0.15, 0.05), "hour": (0.30, 0.10)}
# What stands for FACTOR after M months of values: a · M² + b · M + c.
POLYNOMIALS: Final = {
    "daily": (-0.00024, 0.03535, 1.00286),
    "monthly": (-0.00022, 0.03306, 0.94054),
}


@dataclass(frozen=True, slots=True)
class Fit:
    """How near a model comes; each is a share of the mean, but for r2."""

    cvrmse: float
    nmbe: float
    r2: float


def statistics(y: Sequence[float], fit: Sequence[float], parameters: int) -> Fit:
    """Return how near a model of so many parameters comes to what was measured.

    Raises ValueError where there are not more values than parameters, or their mean is 0.
    """
    n, mean = len(y), fsum(y) / len(y) if y else 0.0
    if n <= parameters or mean == 0:
        raise ValueError(f"{n} values with mean {mean} tell nothing of {parameters} parameters")
    residual = [a - b for a, b in zip(y, fit, strict=True)]
    sse, sst = fsum(e * e for e in residual), fsum((a - mean) ** 2 for a in y)
    return Fit(
        sqrt(sse / (n - parameters)) / mean,
        fsum(residual) / ((n - parameters) * mean),
        1 - sse / sst if sst else float(sse == 0),
    )


def effective_n(n: float, rho: float) -> float:
    """Return what n values with a lag-1 correlation are worth; never more than n."""
    return n * (1 - rho) / (1 + rho) if rho > 0 else n


def factors(months: float) -> dict[str, float]:
    """Return what stands for 1.26 after so many months of daily or of monthly values."""
    return {name: a * months**2 + b * months + c for name, (a, b, c) in POLYNOMIALS.items()}


def relative(
    *,
    cvrmse: float,
    saving: float,
    confidence: float,
    n: float,
    m: float,
    parameters: float,
    rho: float = 0.0,
    factor: float = FACTOR,
) -> float:
    """Return the half width of a saving's band, as a share of the saving.

    saving: as a share of the use without it. n: values of the baseline, m: of the time after.
    Raises ValueError where there is no degree of freedom, no saving, or no value afterwards.
    """
    if not saving or m <= 0:
        raise ValueError("without a saving, and values after it, it has no relative uncertainty")
    worth = effective_n(n, rho)
    t = student.two_sided(confidence, worth - parameters)
    return factor * t * cvrmse * sqrt(n / worth / m * (1 + 2 / worth)) / saving
