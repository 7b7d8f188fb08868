"""Commenting on a union's results: the authority that guides it, and its members."""

from typing import Final

from pydantic import BaseModel

from actions.compact.things import COMMENTED
from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field
from actions.kinds import Text
from actions.rights import Right
from storage.compact import contacts, memberships
from storage.compact.unions import UnionRow


class CommentMade(BaseModel):
    """A comment, and the region for which it was made; null: by a planner of the union."""

    comment_id: int
    region_id: int | None


class CommentUnion(Action[UnionRow, CommentMade]):
    """Say something of a union's results, for the guiding authority or the member one acts for.

    A guiding authority sees the union's results and comments; it decides nothing in it.
    """

    about = About(
        code="union.comment",
        on=COMMENTED,
        right=Right.COMMENT,
        path="/unions/{on}/comments",
        tag="unions and targets",
        zh="提出意见",
        en="Comment",
        done=("意见已记录,联合体各方可见。", "Kept; everybody in the union reads it."),
    )

    text: Text = field(zh="意见", en="Comment", examples=["Progress of June should be looked at"])

    def foresee(self, on: UnionRow, at: Acting) -> list[Effect]:
        """Return for whom it is said."""
        who = speaks_in_words(on, speaks_for(on, at))
        return [Effect("comment", Words("意见方", "Said for"), None, who)]

    def do(self, on: UnionRow, at: Acting) -> CommentMade:
        """Keep it."""
        region = speaks_for(on, at)
        made = contacts.comment(at.connection, on.union_id, region, self.text, at.actor)
        return CommentMade(comment_id=made, region_id=region)


def speaks_for(on: UnionRow, at: Acting) -> int | None:
    """Return the region for which the actor speaks in a union, None for a planner of all."""
    if on.guide_id is not None and contacts.guides(at.connection, on.union_id):
        return on.guide_id
    seats = memberships.listed(at.connection, on.union_id)
    return next((one.region_id for one in seats if one.own and one.sits), None)


def speaks_in_words(on: UnionRow, region: int | None) -> Words:
    """Return for whom that is."""
    return _PLANNER if region is None else _GUIDE if region == on.guide_id else _MEMBER


_GUIDE: Final = Words("指导机关", "the guiding authority")
_MEMBER: Final = Words("成员单位", "a member")
_PLANNER: Final = Words("联合体规划人员", "the union's planners")
