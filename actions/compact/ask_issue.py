"""Asking for a run's issue, which another person then does or refuses, declared once each."""

from datetime import datetime

from pydantic import BaseModel

from actions.compact.issue_run import IssueRun, reason_field
from actions.compact.things import RUN
from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field
from actions.kinds import Line, Text
from actions.rights import Right
from metering.errors import ConflictError
from storage.access import people
from storage.compact import requests, runs
from storage.compact.runs import RunRow as Run


class IssueAsked(BaseModel):
    """A run whose issue waits for another person."""

    run_id: int
    request: int


class IssueRefused(BaseModel):
    """A run whose issue was refused; it stays a proposal."""

    run_id: int
    asked_by: str
    asked_at: datetime


class AskIssue(Action[Run, IssueAsked]):
    """Ask for a run's issue; another person confirms it by issuing, or refuses it.

    It stands on the first page of all who plan for the union, with what would change.
    """

    about = About(
        code="run.ask",
        on=RUN,
        right=Right.PLAN,
        path="/runs/{on}/ask",
        tag="runs and quotas",
        zh="提请下达",
        en="Ask for the issue",
        done=("已提请,待另一人确认。", "Asked; it waits for another person."),
        log_in_again=True,
    )

    reason: Text | None = reason_field()

    @classmethod
    def fits(cls, on: Run) -> bool:
        """Return whether its union asks for two people, and nobody has asked yet."""
        return on.issued_as is None and not on.shadow and on.second_person and not on.waits

    def check(self, on: Run, at: Acting) -> None:
        """Refuse what waits already, and what could not be issued."""
        self._issue().check_books(on, at)
        if on.waits:
            raise _waits(on, at)

    def foresee(self, on: Run, at: Acting) -> list[Effect]:
        """Return what another person would confirm."""
        waits = Words("待另一人确认", "waits for another person")
        words = Words("下达", "Issue")
        return [Effect("request", words, None, waits), *self._issue().foresee(on, at)]

    def do(self, on: Run, at: Acting) -> IssueAsked:
        """Ask; nothing enters the books by that."""
        reason = self.reason or ""
        made = requests.say(at.connection, on.run_id, on.union_id, "asked", reason, at.actor)
        return IssueAsked(run_id=on.run_id, request=made)

    def _issue(self) -> IssueRun:
        return IssueRun(reason=self.reason)


class RefuseIssue(Action[Run, IssueRefused]):
    """Refuse a run's issue that somebody asked for; who asked takes it back so."""

    about = About(
        code="run.refuse",
        on=RUN,
        right=Right.PLAN,
        path="/runs/{on}/refuse",
        tag="runs and quotas",
        zh="退回提请",
        en="Refuse the issue",
        done=("已退回,理由可在方案页查看。", "Refused; the run's page says why."),
    )

    reason: Line = field(
        zh="理由",
        en="Reason",
        hint=("提请人将看到", "Whoever asked reads it"),
        examples=["The school's March must be read again first"],
    )

    @classmethod
    def fits(cls, on: Run) -> bool:
        """Return whether somebody asked, and nobody has answered."""
        return on.waits

    def check(self, on: Run, at: Acting) -> None:
        """Refuse where nobody asks."""
        runs.lock(at.connection, on.union_id)
        if not on.waits:
            raise ConflictError(
                "run.nothing_asked",
                zh="没有人提请下达该方案。",
                en="Nobody asks for the issue of this run.",
                next_zh="请查看方案页的当前状态。",
                next_en="See on the run's page how it stands.",
                where={"run_id": on.run_id},
            )

    def foresee(self, on: Run, at: Acting) -> list[Effect]:
        """Return whose request ends."""
        name = people.called(at.connection, [on.request_by or ""])[on.request_by or ""]
        before = Words(f"{name} 提请", f"asked by {name}")
        return [Effect("request", Words("下达", "Issue"), before, Words("退回", "refused"))]

    def do(self, on: Run, at: Acting) -> IssueRefused:
        """Refuse it; whoever asked may ask again."""
        requests.say(at.connection, on.run_id, on.union_id, "refused", self.reason, at.actor)
        at.told["asked_by"] = on.request_by
        assert on.request_by is not None
        assert on.request_at is not None
        return IssueRefused(run_id=on.run_id, asked_by=on.request_by, asked_at=on.request_at)


def _waits(on: Run, at: Acting) -> ConflictError:
    name = people.called(at.connection, [on.request_by or ""])[on.request_by or ""]
    return ConflictError(
        "run.asked_already",
        zh=f"{name} 已提请下达该方案,待另一人确认。",
        en=f"{name} has asked for the issue of this run already; it waits for another person.",
        next_zh="请由另一人确认或退回。",
        next_en="Let another person confirm or refuse it.",
        where={"run_id": on.run_id},
    )
