"""What an office asks of submissions: how complete, and who must be another person."""

from decimal import Decimal
from typing import Annotated, Final

from pydantic import BaseModel, Field

from actions.accounts.enough import ByOffice, region_of_office, source_of_office
from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field, plain
from actions.kinds import Amount, Id, Line
from actions.rights import Right
from storage.accounts import submissions
from storage.accounts.submissions import RuleRow

_MILLION: Final = 10**6
Share = Annotated[Amount, Field(le=1, decimal_places=6)]
_YES: Final = Words("是", "yes")
_NO: Final = Words("否", "no")


class SubmissionRuleStated(BaseModel):
    """Of which region a rule holds from now on; none: the whole installation."""

    region_id: int | None


class StateSubmissionRule(ByOffice, Action[None, SubmissionRuleStated]):
    """State what an office, and all below it, asks of submissions; what was stated before stays.

    Until somebody does: all cells that are asked for, and another person reviews and approves.
    """

    about = About(
        code="submission.rule",
        right=Right.PLAN,
        path="/submission-rules",
        tag="submissions",
        zh="规定年报要求",
        en="State what submissions need",
        done=("已记录,今后的填报和审定据此办理。", "Recorded; from now on it goes by this."),
    )

    complete: Share = field(
        zh="必填项至少填报的比例",
        en="Share of the cells asked for that must be known",
        hint=("0 到 1 之间的小数,1 即全部", "Between 0 and 1; 1 is all of them"),
        examples=["1"],
    )
    other_reviews: bool = field(
        zh="复核须由填报人以外的人办理", en="Another person than filled it in reviews", default=True
    )
    other_approves: bool = field(
        zh="审定须由填报人以外的人办理",
        en="Another person than filled it in approves",
        default=True,
    )
    line_receives: bool = field(
        zh="主管部门也须接收", en="The department line receives it, too", default=False
    )
    region: Id | None = region_of_office()
    source: Line = source_of_office("Office notice 2026-9")

    def foresee(self, on: None, at: Acting) -> list[Effect]:
        """Return what would be asked."""
        share = plain(f"{self.complete * 100:.0f}%")
        flags = (
            ("other_reviews", Words("另一人复核", "Another reviews"), self.other_reviews),
            ("other_approves", Words("另一人审定", "Another approves"), self.other_approves),
            ("line_receives", Words("主管部门接收", "The line receives"), self.line_receives),
        )
        return [
            Effect("complete", Words("必填项至少填报", "Cells asked for"), None, share),
            *(Effect(code, words, None, _YES if said else _NO) for code, words, said in flags),
        ]

    def do(self, on: None, at: Acting) -> SubmissionRuleStated:
        """Let it hold."""
        millionths = int(Decimal(self.complete) * _MILLION)
        said = RuleRow(millionths, self.other_reviews, self.other_approves, self.line_receives)
        submissions.state_rule(at.connection, self.region, said, self.source, at.actor)
        return SubmissionRuleStated(region_id=self.region)

    @classmethod
    def where_to(cls, on: None, result: SubmissionRuleStated) -> str:
        """Return the list of submissions."""
        return "/submissions"
