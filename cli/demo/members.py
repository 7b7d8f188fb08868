"""The demo's members: two people of each province, who join its union and sign its memorandum."""

from collections.abc import Sequence
from typing import Final

from actions.access.add_user import AddUser, UserAdded
from actions.access.give_grant import GiveGrant
from actions.access.persons import list_users
from actions.actor import Actor
from actions.compact.draft_agreement import DraftAgreement
from actions.compact.join_union import AcceptSeat, Entry
from actions.compact.propose_agreement import ProposeAgreement
from actions.compact.release_quotas import ReleaseQuotas
from actions.compact.sign_agreement import ConfirmSignature, PrepareSignature
from actions.compact.unions import union_of
from actions.doing import carry_out, together
from actions.registry.regions import list_regions
from compact.agreements import State
from compact.clauses import Kind
from metering.days import civil_day
from storage.compact import agreements, releases
from storage.compact.agreements import AgreementRow
from storage.compact.memberships import MembershipRow

_SOURCE: Final = "演示:未经任何机关商定"
_SCOPE: Final = "各成员名录内全体公共机构"


def logins(code: str) -> tuple[str, str]:
    """Return the log-ins of a member's two people: one acts and prepares, the other confirms."""
    return f"{code.lower()}.1", f"{code.lower()}.2"


def join(actor: Actor, union_id: int) -> None:
    """Let every member join and sign, each by its own people; what is done already stays.

    actor: the operator, who makes the people and does nothing in their place.
    """
    people = {one.region_id: people_of(actor, one) for one in union_of(actor, union_id).seats}
    for seat in _seats(actor, union_id):
        if seat.state == "proposed":
            action = AcceptSeat(entry=Entry.SHADOW, source=_SOURCE)
            carry_out(people[seat.region_id][0], action, seat.membership_id)
    first = next(iter(people.values()))[0]
    _proposed(first, union_id)
    for seat in _seats(actor, union_id):
        if seat.agreement_id is not None:
            _sign(people[seat.region_id], seat)
        _release(people[seat.region_id][0], seat)


def _release(first: Actor, seat: MembershipRow) -> None:
    """Let the member's own people allow the union's quotas for its institutions, once."""
    with first.look() as connection:
        known = releases.standing(connection, (seat.union_id, seat.region_id), None)
    if known is None:
        said = ReleaseQuotas(document_number=f"demo-{seat.region_id}")
        carry_out(first, said, seat.membership_id)


def people_of(actor: Actor, seat: MembershipRow) -> tuple[Actor, Actor]:
    """Return the two people of a member, made where they are missing."""
    codes = {one.region_id: one.code for one in list_regions(actor, only_seen=False)}
    known = {one.login: one.user_id for one in list_users(actor)}
    found = []
    for place, login in enumerate(logins(codes[seat.region_id] or str(seat.region_id)), 1):
        if login not in known:
            grant = {"role": "planner", "scope": "region", "region": seat.region_id}
            with together(actor) as acts:
                name = f"{seat.name_zh or seat.region_id}经办人{'甲乙'[place - 1]}"
                made: UserAdded = acts.do(AddUser(login=login, name=name))
                acts.do(GiveGrant.model_validate(grant), made.user_id)
            known[login] = made.user_id
        found.append(Actor(actor.pool, f"user:{known[login]}", actor.today))
    return found[0], found[1]


def _proposed(first: Actor, union_id: int) -> None:
    """Let one of the members write the memorandum and lay it before all."""
    rows = _agreements(first, union_id)
    if not rows:
        draft = DraftAgreement(scope=_SCOPE, notice_months=6, binding=[Kind.SCOPE], source=_SOURCE)
        carry_out(first, draft, union_id)
        rows = _agreements(first, union_id)
    if rows[-1].state == State.DRAFT:
        carry_out(first, ProposeAgreement(), rows[-1].agreement_id)


def _sign(people: tuple[Actor, Actor], seat: MembershipRow) -> None:
    """Let one person prepare the member's signature, and the other confirm it."""
    (open_one,) = (
        one for one in _agreements(people[0], seat.union_id) if one.state == State.PROPOSED
    )
    prepared = PrepareSignature(
        text_sha256=open_one.sha256,
        bodies=f"{seat.name_zh or seat.region_id}机关事务管理局(演示)",
        basis=_SOURCE,
        reviewed=_SOURCE,
        document_number=f"demo-{seat.region_id}",
        sealed_on=civil_day(open_one.made_at),
    )
    carry_out(people[0], prepared, seat.membership_id)
    carry_out(people[1], ConfirmSignature(), seat.membership_id, again=True)


def _seats(actor: Actor, union_id: int) -> Sequence[MembershipRow]:
    return union_of(actor, union_id).seats


def _agreements(actor: Actor, union_id: int) -> list[AgreementRow]:
    with actor.look() as connection:
        return agreements.listed(connection, union_id)
