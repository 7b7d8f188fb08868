"""Opening the submissions of a year, filling them in and taking that back, declared once."""

from collections.abc import Sequence
from typing import Annotated, Final

from pydantic import BaseModel, Field

from actions.accounts.closing_fields import one_field, region_field
from actions.accounts.submission_things import (
    OPEN,
    STATES,
    SUBMISSION,
    Forms,
    SubmissionMoved,
    forms_of,
    must_be_open,
    wrong_state,
)
from actions.accounts.survey_words import doubt_words
from actions.actor import denied
from actions.declared import About, Action, Effect, Opposite
from actions.fields import Acting, Words, field, plain
from actions.kinds import Id
from actions.registry.institutions import no_institution
from actions.rights import Right
from metering.errors import ConflictError, InputError
from storage.accounts import submissions, survey
from storage.accounts.submissions import SubmissionRow
from storage.registry import institutions
from storage.registry.institutions import InstitutionFilter

Year = Annotated[int, Field(ge=2000, le=2100)]
STATE: Final = Words("状态", "State")
_MOST: Final = 5


class SubmissionsOpened(BaseModel):
    """How many submissions of a year were opened."""

    year: int
    submissions: int
    submission_id: int | None = Field(description="Where one alone was opened; else null.")


class OpenSubmissions(Action[None, SubmissionsOpened]):
    """Open the submissions of a year, of a region's institutions or of one; open ones stay so."""

    about = About(
        code="submission.open",
        right=Right.KEEP_ACCOUNTS,
        path="/submissions",
        tag="submissions",
        zh="开启年报",
        en="Open submissions",
        done=("年报已开启,可填报。", "Open: they may be filled in."),
    )

    year: Year = field(zh="年度", en="Year", examples=[2015])
    region: Id | None = region_field()
    institution: Id | None = one_field()

    def check(self, on: None, at: Acting) -> None:
        """Refuse a year to come, and where there is nobody left to open for."""
        self._left(at)

    def foresee(self, on: None, at: Acting) -> list[Effect]:
        """Return of how many institutions."""
        many = len(self._left(at))
        words = Words("将开启年报的机构", "Institutions whose submissions are opened")
        return [Effect("institutions", words, None, plain(f"{many:,}"))]

    def do(self, on: None, at: Acting) -> SubmissionsOpened:
        """Open them."""
        made = submissions.open_all(at.connection, self.year, self._left(at), at.actor)
        at.told["submissions"] = len(made)
        only = made[0] if len(made) == 1 else None
        return SubmissionsOpened(year=self.year, submissions=len(made), submission_id=only)

    @classmethod
    def where_to(cls, on: None, result: SubmissionsOpened) -> str:
        """Return the page of the one that was opened, or the table of the year."""
        if result.submission_id is not None:
            return f"/submissions/cells?submission={result.submission_id}"
        return f"/submissions?year={result.year}"

    def _left(self, at: Acting) -> list[int]:
        if self.year > at.today.year:
            raise _to_come(self.year)
        ids = submissions.covered(at.connection, self._asked(at))
        if not ids:
            raise denied(self.about.code)
        done = submissions.opened(at.connection, self.year, ids)
        if not (left := [one for one in ids if one not in done]):
            raise _opened_already(self.year)
        return left

    def _asked(self, at: Acting) -> Sequence[int]:
        if (self.region is None) == (self.institution is None):
            raise InputError(
                "submission.whose",
                zh="请填写行政区划或机构编号,二者填其一。",
                en="Name a region or one institution.",
                next_zh="填写其中一项后重试。",
                next_en="Fill in one of the two, and not both.",
                where={"field": "region"},
            )
        if self.institution is None:
            wanted = InstitutionFilter(region_id=self.region)
            return institutions.matching(at.connection, wanted)
        if institutions.one(at.connection, self.institution) is None:
            raise no_institution(self.institution)
        return [self.institution]


class FillSubmission(Action[SubmissionRow, SubmissionMoved]):
    """Fill in the forms of a year as accounts tell them and as they were typed; then they stand.

    Refused while a check fails that nobody explained, or too few cells are known.
    """

    about = About(
        code="submission.fill",
        on=SUBMISSION,
        right=Right.KEEP_ACCOUNTS,
        path="/submissions/{on}/filling",
        tag="submissions",
        zh="填报年报",
        en="Fill in a submission",
        done=("已填报,待另一人复核。", "Filled in; another person reviews it."),
    )

    @classmethod
    def fits(cls, on: SubmissionRow) -> bool:
        """Return whether it is open."""
        return on.state in OPEN

    def check(self, on: SubmissionRow, at: Acting) -> None:
        """Refuse what is not open, doubted or incomplete."""
        self._forms(on, at)

    def foresee(self, on: SubmissionRow, at: Acting) -> list[Effect]:
        """Return how much of it is known, and what is explained."""
        forms = self._forms(on, at)
        known = sum(one.amount is not None for one in forms.found)
        explained = [one for one in forms.doubts if one.explained]
        return [
            Effect("state", STATE, STATES[on.state], STATES["filled"]),
            Effect("cells", Words("有数的单元格", "Cells with a figure"), None,
                   plain(f"{known} / {len(forms.found)}"),
                   {"figures": [str(one.amount) for one in forms.found]}),
            *(Effect("explained", doubt_words(forms, one), None, plain(forms.words[one.code]),
                     warns=True) for one in explained),
        ]  # fmt: skip

    def do(self, on: SubmissionRow, at: Acting) -> SubmissionMoved:
        """Let what stands in the forms stand for good, and hand it on."""
        survey.freeze(at.connection, on.submission_id, on.round, self._forms(on, at).found)
        state = submissions.step(at.connection, on.submission_id, "fill", at.actor)
        return SubmissionMoved(submission_id=on.submission_id, state=state)

    def opposite(self, on: SubmissionRow, result: SubmissionMoved) -> Opposite:
        """Return taking it back."""
        return Opposite(TakeBackSubmission(), on.submission_id)

    def _forms(self, on: SubmissionRow, at: Acting) -> Forms:
        must_be_open(on)
        if on.year >= at.today.year:
            raise _not_over(on)
        forms = forms_of(at.connection, on)
        if blocking := [one for one in forms.doubts if one.blocks]:
            told = [doubt_words(forms, one) for one in blocking]
            raise _doubted(on, told)
        asked = submissions.rule(at.connection, on.institution_id).complete_millionths
        if forms.complete < asked:
            raise _incomplete(forms, asked)
        return forms


