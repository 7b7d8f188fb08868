"""Nothing is locked or shared out by figures of which a part still has the factor before."""

from actions.fields import Acting
from metering.errors import ConflictError
from storage.accounts import rebuilding


def must_be_converted(at: Acting) -> None:
    """Refuse while the worker converts accounts anew after a factor changed."""
    if left := rebuilding.figures_left(at.connection):
        raise ConflictError(
            "figures.waiting",
            zh=f"系数或因子变更后,还有 {left} 家机构的台账正在重新折算。",
            en=f"After a factor changed, accounts of {left} institutions are still converted anew.",
            next_zh="请待其完成后重试;进度见任务列表中的 figures.renew。",
            next_en="Try again once that is done; how far it is stands in the list of tasks, under"
            " figures.renew.",
            where={"institutions": left},
        )
