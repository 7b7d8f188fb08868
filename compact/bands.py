"""Next year's cap by where last year stood between the three values of a standard.

Source: 国管局、中直管理局, notice of 2021-02-20 on quotas of central state organs.
Rows are those of the table `band_rule`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from analytics.exact import Ints, millionths
from metering.errors import InputError

TIERS: Final = ("constraint", "reference", "leading")


@dataclass(frozen=True, slots=True)
class Band:
    """A band of amounts: above one tier, up to and with another; None has no end there.

    factor: of last year's amount, in millionths. cap: the tier that the product may not exceed.
    """

    band: str
    above: str | None
    up_to: str | None
    factor: int
    cap: str | None = None

    def __post_init__(self) -> None:
        tiers = {self.above, self.up_to, self.cap} - {None, *TIERS}
        if tiers or self.factor <= 0:
            raise _wrong(f"{self.band}: {', '.join(map(str, tiers)) or self.factor}")

    @classmethod
    def of(cls, row: Sequence[Any]) -> Band:
        """Return a band of its row: band, above, up to, factor, cap."""
        band, above, up_to, factor, cap = row
        return cls(str(band), above or None, up_to or None, int(factor), cap or None)

    @property
    def row(self) -> list[Any]:
        """The band as JSON writes it."""
        return [self.band, self.above, self.up_to, self.factor, self.cap]


def capped(amount: Ints, tiers: Mapping[str, Ints], bands: Sequence[Band]) -> tuple[Ints, Ints]:
    """Return (n,) next year's caps, each floored, and the place of the band that decided.

    amount: (n,) of last year. tiers: (n,) each, what the standard's values come to, floored: a
    whole amount lies above a value exactly where it lies above its floor. An amount outside
    every band, or in two, is refused.
    """
    caps, place = np.zeros_like(amount), np.full(len(amount), -1, np.int64)
    for number, one in enumerate(bands):
        inside = np.ones(len(amount), np.bool_)
        if one.above is not None:
            inside &= amount > tiers[one.above]
        if one.up_to is not None:
            inside &= amount <= tiers[one.up_to]
        if (place[inside] >= 0).any():
            raise _wrong(one.band)
        cap = millionths(amount[inside], one.factor)
        if one.cap is not None:
            cap = np.minimum(cap, tiers[one.cap][inside])
        caps[inside], place[inside] = cap, number
    if (place < 0).any():
        raise _wrong("…")
    return caps, place


def _wrong(which: str) -> InputError:
    return InputError(
        "bands.wrong",
        zh=f"分档规则有误({which}):各档应首尾相接、互不重叠,系数大于零。",
        en=f"These bands are wrong ({which}): they join without gap or overlap, factors above 0.",
        next_zh="请核对分档规则和标准的三个值(约束值 ≥ 基准值 ≥ 引导值)。",
        next_en="Check the bands and the values: constraint ≥ reference ≥ leading.",
        where={"band": which},
    )
