"""How unequal a quantity is over those who have it: Gini and Theil, weighted, and by group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metering.errors import InputError

Floats: TypeAlias = "NDArray[np.float64]"


@dataclass(frozen=True, slots=True)
class Theil:
    """Theil's T, and what of it lies within and between groups; the two add to it."""

    value: float
    within: float
    between: float


def gini(x: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Return the Gini coefficient by trapezoids under the Lorenz curve, 0 where all are equal.

    x: (n,) from 0, of an intensity. weights: (n,) from 0, the floor area behind each.
    """
    amount, weight = _checked(x, weights)
    order = np.argsort(amount, kind="stable")
    weight, held = weight[order], (amount * weight)[order]
    if not held.sum():
        return 0.0
    height = np.cumsum(held) / held.sum()
    area = (weight / weight.sum() * (height + np.append(0.0, height[:-1]))).sum()
    return max(0.0, float(1.0 - area))


def theil(x: ArrayLike, weights: ArrayLike | None = None, group: ArrayLike | None = None) -> Theil:
    """Return Σ (w/W)(x/μ) ln(x/μ), split into the part within groups and the part between them.

    x, weights: as for `gini`. group: (n,) each row's group from 0; all are one where not given.
    """
    amount, weight = _checked(x, weights)
    part = weight / weight.sum()
    mean = float((part * amount).sum())
    if not mean:
        return Theil(0.0, 0.0, 0.0)
    member = np.zeros(len(amount), np.int64) if group is None else np.asarray(group, np.int64)
    held = np.bincount(member, part * amount) / mean
    size: Floats = np.bincount(member, part).astype(np.float64)
    between = float(_entropy(size, np.divide(held, size, where=size > 0, out=np.zeros_like(size))))
    value = float(_entropy(part, amount / mean))
    return Theil(value, value - between, between)


def _entropy(part: Floats, ratio: Floats) -> np.float64:
    """Return Σ part · ratio · ln ratio, where 0 · ln 0 is 0."""
    logs = np.log(ratio, where=ratio > 0, out=np.zeros_like(ratio))
    return np.sum(part * ratio * logs)


def _checked(x: ArrayLike, weights: ArrayLike | None) -> tuple[Floats, Floats]:
    amount = np.asarray(x, np.float64)
    weight = np.ones(amount.shape) if weights is None else np.asarray(weights, np.float64)
    if weight.shape != amount.shape or not ((amount >= 0).all() and (weight >= 0).all()):
        raise _unfit()
    if not (np.isfinite(amount).all() and 0 < weight.sum() < np.inf):
        raise _unfit()
    return amount, weight


def _unfit() -> InputError:
    return InputError(
        "inequality.values",
        zh="数值和权重不得为负、不得缺失、个数应相同,且权重之和应大于零。",
        en="Values and weights must be as many, none negative or missing, some weight above zero.",
        next_zh="请先剔除没有数值的机构。",
        next_en="Leave out institutions without a value.",
    )
