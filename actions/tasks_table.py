"""The table of what goes on after its answer, and of what the platform does by itself."""

from enum import StrEnum
from typing import Final

from actions.declared import ACTIONS
from actions.fields import Acting, Lang, Words, field, plain
from actions.tables import Filter, Table, attribute, page_of
from storage import tasks
from storage.pages import NEWEST, Page, key_of
from storage.tasks import TaskRow

_STATES: Final = {
    "waiting": Words("等待中", "waiting"),
    "set_aside": Words("失败,将重试", "failed, and tried again"),
    "done": Words("已完成", "done"),
}


# What the platform does by itself, and no action has started; any other is called by its kind.
_OWN: Final = {
    "kept.forget": Words("清理过期记录", "Forget what is kept no longer"),
    "readings.import.watch": Words("跟踪大文件的导入", "Watch over a large file"),
}
_ITSELF: Final = Words("平台自身", "the platform itself")


class TaskStates(StrEnum):
    """Where a task is."""

    WAITING = "waiting"
    SET_ASIDE = "set_aside"
    DONE = "done"


class WhichTasks(Filter):
    """Which tasks are wanted."""

    state: TaskStates | None = field(zh="状态", en="State", names=_STATES, default=None)


def _ask(at: Acting, asked: WhichTasks, after: str | None, limit: int) -> Page[TaskRow]:
    (before,) = key_of(after, NEWEST)
    found = tasks.listed(at.connection, state=asked.state, before=int(before), most=limit + 1)
    return page_of(found, limit, lambda one: one.id)


def _called(row: TaskRow, lang: Lang) -> str:
    """Return what a task is called: as the action that had it started, else by its kind."""
    kind = ACTIONS.get(row.kind)
    words = kind.about.words if kind else _OWN.get(row.kind, plain(row.kind))
    return words.say(lang)


def _by(row: TaskRow, lang: Lang) -> str:
    ours = row.by is None or row.by.startswith("login:")
    return _ITSELF.say(lang) if ours else row.by_name or ""


def _wrong(row: TaskRow, lang: Lang) -> list[str]:
    return [one for one in (row.reason, row.error) if one]


TASKS: Final = Table[TaskRow, WhichTasks](
    code="tasks",
    path="/tasks",
    page="/tasks",
    words=Words("后台任务", "Tasks"),
    about="What goes on after its answer: the tasks that the reader had started, newest first; an "
    "administrator sees all, those of the platform itself too. What is done is kept for 30 days.",
    tag="tasks",
    columns=(
        attribute("id", "编号", "Id", "whole", link=lambda row: f"/tasks/{row.id}"),
        attribute("kind", "任务", "Task", shown=_called),
        attribute(
            "state",
            "状态",
            "State",
            shown=lambda row, lang: _STATES[row.state].say(lang),
            look=lambda row: {"done": "tag ok", "set_aside": "tag warn"}.get(row.state, "tag"),
        ),
        attribute("at", "执行时间", "Due", "instant", hint=("或下次重试", "Or tried again")),
        attribute("rows_left", "剩余", "Left", "whole", hint=("空为不计", "null: not counted")),
        attribute("attempts", "失败次数", "Failures", "whole"),
        attribute("reason", "原因代码", "Reason", only="programs"),
        attribute("error", "失败原因", "Last failure", shown=_wrong),
        attribute("by", "发起人", "Started by", named=_by),
        attribute("added_at", "登记时间", "Added", "instant"),
        attribute("done_at", "完成时间", "Done at", "instant"),
    ),
    filter=WhichTasks,
    ask=_ask,
    empty=Words("没有您可以查看的任务。", "There is no task that you may see."),
    then=Words(
        "办理后需较长时间完成的事项列在这里。", "What takes longer than its answer is listed here."
    ),
)
