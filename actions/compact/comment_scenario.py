"""Commenting on a scenario: members, the guiding authority and planners."""

from pydantic import BaseModel

from actions.compact.comment_union import speaks_for, speaks_in_words
from actions.compact.scenario_things import SCENARIO
from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field
from actions.kinds import Text
from actions.rights import Right
from storage.compact import scenarios, unions
from storage.compact.scenarios import ScenarioRow
from storage.compact.unions import UnionRow


class ScenarioCommentMade(BaseModel):
    """A comment, and the region for which it was made; null: by a planner of the union."""

    comment_id: int
    region_id: int | None


class CommentScenario(Action[ScenarioRow, ScenarioCommentMade]):
    """Say something of a scenario, for the member or guiding authority that one acts for."""

    about = About(
        code="scenario.comment",
        on=SCENARIO,
        right=Right.COMMENT,
        path="/scenarios/{on}/comments",
        tag="runs and quotas",
        zh="对情景方案提意见",
        en="Comment on a scenario",
        done=("意见已记录,联合体各方可见。", "Kept; everybody in the union reads it."),
    )

    text: Text = field(zh="意见", en="Comment", examples=["Our hospitals lack floor areas"])

    def foresee(self, on: ScenarioRow, at: Acting) -> list[Effect]:
        """Return for whom it is said."""
        union = _union(on, at)
        who = speaks_in_words(union, speaks_for(union, at))
        return [Effect("comment", Words("意见方", "Said for"), None, who)]

    def do(self, on: ScenarioRow, at: Acting) -> ScenarioCommentMade:
        """Keep it."""
        region = speaks_for(_union(on, at), at)
        of = (on.scenario_id, on.union_id)
        made = scenarios.comment(at.connection, of, region, self.text, at.actor)
        return ScenarioCommentMade(comment_id=made, region_id=region)


def _union(on: ScenarioRow, at: Acting) -> UnionRow:
    return unions.listed(at.connection, on.union_id)[0]
