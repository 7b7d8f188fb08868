"""Issuing a run, declared once: its quotas enter the books, or adjust those that are in them."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from psycopg import Connection
from pydantic import BaseModel, Field

from actions.actor import SYSTEM
from actions.compact.beyond_target import Beyond, beyond_effects, beyond_of
from actions.compact.release_quotas import must_be_released
from actions.compact.run_changes import amount_words, effects_of, replaced_by
from actions.compact.targets import bound_elsewhere
from actions.compact.things import RUN
from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field, plain
from actions.figures import kilograms
from actions.kinds import Text
from actions.rights import Right
from compact.books import Kind, kind_of_issue
from compact.targets import Target
from metering.errors import ConflictError
from storage import tasks
from storage.compact import bases, books, progress, run_members, runs, second_log, targets, unions
from storage.compact.run_members import Sums
from storage.compact.runs import RunRow as Run

_NAMED: Final = 5
_MOST: Final = 100
_KINDS: Final[Mapping[Kind, Words]] = {
    Kind.ISSUE: Words("首次下达", "first issue"),
    Kind.ADJUSTMENT: Words("调整下达", "adjustment of issued quotas"),
}


class RunIssued(BaseModel):
    """What came into the books."""

    cause_id: int
    kind: str = Field(description="issue or adjustment")
    accounts: int


def reason_field() -> Any:
    """Return the field of what an adjustment is for."""
    return field(
        zh="调整理由",
        en="Reason of an adjustment",
        hint=("首次下达可留空", "The first issue needs none"),
        default=None,
        examples=["the school's March was read again"],
    )


class IssueRun(Action[Run, RunIssued]):
    """Write a run's quotas into the books; where some are issued already, adjust them.

    Every base that the run counts must have been answered for. Where the union asks for a second
    person, it confirms what somebody else asked for.
    """

    about = About(
        code="run.issue",
        on=RUN,
        right=Right.PLAN,
        path="/runs/{on}/issue",
        tag="runs and quotas",
        zh="下达用能指标",
        en="Issue the quotas",
        done=("用能指标已下达。", "The quotas are issued."),
        second_person=True,
        log_in_again=True,
    )

    reason: Text | None = reason_field()

    @classmethod
    def fits(cls, on: Run) -> bool:
        """Return whether it is a proposal still, and asked for where its union has that."""
        return on.issued_as is None and not on.shadow and (on.waits or not on.second_person)

    @classmethod
    def made_by(cls, on: Run, at: Acting) -> Collection[str]:
        """Return who asked for it, where its union has another person issue.

        The operator's account is nobody in particular: it may ask, but not be the other person.
        """
        if not on.second_person or not on.waits or on.request_by is None:
            return []
        return [on.request_by, SYSTEM]

    @classmethod
    def given(cls, on: Run, at: Acting) -> Mapping[str, Any]:
        """Return the reason of whoever asked."""
        return {"reason": on.request_reason} if on.waits and on.request_reason else {}

    def check(self, on: Run, at: Acting) -> None:
        """Refuse what nobody asked for, where that is needed, and what the books refuse."""
        self.check_books(on, at)
        if on.second_person and not on.waits:
            raise _not_asked(on.run_id)

    def check_books(self, on: Run, at: Acting) -> None:
        """Refuse what is issued, rests on open bases, moves nothing, or exceeds the target."""
        runs.lock(at.connection, on.union_id)
        self._planned(on, at)
        if over := [one for one in _beyond(at.connection, on) if one.beyond_g > 0]:
            raise _beyond_target(on.run_id, over[0])

    def foresee(self, on: Run, at: Acting) -> list[Effect]:
        """Return what is issued, which run it replaces, and what changes for each member."""
        kind, accounts = self._planned(on, at)
        moved = plain(f"{accounts:,}")
        return [
            Effect("kind", Words("记入账簿", "Into the books"), None, _KINDS[kind]),
            Effect("accounts", Words("有变动的账户", "Accounts that move"), None, moved),
            *changes_of(at.connection, on),
        ]

    def do(self, on: Run, at: Acting) -> RunIssued:
        """Issue it; where everybody is on the path is worked out next."""
        kind, accounts = self._planned(on, at)
        indicator, reason = _target(at.connection, on).indicator, self._why(on)
        cause_id = books.issue(
            at.connection, on.union_id, indicator, on.run_id, kind, reason, at.actor
        )
        for task in (progress.KIND, second_log.KIND):
            tasks.add(at.connection, task, str(on.union_id), datetime.now(UTC))
        at.told.update(kind=kind.value, accounts=accounts)
        if beyond := {str(one.year): kilograms(one.beyond_g) for one in _beyond(at.connection, on)}:
            at.told["beyond_target"] = beyond
        if on.waits:
            at.told["asked_by"] = on.request_by
        return RunIssued(cause_id=cause_id, kind=kind.value, accounts=accounts)

    def _planned(self, on: Run, at: Acting) -> tuple[Kind, int]:
        """Return as what it enters the books, and how many accounts it moves."""
        connection = at.connection
        if on.issued_as is not None:
            raise _issued_already(on.run_id)
        if on.shadow:
            raise _on_trial(on)
        if waiting := bases.not_reviewed(connection, on.run_id):
            raise _not_reviewed(on, waiting)
        must_be_released(connection, on)
        target = _target(connection, on)
        members = sorted({member for member, *_ in runs.of_members(connection, on.run_id)})
        if bound := targets.bound_elsewhere(connection, on.union_id, members, target):
            raise bound_elsewhere(bound)
        plan = books.planned(connection, on.union_id, target.indicator, on.run_id)
        return kind_of_issue(plan.moved, self._why(on), held=plan.held), plan.moved

    def _why(self, on: Run) -> str:
        """Return the reason that was given, else that of who asked for it."""
        return ((self.reason or (on.request_reason if on.waits else None)) or "").strip()


def changes_of(connection: Connection[Any], on: Run) -> list[Effect]:
    """Return how much a run issues, which run it replaces, and what changes for each member."""
    indicator = _target(connection, on).indicator
    found = replaced_by(connection, on.union_id, indicator, _sums(connection, on))
    total = Words("用能指标合计", "Sum of the quotas")
    return [
        *beyond_effects(_beyond(connection, on)),
        Effect("quotas", Words("用能指标数", "Quotas"), None, plain(f"{on.quotas:,}")),
        Effect("total", total, None, amount_words(on.total_g, on.indicator)),
        *effects_of(found, on.indicator),
    ]


def _target(connection: Connection[Any], on: Run) -> Target:
    found = targets.one(connection, on.target_id)
    assert found is not None  # whoever sees a run sees its target
    return found.target


def _sums(connection: Connection[Any], on: Run) -> Sums:
    members = [one.region_id for one in unions.members(connection, on.union_id)]
    return run_members.sums(connection, on.run_id, members)


def _beyond(connection: Connection[Any], on: Run) -> list[Beyond]:
    return beyond_of(_target(connection, on), _sums(connection, on))


def _issued_already(run_id: int) -> ConflictError:
    return ConflictError(
        "run.issued_already",
        zh="该分解方案已经下达。",
        en="This run is issued already.",
        next_zh="如台账有变,请重新分解,再下达新的版本。",
        next_en="Where accounts changed, run again and issue the new version.",
        where={"run_id": run_id},
    )


def _on_trial(on: Run) -> ConflictError:
    return ConflictError(
        "run.on_trial",
        zh="该方案含试算成员,仅供试算,不能下达。",
        en="This run counts shadow members: it is a trial, and is never issued.",
        next_zh="请不含试算成员重新分解,再下达。",
        next_en="Keep a run without them, and issue that.",
        where={"run_id": on.run_id, "regions": on.shadow},
    )


def _beyond_target(run_id: int, over: Beyond) -> ConflictError:
    return ConflictError(
        "books.beyond_target",
        zh=f"不能下达:{over.words.zh}",
        en=f"It cannot be issued. {over.words.en}",
        next_zh="请改用不超出目标的分解方案;独立日志也会自行拒绝。",
        next_en="Keep a run within the target; the second log refuses it by itself, too.",
        where={"run_id": run_id, "year": over.year, "beyond": kilograms(over.beyond_g)},
    )


def _not_asked(run_id: int) -> ConflictError:
    return ConflictError(
        "run.not_asked",
        zh="该联合体规定:下达须先由一人提请,再由另一人确认。",
        en="This union has one person ask for an issue and another confirm it.",
        next_zh="请先提请下达(run.ask)。",
        next_en="Ask for it first: run.ask.",
        where={"run_id": run_id},
    )


def _not_reviewed(run: Run, waiting: list[int]) -> ConflictError:
    some = ", ".join(map(str, waiting[:_NAMED]))
    return ConflictError(
        "run.base_not_reviewed",
        zh=f"{len(waiting)} 家机构的基期还没有人核查确认(编号 {some}…)。",
        en=f"The bases of {len(waiting)} institutions are not reviewed yet (ids {some} …).",
        next_zh=f"请用 commonwatt targets review {run.target_id} 或目标页面核查:逐家确认、估算或"
        "不列入;基期有变的,重新分解后再下达。",
        next_en=f"Review them by commonwatt targets review {run.target_id} or on the target's "
        "page: confirm, estimate or leave out; where a base changed by that, run again.",
        where={"run_id": run.run_id, "target_id": run.target_id, "institutions": waiting[:_MOST]},
    )
