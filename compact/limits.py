"""Limits of what may be asked of an institution in saving, each with its name and document.

certified: a leader is asked for a part of the target's own fall at most.
potential: nobody is asked for more than an audit found, but for a basic duty; so an audit that
finds little does not free from everything.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

import numpy as np

from analytics.allocation import Holders as Sharing
from analytics.exact import Ints
from compact.targets import MILLION

CERTIFIED: Final = "certified"
POTENTIAL: Final = "potential"

Limits = Mapping[int, Mapping[str, int]]  # by institution, by name [g]


def certified_g(base_g: int, cap_share: Fraction, relief: int) -> int:
    """Return the most that a leader is asked to save.

    cap_share: what part of its base the target leaves everybody. relief: what part of that fall it
    is spared, in millionths. Floored; of a target that allows growth, nothing.
    """
    return max(0, int(base_g * (1 - cap_share) * (MILLION - relief) // MILLION))


def potential_g(base_g: int, found_g: int, duty: int) -> int:
    """Return the most by an audit: what it found, but no less than the basic duty in millionths."""
    return max(found_g, base_g * duty // MILLION)


def limited(
    sharing: Sharing, base: Ints, institution: Ints, limits: Limits, *, saves: bool
) -> Sharing:
    """Return what is shared within the limits; of several on one institution the least holds.

    base, institution: (n,) each. saves: whether savings are shared, or what may be used.
    """
    if not limits:
        return sharing
    rows = np.flatnonzero(np.isin(institution, list(limits)))
    most = np.array([min(limits[who].values()) for who in institution[rows].tolist()], np.int64)
    floor, ceiling = sharing.floor.copy(), sharing.ceiling.copy()
    if saves:
        ceiling[rows] = np.maximum(np.minimum(ceiling[rows], most), floor[rows])
    else:
        floor[rows] = np.maximum(floor[rows], base[rows] - most)
        ceiling[rows] = np.maximum(ceiling[rows], floor[rows])
    return Sharing.of(sharing.slope, start=sharing.start, floor=floor, ceiling=ceiling)
