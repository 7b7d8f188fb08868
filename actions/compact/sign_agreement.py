"""A member's signature: one of its people prepares it, another confirms, for the very text."""

from collections.abc import Collection, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints

from actions.compact.agreement_effects import figures
from actions.compact.agreement_words import AGREEMENT_STATES
from actions.compact.draft_agreement import changes
from actions.compact.things import MEMBER
from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field, plain
from actions.kinds import Day, Line, Scan, Text
from actions.rights import Right
from compact.agreements import State
from metering.errors import ConflictError
from storage.compact import agreements
from storage.compact.agreements import AgreementRow, SignatureRow
from storage.compact.memberships import MembershipRow

Digest = Annotated[
    str, StringConstraints(strip_whitespace=True, to_lower=True, pattern=r"^[0-9a-fA-F]{64}$")
]


class SignaturePrepared(BaseModel):
    """A signature that waits for another person of the member."""

    signature_id: int
    agreement_id: int
    sha256: str = Field(description="Of the text that is signed.")


class SignatureConfirmed(BaseModel):
    """A signature that counts; in_force says whether it was the last one."""

    signature_id: int
    agreement_id: int
    in_force: bool


class PrepareSignature(Action[MembershipRow, SignaturePrepared]):
    """Prepare a member's signature to the text that lies before it; another person confirms it."""

    about = About(
        code="member.sign",
        on=MEMBER,
        right=Right.PLAN,
        path="/members/{on}/signatures",
        tag="unions and targets",
        zh="准备签署",
        en="Prepare the signature",
        done=("已准备,待本单位另一人确认。", "Prepared; another person of the member confirms it."),
    )

    text_sha256: Digest = field(
        zh="所签文本的摘要(SHA-256)",
        en="Digest of the text that is signed",
        hint=("文本变动后此摘要不再相符", "It fits no longer once the text has changed"),
        examples=["0" * 64],
    )
    bodies: Line = field(
        zh="签署机关", en="Signing bodies", examples=["Offices administration; finance department"]
    )
    basis: Line = field(
        zh="职权依据", en="Basis of their powers", examples=["Three determinations of 2019, no. 12"]
    )
    reviewed: Text = field(
        zh="合法性、保密审查与会签",
        en="Legality and secrecy review, counter-signatures, approval",
        examples=["Reviewed by the legal office on 2026-03-02; approved on 2026-03-05"],
    )
    document_number: Line = field(zh="文号", en="Document number", examples=["2026-28"])
    sealed_on: Day = field(zh="用印日期", en="Day of the seal", examples=["2026-03-06"])
    scan: Scan | None = field(zh="盖章件扫描", en="Scan of the sealed text", default=None)

    @classmethod
    def fits(cls, on: MembershipRow) -> bool:
        """Return whether a text waits for it, and none of its people has prepared it."""
        return on.agreement_id is not None and on.sits

    @classmethod
    def given(cls, on: MembershipRow, at: Acting) -> Mapping[str, Any]:
        """Return the digest of what lies before it."""
        found = _proposed(on, at)
        return {} if found is None else {"text_sha256": found.sha256}

    def check(self, on: MembershipRow, at: Acting) -> None:
        """Refuse where nothing is to be signed, and a text that is not the one that was read."""
        found = _must_sign(on, at)
        if self.text_sha256 != found.sha256:
            raise _other_text(found, self.text_sha256)

    def foresee(self, on: MembershipRow, at: Acting) -> list[Effect]:
        """Return what is signed, and what it says otherwise than what holds."""
        found = _must_sign(on, at)
        held = agreements.in_force(agreements.listed(at.connection, on.union_id))
        waits = Words("待另一人确认", "waits for another person")
        return [
            Effect("signature", Words("本单位签署", "The member's signature"), None, waits),
            Effect("text", Words("文本摘要", "Digest of the text"), None, plain(found.sha256[:16])),
            *changes(held, found.said),
            *figures(found.said, held, at),
        ]

    def do(self, on: MembershipRow, at: Acting) -> SignaturePrepared:
        """Prepare it."""
        found = _must_sign(on, at)
        signature = self.model_dump(exclude={"text_sha256", "scan"}) | {
            "agreement_id": found.agreement_id,
            "union_id": on.union_id,
            "region_id": on.region_id,
            "round": found.round,
            "sha256": self.text_sha256,
            "scan_sha256": self.scan,
            "by": at.actor,
        }
        made = agreements.prepare(at.connection, signature)
        return SignaturePrepared(
            signature_id=made, agreement_id=found.agreement_id, sha256=self.text_sha256
        )


