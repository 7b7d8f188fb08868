"""Issuing a run's quotas to a member's institutions, by a document of its own authority."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel

from actions.compact.things import MEMBER
from actions.declared import About, Action, Effect
from actions.fields import Acting, Option, Words, field, plain
from actions.figures import not_found
from actions.kinds import Day, Id, Line
from actions.rights import Right
from compact.notices import notice_number, of_institution
from metering.errors import ConflictError
from storage.compact import contacts, notices, runs
from storage.compact.memberships import MembershipRow
from storage.compact.notices import NoticeRow
from storage.compact.runs import RunRow

_QUOTAS: Final = "quotas"  # the subject for which an authority issues them


class NoticesIssued(BaseModel):
    """By which document a member's quotas of a run are issued, and to how many institutions."""

    membership_id: int
    run_id: int
    document_number: str
    institutions: int


def issued_runs(at: Acting) -> Sequence[Option]:
    """Return the runs whose quotas are in the books, the newest first."""
    found = [one for one in runs.listed(at.connection) if one.issued_as is not None]
    return [_option(one) for one in reversed(found)]


def _option(run: RunRow) -> Option:
    years = ", ".join(map(str, run.in_force)) or "–"
    words = Words(
        f"分解方案 {run.run_id} 第 {run.version} 版(有效年度 {years})",
        f"Run {run.run_id}, version {run.version} (in force for {years})",
    )
    return Option(str(run.run_id), words)


class IssueNotices(Action[MembershipRow, NoticesIssued]):
    """Issue a run's quotas to the member's own institutions, by a numbered document.

    Below a member's total a run is a proposal: only the member's own authority issues to its
    institutions. Said again for the same run, the new document holds.
    """

    about = About(
        code="notice.issue",
        on=MEMBER,
        right=Right.PLAN,
        path="/members/{on}/notices",
        tag="runs and quotas",
        zh="下达指标通知书",
        en="Issue the notices of quotas",
        done=("已下达;通知书已编号。", "Issued; the notices are numbered."),
    )

    run: Id = field(zh="分解方案", en="Run", choices=issued_runs, examples=[1])
    document_number: Line = field(
        zh="文号",
        en="Number of the document",
        hint=(
            "各机构通知书的编号为文号加机构编号",
            "Each notice is numbered by it and its institution",
        ),
        examples=["津机管〔2026〕28号"],
    )
    authority_zh: Line = field(
        zh="下达机关", en="Issuing authority, in Chinese", examples=["天津市机关事务管理局"]
    )
    authority_en: Line = field(
        zh="下达机关(英文)",
        en="Issuing authority, in English",
        examples=["Tianjin Offices Administration"],
    )
    issued_on: Day = field(zh="下达日期", en="Issued on", examples=["2026-03-01"])

    @classmethod
    def given(cls, on: MembershipRow, at: Acting) -> Mapping[str, Any]:
        """Return the member's authority for quotas, and today."""
        known = {one.subject: one for one in contacts.authorities(at.connection, on.region_id)}
        first: dict[str, Any] = {"issued_on": at.today.isoformat()}
        if (one := known.get(_QUOTAS)) is not None:
            first |= {"authority_zh": one.name_zh, "authority_en": one.name_en}
        return first

    def check(self, on: MembershipRow, at: Acting) -> None:
        """Refuse a run without quotas of this member, and a document that issued another one."""
        run = runs.one(at.connection, self.run)
        if run is None or run.union_id != on.union_id:
            raise not_found("分解方案", "run", {"field": "run", "run_id": self.run})
        if not notices.counts(at.connection, self.run, on.region_id)[0]:
            raise _none_of_it(self.run)
        if notices.is_of_another_run(at.connection, self.run, on.region_id, self.document_number):
            raise _taken(self.document_number)

    def foresee(self, on: MembershipRow, at: Acting) -> list[Effect]:
        """Return how many notices are numbered, and the document that it replaces."""
        before = notices.issued(at.connection, self.run, on.region_id)
        many, seen = notices.counts(at.connection, self.run, on.region_id)
        document = Words("文号", "Document")
        found = [
            Effect(
                "document",
                document,
                None if before is None else plain(before.document_number),
                plain(self.document_number),
            ),
            Effect("notices", Words("通知书份数", "Notices"), None, plain(str(many))),
        ]
        first = notices.institutions(at.connection, self.run, on.region_id, after=0, most=1)
        if first and (run := runs.one(at.connection, self.run)) is not None:
            number = notice_number(self.document_number, run, of_institution(first[0]))
            found.append(Effect("first", Words("首份编号", "The first"), None, plain(number)))
        if seen < many:
            hidden = Words("其中您不能查看的", "Of these, not seen by you")
            found.append(Effect("unseen", hidden, None, plain(str(many - seen)), warns=True))
        return found

    def do(self, on: MembershipRow, at: Acting) -> NoticesIssued:
        """Keep it."""
        row = NoticeRow(
            run_id=self.run,
            region_id=on.region_id,
            document_number=self.document_number,
            authority_zh=self.authority_zh,
            authority_en=self.authority_en,
            issued_on=self.issued_on,
        )
        notices.add(at.connection, row, at.actor)
        many, _ = notices.counts(at.connection, self.run, on.region_id)
        return NoticesIssued(
            membership_id=on.membership_id,
            run_id=self.run,
            document_number=self.document_number,
            institutions=many,
        )


def _none_of_it(run_id: int) -> ConflictError:
    return ConflictError(
        "notice.no_quotas",
        zh=f"分解方案 {run_id} 中没有该成员单位的指标。",
        en=f"Run {run_id} has no quota for this member.",
        next_zh="请选择含有该成员单位的方案。",
        next_en="Choose a run that counts it.",
        where={"field": "run", "run_id": run_id},
    )


def _taken(number: str) -> ConflictError:
    return ConflictError(
        "notice.document_taken",
        zh=f"文号 {number} 已用于另一方案。",
        en=f"The document {number} issued another run.",
        next_zh="请使用新的文号。",
        next_en="Take a number of its own.",
        where={"field": "document_number", "value": number},
    )