class TakeBackSubmission(Action[SubmissionRow, SubmissionMoved]):
    """Take back what was filled in, while nobody has reviewed it."""

    about = About(
        code="submission.take_back",
        on=SUBMISSION,
        right=Right.KEEP_ACCOUNTS,
        path="/submissions/{on}/taking-back",
        tag="submissions",
        zh="撤回填报",
        en="Take back what was filled in",
        done=("已撤回,可修改后重新填报。", "Taken back; it is open again."),
    )

    @classmethod
    def fits(cls, on: SubmissionRow) -> bool:
        """Return whether nobody has reviewed it."""
        return on.state == "filled"

    def check(self, on: SubmissionRow, at: Acting) -> None:
        """Refuse what is not filled in, or reviewed."""
        if on.state != "filled":
            raise wrong_state(on)

    def foresee(self, on: SubmissionRow, at: Acting) -> list[Effect]:
        """Return that it would be open."""
        return [Effect("state", STATE, STATES[on.state], STATES["open"])]

    def do(self, on: SubmissionRow, at: Acting) -> SubmissionMoved:
        """Open it again."""
        state = submissions.step(at.connection, on.submission_id, "take_back", at.actor)
        return SubmissionMoved(submission_id=on.submission_id, state=state)


def _to_come(year: int) -> InputError:
    return InputError(
        "submission.to_come",
        zh=f"{year} 年尚未开始。",
        en=f"{year} has not begun.",
        next_zh="请填写本年或以前的年度。",
        next_en="Name this year or an earlier one.",
        where={"field": "year", "value": year},
    )


def _opened_already(year: int) -> ConflictError:
    return ConflictError(
        "submission.opened",
        zh=f"{year} 年年报已全部开启。",
        en=f"All these submissions of {year} are open already.",
        next_zh="请在年报列表中查看。",
        next_en="See them in the list of submissions.",
        where={"field": "year", "value": year},
    )


def _not_over(one: SubmissionRow) -> ConflictError:
    return ConflictError(
        "submission.not_over",
        zh=f"{one.year} 年尚未结束,不能填报年报。",
        en=f"{one.year} is not over: its submission cannot be filled in.",
        next_zh=f"请待 {one.year + 1} 年 1 月 1 日以后填报。",
        next_en=f"Fill it in from 1 January {one.year + 1} on.",
        where={"submission": one.submission_id},
    )


def _doubted(one: SubmissionRow, told: Sequence[Words]) -> ConflictError:
    named = told[:_MOST]
    more = len(told) - len(named)
    return ConflictError(
        "submission.doubted",
        zh=f"有 {len(told)} 项校验未通过:" + ";".join(each.zh for each in named)
        + (f";另有 {more} 项" if more else "") + "。",
        en=f"{len(told)} checks fail: " + "; ".join(each.en for each in named)
        + (f"; and {more} more" if more else "") + ".",
        next_zh="请核对台账或改填(survey.type);单价和同比异常属实的,写明原因(survey.explain)。",
        next_en="Mend the accounts or the cell (survey.type); where a price or a change is true, "
        "say why (survey.explain).",
        where={"submission": one.submission_id},
    )  # fmt: skip


def _incomplete(forms: Forms, asked: int) -> ConflictError:
    wanting = [one for one in forms.cells if one.asked]
    known = {one.code for one in forms.found if one.amount is not None}
    lacking = [one for one in wanting if one.code not in known]
    return ConflictError(
        "submission.incomplete",
        zh=f"必填项已知 {forms.complete / 10_000:.0f}%,主管部门要求 {asked / 10_000:.0f}%;"
        f"缺:{'、'.join(one.name_zh for one in lacking)}。",
        en=f"{forms.complete / 10_000:.0f} % of the cells asked for are known, the office asks for "
        f"{asked / 10_000:.0f} %; missing: {', '.join(one.name_en for one in lacking)}.",
        next_zh="请补齐台账,或写明依据后填写(survey.type)。",
        next_en="Complete the accounts, or type the cell and say on what ground: survey.type.",
        where={"submission": forms.of.submission_id},
    )
