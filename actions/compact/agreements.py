"""An agreement and a member's seat as readers find them, with what was signed and done."""

from dataclasses import dataclass

from actions.actor import Actor
from actions.compact.things import AGREEMENT, MEMBER
from actions.figures import not_found
from compact.clauses import Difference, differences
from storage.compact import agreements, contacts, memberships, unions
from storage.compact.agreements import AgreementRow, SignatureRow
from storage.compact.contacts import AuthorityRow, CommentRow, OfficerRow
from storage.compact.memberships import DeedRow, MembershipRow
from storage.compact.unions import UnionRow


@dataclass(frozen=True, slots=True)
class AgreementDetail:
    """A version with its union, its parties' seats and signatures.

    before: the version before it that was ever in force, and what this one says otherwise.
    """

    agreement: AgreementRow
    union: UnionRow
    parties: list[MembershipRow]
    signatures: list[SignatureRow]
    before: AgreementRow | None
    changes: list[Difference]

    def signature_of(self, region_id: int) -> SignatureRow | None:
        """Return a party's signature of this round: the one that counts, else the newest."""
        own = [
            one
            for one in self.signatures
            if one.region_id == region_id and one.round == self.agreement.round
        ]
        return next((one for one in own if one.confirmed_by), own[-1] if own else None)


@dataclass(frozen=True, slots=True)
class MemberDetail:
    """A member's seat with its union, all that was done about it, and whom it names today."""

    seat: MembershipRow
    union: UnionRow
    deeds: list[DeedRow]
    authorities: list[AuthorityRow]
    officers: list[OfficerRow]


def agreement_of(actor: Actor, agreement_id: int) -> AgreementDetail:
    """Return one version that the reader sees."""
    with actor.look() as connection:
        found = agreements.one(connection, agreement_id)
        union = next(iter(unions.listed(connection, found.union_id)), None) if found else None
        if found is None or union is None:
            raise not_found(AGREEMENT.words.zh, AGREEMENT.words.en, {"agreement_id": agreement_id})
        rows = agreements.listed(connection, found.union_id)
        before = [one for one in rows if one.version < found.version and one.since is not None]
        seats = memberships.listed(connection, found.union_id)
        held = before[-1] if before else None
        return AgreementDetail(
            found,
            union,
            [one for one in seats if one.region_id in found.members],
            agreements.signatures(connection, agreement_id),
            held,
            differences(held.said.clauses, found.said.clauses) if held else [],
        )


def member_of(actor: Actor, membership_id: int) -> MemberDetail:
    """Return one seat that the reader sees."""
    with actor.look() as connection:
        seat = memberships.one(connection, membership_id)
        union = next(iter(unions.listed(connection, seat.union_id)), None) if seat else None
        if seat is None or union is None:
            raise not_found(MEMBER.words.zh, MEMBER.words.en, {"membership_id": membership_id})
        return MemberDetail(
            seat,
            union,
            memberships.deeds(connection, membership_id),
            contacts.authorities(connection, seat.region_id),
            contacts.officers(connection, seat.union_id, seat.region_id),
        )


def comments_of(actor: Actor, union_id: int) -> list[CommentRow]:
    """Return the newest comments on a union's results, where the reader sees the union."""
    with actor.look() as connection:
        return contacts.comments(connection, union_id)