class ConfirmSignature(Action[MembershipRow, SignatureConfirmed]):
    """Confirm what another person of the member prepared; the last one brings it into force.

    From then on its parties are full members, and the version before is amended.
    """

    about = About(
        code="member.confirm",
        on=MEMBER,
        right=Right.PLAN,
        path="/members/{on}/confirmation",
        tag="unions and targets",
        zh="确认签署",
        en="Confirm the signature",
        done=("已签署。", "Signed."),
        second_person=True,
        log_in_again=True,
    )

    @classmethod
    def fits(cls, on: MembershipRow) -> bool:
        """Return whether a signature is prepared."""
        return on.signature_id is not None and on.sits

    @classmethod
    def made_by(cls, on: MembershipRow, at: Acting) -> Collection[str]:
        """Return who prepared it."""
        return [] if on.prepared_by is None else [on.prepared_by]

    def check(self, on: MembershipRow, at: Acting) -> None:
        """Refuse where nothing is prepared, or the text has changed since."""
        self._prepared(on, at)

    def foresee(self, on: MembershipRow, at: Acting) -> list[Effect]:
        """Return whether it counts alone, or brings the agreement into force."""
        found, signature = self._prepared(on, at)
        after = found.agreement.sign(on.region_id)
        signed = plain(f"{len(after.signed_by)}/{len(after.members)}")
        states = AGREEMENT_STATES[State(found.state)], AGREEMENT_STATES[after.state]
        held = agreements.in_force(agreements.listed(at.connection, on.union_id))
        number = plain(signature.document_number)
        return [
            Effect("document", Words("文号", "Document number"), None, number),
            Effect("signed", Words("已签署", "Signed"), None, signed),
            Effect("state", Words("协议", "Agreement"), *states),
            *changes(held, found.said),
            *figures(found.said, held, at),
        ]

    def do(self, on: MembershipRow, at: Acting) -> SignatureConfirmed:
        """Sign."""
        found, signature = self._prepared(on, at)
        agreements.confirm(at.connection, signature.signature_id, at.actor)
        at.told.update(agreement=found.agreement_id, sha256=signature.sha256)
        return SignatureConfirmed(
            signature_id=signature.signature_id,
            agreement_id=found.agreement_id,
            in_force=found.agreement.sign(on.region_id).state is State.IN_FORCE,
        )

    def _prepared(self, on: MembershipRow, at: Acting) -> tuple[AgreementRow, SignatureRow]:
        found = _must_sign(on, at)
        kept = agreements.signatures(at.connection, found.agreement_id)
        signature = next((one for one in kept if one.signature_id == on.signature_id), None)
        if signature is None:
            raise _nothing_prepared(on)
        if signature.sha256 != found.sha256:
            raise _other_text(found, signature.sha256)
        return found, signature


def _proposed(on: MembershipRow, at: Acting) -> AgreementRow | None:
    return None if on.agreement_id is None else agreements.one(at.connection, on.agreement_id)


def _must_sign(on: MembershipRow, at: Acting) -> AgreementRow:
    found = _proposed(on, at)
    if found is None or not on.sits:
        raise ConflictError(
            "agreement.nothing_to_sign",
            zh="没有待该成员单位签署的协议。",
            en="No agreement waits for this member's signature.",
            next_zh="请查看联合体的协议:是否已提请签署、是否列为签署方。",
            next_en="Look whether one lies before the members and names this one as a party.",
            where={"membership_id": on.membership_id},
        )
    return found


def _other_text(found: AgreementRow, named: str) -> ConflictError:
    return ConflictError(
        "agreement.text_changed",
        zh=f"所签文本与现在的第 {found.version} 版不是同一文本。",
        en=f"The text that is signed is not version {found.version} as it stands.",
        next_zh="请重新阅读现在的文本,按其摘要签署。",
        next_en="Read the text as it is now, and sign by its digest.",
        where={"field": "text_sha256", "value": named, "sha256": found.sha256},
    )


def _nothing_prepared(on: MembershipRow) -> ConflictError:
    return ConflictError(
        "agreement.not_prepared",
        zh="该成员单位还没有准备签署。",
        en="Nobody of this member has prepared its signature.",
        next_zh="请先由一人准备签署(member.sign)。",
        next_en="Let one person prepare it first: member.sign.",
        where={"membership_id": on.membership_id},
    )
