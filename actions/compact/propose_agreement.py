"""Laying an agreement before the members, taking it back, and giving a draft up."""

from pydantic import BaseModel

from actions.compact.agreement_effects import figures, refuse_without_accounts
from actions.compact.agreement_words import AGREEMENT_STATES
from actions.compact.clause_fields import words_of
from actions.compact.draft_agreement import changes
from actions.compact.things import AGREEMENT
from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field
from actions.kinds import Line
from actions.rights import Right
from compact.agreements import Agreement, State
from compact.clauses import refuse_beyond
from metering.errors import ConflictError
from storage.compact import agreements, memberships
from storage.compact.agreements import AgreementRow
from storage.compact.memberships import MembershipRow


class AgreementStands(BaseModel):
    """How far a version is after an act."""

    agreement_id: int
    version: int
    state: str
    sha256: str


class _Moves:
    """Moves a version on as `to` says; stands before Action among the bases."""

    @classmethod
    def to(cls, on: AgreementRow) -> Agreement:
        """Return the version as it would be; ConflictError where its state forbids that."""
        raise NotImplementedError

    @classmethod
    def fits(cls, on: AgreementRow) -> bool:
        """Return whether its state allows it."""
        try:
            cls.to(on)
        except ConflictError:
            return False
        return True

    def check(self, on: AgreementRow, at: Acting) -> None:
        """Refuse what the version's state forbids."""
        self.to(on)

    def foresee(self, on: AgreementRow, at: Acting) -> list[Effect]:
        """Return how far the version is, and would be."""
        before, after = AGREEMENT_STATES[State(on.state)], AGREEMENT_STATES[self.to(on).state]
        version = Words(f"协议第 {on.version} 版", f"Version {on.version}")
        return [Effect("state", version, before, after)]

    def do(self, on: AgreementRow, at: Acting) -> AgreementStands:
        """Let the version be so."""
        to = self.to(on)
        agreements.move(at.connection, on.agreement_id, to)
        at.told["sha256"] = on.sha256
        return AgreementStands(
            agreement_id=on.agreement_id, version=on.version, state=to.state.value, sha256=on.sha256
        )


class ProposeAgreement(_Moves, Action[AgreementRow, AgreementStands]):
    """Lay a draft before its parties: its text does not change any more, and each may sign it."""

    about = About(
        code="agreement.propose",
        on=AGREEMENT,
        right=Right.PLAN,
        path="/agreements/{on}/propose",
        tag="unions and targets",
        zh="提请签署",
        en="Lay it before the members",
        done=("已提请各成员单位签署。", "Each member is asked to sign."),
    )

    @classmethod
    def to(cls, on: AgreementRow) -> Agreement:
        """Return it laid before its parties."""
        return on.agreement.propose()

    def check(self, on: AgreementRow, at: Acting) -> None:
        """Refuse a text without clauses, parties that are not in, and members left out."""
        super().check(on, at)
        said = on.said
        refuse_beyond(said.grade, said.clauses)
        if not said.clauses:
            raise _empty(on)
        seats = memberships.listed(at.connection, on.union_id)
        if away := [one for one in seats if one.region_id in on.members and not one.sits]:
            raise _not_in(on, away)
        staying = [one for one in seats if one.state == "full" and not one.seat.leaves]
        if left_out := [one for one in staying if one.region_id not in on.members]:
            raise _left_out(on, left_out)
        refuse_without_accounts(on, at)

    def foresee(self, on: AgreementRow, at: Acting) -> list[Effect]:
        """Return what is laid before whom, and what it says otherwise than what holds."""
        held = agreements.in_force(agreements.listed(at.connection, on.union_id))
        return [
            *super().foresee(on, at),
            Effect("clauses", Words("条款", "Clauses"), None, words_of(on.said.clauses)),
            *changes(held, on.said),
            *figures(on.said, held, at),
        ]


class RecallAgreement(_Moves, Action[AgreementRow, AgreementStands]):
    """Take a text back to write it anew; what was signed of it counts no more."""

    about = About(
        code="agreement.recall",
        on=AGREEMENT,
        right=Right.PLAN,
        path="/agreements/{on}/recall",
        tag="unions and targets",
        zh="收回修改",
        en="Take it back to write it anew",
        done=("已收回为草案,先前的签署作废。", "It is a draft again; its signatures are void."),
    )

    reason: Line = field(zh="理由", en="Reason", examples=["The base year is corrected"])

    @classmethod
    def to(cls, on: AgreementRow) -> Agreement:
        """Return it taken back."""
        return on.agreement.recall()

    def foresee(self, on: AgreementRow, at: Acting) -> list[Effect]:
        """Return whose signatures are void by that."""
        void = Words(f"{len(on.signed_by)} 个作废", f"{len(on.signed_by)} are void")
        signatures = Effect("signatures", Words("已有签署", "Signatures"), None, void)
        return [*super().foresee(on, at), signatures]


class WithdrawAgreement(_Moves, Action[AgreementRow, AgreementStands]):
    """Give a draft up; its version number is not used again."""

    about = About(
        code="agreement.withdraw",
        on=AGREEMENT,
        right=Right.PLAN,
        path="/agreements/{on}/withdraw",
        tag="unions and targets",
        zh="撤回草案",
        en="Give the draft up",
        done=("草案已撤回。", "The draft is given up."),
    )

    reason: Line = field(zh="理由", en="Reason", examples=["No longer wanted"])

    @classmethod
    def to(cls, on: AgreementRow) -> Agreement:
        """Return it given up."""
        return on.agreement.withdraw()


def _names(of: list[MembershipRow]) -> Words:
    zh = "、".join(one.name_zh or str(one.region_id) for one in of)
    en = ", ".join(one.name_en or one.name_zh or str(one.region_id) for one in of)
    return Words(zh, en)


def _empty(on: AgreementRow) -> ConflictError:
    return ConflictError(
        "agreement.no_clause",
        zh="协议还没有任何条款。",
        en="The agreement has no clause yet.",
        next_zh="请先在草案中填写条款。",
        next_en="Fill clauses in first: agreement.draft.",
        where={"agreement_id": on.agreement_id},
    )


def _not_in(on: AgreementRow, away: list[MembershipRow]) -> ConflictError:
    names = _names(away)
    return ConflictError(
        "agreement.party_not_in",
        zh=f"{names.zh} 还没有加入联合体,不能签署。",
        en=f"{names.en} has not joined the union and cannot sign.",
        next_zh="请等待其答复,或改写草案的签署方。",
        next_en="Wait for the answer, or write the draft without them.",
        where={"agreement_id": on.agreement_id, "regions": [one.region_id for one in away]},
    )


def _left_out(on: AgreementRow, members: list[MembershipRow]) -> ConflictError:
    names = _names(members)
    return ConflictError(
        "agreement.member_left_out",
        zh=f"{names.zh} 是正式成员,不能不经其签署而修改协议。",
        en=f"{names.en} is a full member: no agreement changes without its signature.",
        next_zh="请将其列为签署方;成员只能自行退出。",
        next_en="Make it a party; only a member itself can leave.",
        where={"agreement_id": on.agreement_id, "regions": [one.region_id for one in members]},
    )
