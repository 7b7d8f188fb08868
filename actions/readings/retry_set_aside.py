"""Having something that could not be computed tried again at once."""

from datetime import datetime

from pydantic import BaseModel

from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field, plain
from actions.kinds import Line
from actions.readings.things import SET_ASIDE
from actions.rights import Right
from storage.readings import set_aside
from storage.readings.set_aside import SetAside


class Retried(BaseModel):
    """How many things are tried again at once."""

    retried: int


class RetrySetAside(Action[SetAside, Retried]):
    """Have one thing that was set aside tried again at once; if it fails, it is set aside again."""

    about = About(
        code="set_aside.retry",
        on=SET_ASIDE,
        right=Right.CORRECT_READINGS,
        path="/set-aside/{on}/retry",
        tag="operations",
        zh="立即重试暂存待核项",
        en="Try again what was set aside",
        done=("将立即重试。", "It is tried again at once."),
    )

    reason: Line = field(
        zh="原因",
        en="What was mended",
        hint=("例如:通道设置已更正", "Such as: a setting was put right"),
        examples=["The setting was put right"],
    )

    def foresee(self, on: SetAside, at: Acting) -> list[Effect]:
        """Return when it would be tried, and when else."""
        return [next_try(on.retry_at)]

    def do(self, on: SetAside, at: Acting) -> Retried:
        """Have it tried."""
        return Retried(retried=set_aside.retry(at.connection, on.id))


def next_try(otherwise: datetime | None) -> Effect:
    """Return that something is tried at once, and when else; None: when its data changes."""
    waits = Words("待数据变化", "when something it is made of changes")
    if otherwise is not None:
        waits = plain(f"{otherwise:%Y-%m-%d %H:%M:%S} UTC")
    return Effect("retry", Words("下次尝试", "Next attempt"), waits, Words("立即", "at once"))
