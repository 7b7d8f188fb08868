"""What a run's sum is a sum of: how many institutions and months it holds, and what it lacks."""

from collections.abc import Sequence

from compact.methods import Holder
from compact.targets import State


def covers_of(
    holders: Sequence[Holder], without_base: Sequence[int], left_out: Sequence[int]
) -> dict[str, int]:
    """Return the counts that stand beside the sums of bases and quotas.

    institutions: that are in the sums, each with twelve months, of which some are measured, billed
    or estimated, and those missing in neither sum. without_base, left_out: who is in no sum.
    without_area, without_class: of those in it, whom a rule by leading values leaves as they are.
    """
    states = [state for one in holders for state in one.base.states]
    return {
        "institutions": len(holders),
        **{f"months_{one.value}": states.count(one) for one in State},
        "without_base": len(without_base),
        "left_out": len(left_out),
        "without_area": sum(not one.area_m2 for one in holders),
        "without_class": sum(one.class_code is None for one in holders),
    }
