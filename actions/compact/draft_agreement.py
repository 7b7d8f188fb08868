"""Writing an agreement's text, declared once: a draft binds nobody."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, Field

from actions.compact.agreement_words import GRADES, told
from actions.compact.clause_fields import ClauseFields, fields_of, words_of
from actions.compact.found_union import source_field
from actions.compact.things import PREPARED
from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field, plain
from actions.kinds import Id, Line
from actions.rights import Right
from actions.things import member_regions
from compact.agreements import AgreementText, State, not_now
from compact.clauses import Grade, differences, refuse_beyond, refuse_years
from metering.errors import InputError
from storage.compact import agreements, memberships
from storage.compact.agreements import AgreementRow
from storage.compact.unions import UnionRow


class AgreementDrafted(BaseModel):
    """The version that was written, with the digest of its text."""

    agreement_id: int
    version: int
    sha256: str = Field(description="Of the text's bytes: what a signature names.")


class DraftAgreement(ClauseFields, Action[UnionRow, AgreementDrafted]):
    """Write the text of a union's next agreement, or write its open draft anew.

    A text names union, version, grade, parties and clauses; whoever signs names its digest.
    """

    about = About(
        code="agreement.draft",
        on=PREPARED,
        right=Right.PLAN,
        path="/unions/{on}/agreements",
        tag="unions and targets",
        zh="起草协议",
        en="Draft the agreement",
        done=("草案已存档,尚未提请签署。", "The draft is kept; nobody is asked to sign it yet."),
    )

    grade: Grade = field(
        zh="协议等级",
        en="Grade of the agreement",
        hint=(
            "备忘录不涉及资金;协议写明权利义务",
            "A memorandum moves no money; an agreement says rights and duties",
        ),
        names=GRADES,
        default=Grade.MEMORANDUM,
    )
    parties: Annotated[list[Id], Field(min_length=1, max_length=500)] | None = field(
        zh="签署的成员单位",
        en="Parties",
        hint=("不填即全体成员,含待答复的", "Left open: all members, and who is still to answer"),
        choices=member_regions,
        default=None,
    )
    source: Line = source_field()

    @classmethod
    def given(cls, on: UnionRow, at: Acting) -> Mapping[str, Any]:
        """Return the open draft, or else the version that holds."""
        rows = agreements.listed(at.connection, on.union_id)
        begun = agreements.opened(rows) or agreements.in_force(rows)
        if begun is None:
            return {}
        return {**fields_of(begun.said.clauses), "grade": begun.grade, "source": begun.source}

    def check(self, on: UnionRow, at: Acting) -> None:
        """Refuse what this grade cannot bind, years that make no path, and what is being signed."""
        clauses = self.clauses()
        refuse_beyond(self.grade, clauses)
        refuse_years(clauses)
        said, _ = self._text(on, at)
        if not said.parties:
            raise no_parties(on.union_id)

    def foresee(self, on: UnionRow, at: Acting) -> list[Effect]:
        """Return the version, its clauses, and what it says otherwise than the one that holds."""
        said, _ = self._text(on, at)
        held = agreements.in_force(agreements.listed(at.connection, on.union_id))
        return [
            Effect("version", Words("协议版本", "Version"), None, plain(str(said.version))),
            Effect("parties", Words("签署方", "Parties"), None, plain(str(len(said.parties)))),
            Effect("clauses", Words("条款", "Clauses"), None, words_of(said.clauses)),
            *changes(held, said),
        ]

    def do(self, on: UnionRow, at: Acting) -> AgreementDrafted:
        """Keep it."""
        said, draft = self._text(on, at)
        if draft is None:
            made = agreements.add(at.connection, said, self.source, at.actor)
        else:
            made = draft.agreement_id
            agreements.revise(at.connection, made, said, self.source)
        at.told.update(agreement=made, sha256=said.digest)
        return AgreementDrafted(agreement_id=made, version=said.version, sha256=said.digest)

    @classmethod
    def where_to(cls, on: UnionRow, result: AgreementDrafted) -> str:
        """Return the agreement's page."""
        return f"/agreements/{result.agreement_id}"

    def _text(self, on: UnionRow, at: Acting) -> tuple[AgreementText, AgreementRow | None]:
        """Return the text that it comes to, and the open draft whose place it takes."""
        rows = agreements.listed(at.connection, on.union_id)
        draft = agreements.opened(rows)
        if draft is not None and draft.state != State.DRAFT:
            raise not_now("written anew", State(draft.state))
        version = draft.version if draft else len(rows) + 1
        parties = tuple(sorted(self.parties or _everybody(on, at)))
        return AgreementText(on.union_id, version, self.grade, parties, self.clauses()), draft


def changes(held: AgreementRow | None, said: AgreementText) -> list[Effect]:
    """Return what a text says otherwise than the version that holds, in words."""
    if held is None:
        return []
    before = held.said
    found = [Effect("clause", *told(one)) for one in differences(before.clauses, said.clauses)]
    if before.grade is not said.grade:
        words = GRADES[before.grade.value], GRADES[said.grade.value]
        found.append(Effect("grade", Words("协议等级", "Grade"), *words))
    if before.parties != said.parties:
        counts = plain(str(len(before.parties))), plain(str(len(said.parties)))
        found.append(Effect("parties_changed", Words("签署方数", "Parties"), *counts))
    return found


def _everybody(on: UnionRow, at: Acting) -> Sequence[int]:
    seats = memberships.listed(at.connection, on.union_id)
    return [
        one.region_id
        for one in seats
        if one.state == "proposed" or (one.sits and not one.seat.leaves)
    ]


def no_parties(union_id: int) -> InputError:
    """Return the refusal of an agreement between nobody."""
    return InputError(
        "agreement.no_parties",
        zh="该联合体还没有成员单位可以签署。",
        en="There is no member yet that could sign.",
        next_zh="请先邀请成员单位。",
        next_en="Propose members first.",
        where={"union_id": union_id, "field": "parties"},
    )
