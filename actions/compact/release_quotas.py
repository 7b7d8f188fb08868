"""A member's own word on whether the union issues quotas to its institutions."""

from collections.abc import Sequence
from typing import Any

from psycopg import Connection
from pydantic import BaseModel

from actions.compact.things import MEMBER
from actions.declared import About, Action, Effect
from actions.fields import Acting, Option, Words, field, plain
from actions.figures import not_found
from actions.kinds import Id, Line
from actions.rights import Right
from metering.errors import ConflictError
from storage.compact import notices, releases, runs, unions
from storage.compact.memberships import MembershipRow
from storage.compact.runs import RunRow


class QuotasReleased(BaseModel):
    """What holds from now on."""

    word_id: int
    membership_id: int


def proposed_runs(at: Acting) -> Sequence[Option]:
    """Return the runs that are not issued yet, the newest first."""
    found = [one for one in runs.listed(at.connection) if one.issued_as is None and not one.shadow]
    return [
        Option(
            str(one.run_id),
            Words(
                f"分解方案 {one.run_id}(目标 {one.target_id} 第 {one.version} 版)",
                f"Run {one.run_id} (target {one.target_id}, version {one.version})",
            ),
        )
        for one in reversed(found)
    ]


class ReleaseQuotas(Action[MembershipRow, QuotasReleased]):
    """Let the union issue quotas to the member's own institutions, by one run or by all to come.

    Below a member's total a run is a proposal: without this word, or an issue by the member's own
    people, nothing of it enters the books.
    """

    about = About(
        code="quota.release",
        on=MEMBER,
        right=Right.PLAN,
        path="/members/{on}/releases",
        tag="runs and quotas",
        zh="同意向本成员机构下达",
        en="Let quotas be issued to own institutions",
        done=("已记录。", "Kept."),
    )

    run: Id | None = field(
        zh="分解方案",
        en="Run",
        hint=("留空:该联合体今后的各方案", "Left open: every run of the union from now on"),
        choices=proposed_runs,
        default=None,
        examples=[1],
    )
    released: bool = field(
        zh="同意下达",
        en="May be issued",
        hint=("不勾选即不同意或收回", "Left unticked: it may not, or no longer"),
        default=True,
    )
    document_number: Line = field(
        zh="文号", en="Number of the document", examples=["津机管〔2026〕28号"]
    )

    def check(self, on: MembershipRow, at: Acting) -> None:
        """Refuse a run of another union."""
        if self.run is None:
            return
        run = runs.one(at.connection, self.run)
        if run is None or run.union_id != on.union_id:
            raise not_found("分解方案", "run", {"field": "run", "run_id": self.run})

    def foresee(self, on: MembershipRow, at: Acting) -> list[Effect]:
        """Return what held, what will, and how many quotas of the run are the member's."""
        before = releases.standing(at.connection, (on.union_id, on.region_id), self.run)
        what = Words("向本成员机构下达", "Issue to own institutions")
        found = [Effect("release", what, _said(before), _words(self.released))]
        if self.run is not None:
            many, _ = notices.counts(at.connection, self.run, on.region_id)
            found.append(Effect("quotas", Words("用能指标数", "Quotas"), None, plain(str(many))))
        return found

    def do(self, on: MembershipRow, at: Acting) -> QuotasReleased:
        """Keep it."""
        word = releases.add(
            at.connection,
            (on.union_id, on.region_id),
            self.run,
            self.document_number,
            at.actor,
            released=self.released,
        )
        return QuotasReleased(word_id=word, membership_id=on.membership_id)


def must_be_released(connection: Connection[Any], run: RunRow) -> None:
    """Refuse to issue a run that a member has not let be issued to its institutions."""
    waiting = set(releases.waits_for(connection, run.run_id))
    if not waiting:
        return
    seats = unions.members(connection, run.union_id)
    names = [(one.name_zh, one.name_en) for one in seats if one.region_id in waiting]
    zh = "、".join(one or other or "" for one, other in names)
    en = ", ".join(other or one or "" for one, other in names)
    raise ConflictError(
        "run.not_released",
        zh=f"成员总量以下,本方案仍是建议:{zh} 的主管机关尚未同意向其机构下达。",
        en="Below a member's total a run is a proposal: the authority of "
        f"{en} has not let it be issued to its institutions.",
        next_zh="请该成员的人员在其成员页办理“同意向本成员机构下达”(quota.release)。",
        next_en="Let its own people do “Let quotas be issued to own institutions” on its page: "
        "quota.release.",
        where={"run_id": run.run_id, "regions": sorted(waiting)},
    )


def _said(word: releases.ReleaseRow | None) -> Words | None:
    return None if word is None else _words(word.released)


def _words(released: bool) -> Words:
    return Words("同意", "allowed") if released else Words("不同意", "not allowed")
