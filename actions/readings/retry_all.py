"""Having all that could not be computed tried again at once, and one task that failed."""

from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field, plain
from actions.kinds import Line
from actions.readings.retry_set_aside import Retried, next_try
from actions.readings.things import TASK
from actions.rights import Right
from storage import tasks
from storage.readings import set_aside
from storage.tasks import TaskState


class RetryAll(Action[None, Retried]):
    """Have all tried again at once that was set aside and that the actor may write for.

    Tasks that failed are tried again too: the actor's own, an administrator's all.
    """

    about = About(
        code="set_aside.retry_all",
        right=Right.CORRECT_READINGS,
        path="/set-aside/retry",
        tag="operations",
        zh="立即重试全部暂存待核项",
        en="Try all again that was set aside",
        done=("将立即重试。", "They are tried again at once."),
        by_file=False,  # a second row would find nothing
    )

    reason: Line = field(
        zh="原因",
        en="What was mended",
        hint=("例如:数据库空间已增加", "Such as: the disk has room again"),
        examples=["The disk has room again"],
    )

    def foresee(self, on: None, at: Acting) -> list[Effect]:
        """Return how many would be tried."""
        count = self.do(on, at).retried
        words = Words("立即重试的项数", "Things tried at once")
        return [Effect("retried", words, None, plain(str(count)))]

    def do(self, on: None, at: Acting) -> Retried:
        """Have them tried."""
        count = set_aside.retry(at.connection, None) + tasks.retry(at.connection)
        at.told["retried"] = count
        return Retried(retried=count)

    @classmethod
    def where_to(cls, on: None, result: Retried) -> str:
        """Return the page of what is set aside."""
        return "/set-aside"


class RetryTask(Action[TaskState, Retried]):
    """Have one task that failed tried again at once: one's own, an administrator any."""

    about = About(
        code="task.retry",
        on=TASK,
        right=Right.LOOK,
        path="/tasks/{on}/retry",
        tag="operations",
        zh="立即重试失败的任务",
        en="Try a task that failed again",
        done=("将立即重试。", "It is tried again at once."),
    )

    reason: Line = field(
        zh="原因",
        en="What was mended",
        hint=("例如:缺少的基数已核查", "Such as: the missing base was answered for"),
        examples=["The missing base was answered for"],
    )

    def foresee(self, on: TaskState, at: Acting) -> list[Effect]:
        """Return when it would be tried, and when else."""
        return [next_try(on.at)]

    def do(self, on: TaskState, at: Acting) -> Retried:
        """Have it tried."""
        return Retried(retried=tasks.retry(at.connection, on.id))
