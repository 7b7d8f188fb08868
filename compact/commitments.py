"""What a union's plan asks of a member by a day, and what may be said of it after what."""

from enum import StrEnum
from typing import Final

from metering.errors import ConflictError


class Said(StrEnum):
    """What somebody said of a commitment."""

    UNDER_WAY = "under_way"
    DONE = "done"
    CONFIRMED = "confirmed"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


class State(StrEnum):
    """How it stands after the last word."""

    OPEN = "open"
    UNDER_WAY = "under_way"
    DONE = "done"  # reported so; another person has not looked at it yet
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"


_ENDED: Final = frozenset({State.CONFIRMED, State.WITHDRAWN})
_LOOKED_AT: Final = frozenset({Said.CONFIRMED, Said.RETURNED})


def after(state: State, said: Said) -> State:
    """Return how it stands once that is said.

    ConflictError of one that is ended, and where nothing is reported done that could be looked at.
    """
    if state in _ENDED or (said in _LOOKED_AT and state is not State.DONE):
        raise _not_now(state)
    return State.UNDER_WAY if said is Said.RETURNED else State(said.value)


def _not_now(state: State) -> ConflictError:
    ended = state in _ENDED
    return ConflictError(
        "commitment.not_now",
        zh="该任务已办结或已撤销。" if ended else "该任务尚未报告完成。",
        en="It is confirmed or withdrawn." if ended else "Nobody has reported it done yet.",
        next_zh="请另行分派任务。" if ended else "请等成员报告完成。",
        next_en="Assign another one." if ended else "Wait until the member reports it done.",
        where={"state": state.value},
    )
