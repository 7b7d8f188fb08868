"""What a run's sum is a sum of: how many institutions and months it holds, and what it lacks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from compact.holders import Holders


def covers_of(
    holders: Holders, without_base: Sequence[int], left_out: Sequence[int]
) -> dict[str, int]:
    """Return the counts that stand beside the sums of bases and quotas.

    institutions: that are in the sums, each with twelve months, of which some are measured, billed
    or estimated, and those missing in neither sum. without_base, left_out: who is in no sum.
    without_area, without_class: of those in it, whom a rule by leading values leaves as they are.
    """
    states, _ = holders.base.counts
    return {
        "institutions": len(holders),
        **{f"months_{one.value}": many for one, many in states.items()},
        "without_base": len(without_base),
        "left_out": len(left_out),
        "without_area": int(np.count_nonzero(~holders.area.stated)),
        "without_class": int(np.count_nonzero(holders.classed < 0)),
    }
