"""Merging institutions, and splitting one, declared once."""

from fractions import Fraction
from typing import Annotated

from pydantic import Field

from actions.declared import Action
from actions.fields import Acting, field
from actions.kinds import Day, Id, Line, Row
from actions.registry import roster_refusals as refusals
from actions.registry.change_roster import ChangesRoster, RosterChanged, about_change
from actions.registry.institutions import institution_name
from actions.registry.roster_plans import Plan, planned
from actions.registry.roster_words import day_field, document_field, why_field
from compact.succession import Change, Part, share_of
from storage.registry.institutions import Institution
from storage.registry.roster_values import NewChange


class Successor(Row):
    """Who succeeds, with which share of what was before."""

    institution: Id = field(
        zh="承继机构编号", en="Institution id", called=institution_name, examples=[9]
    )
    share: Line = field(
        zh="份额", en="Share", hint=("如 1/3、0.25 或 25%", "As 1/3, 0.25 or 25%"), examples=["1"]
    )


class MergeInstitutions(ChangesRoster, Action[Institution, RosterChanged]):
    """Let other institutions go into this one, wholly, from a day on; their months before stay.

    Their meters count in its account from then on, and they leave the roster.
    """

    about = about_change("merge", "merge", "并入其他机构", "Merge others into it")

    institutions: Annotated[list[Id], Field(min_length=1, max_length=1000)] = field(
        zh="并入的机构", en="Institutions that go into it", called=institution_name, examples=[[7]]
    )
    day: Day = day_field()
    document_number: Line = document_field()
    reason: Line = why_field()

    def _plan(self, on: Institution, at: Acting) -> Plan:
        whom = sorted(set(self.institutions) - {on.institution_id})
        if not whom:
            raise refusals.into_itself(on.institution_id)
        parts = [Part(who, on.institution_id, Fraction(1)) for who in whom]
        head = Change.MERGE.value, self.day, self.document_number, self.reason
        return planned(at, NewChange(*head, whom, parts))


class SplitInstitution(ChangesRoster, Action[Institution, RosterChanged]):
    """Let an institution go into several by shares that add to one, from a day on.

    It may be among them, and stays on the roster then. Its meters count by the same shares.
    """

    about = about_change("split", "split", "分立", "Split it")

    successors: Annotated[list[Successor], Field(min_length=1, max_length=1000)] = field(
        zh="承继机构与份额",
        en="Successors and shares",
        examples=[[{"institution": 9, "share": "1"}]],
    )
    day: Day = day_field()
    document_number: Line = document_field()
    reason: Line = why_field()

    def _plan(self, on: Institution, at: Acting) -> Plan:
        who = on.institution_id
        parts = [Part(who, one.institution, share_of(one.share)) for one in self.successors]
        if parts == [Part(who, who, Fraction(1))]:
            raise refusals.into_itself(who)
        head = Change.SPLIT.value, self.day, self.document_number, self.reason
        return planned(at, NewChange(*head, [who], parts))
