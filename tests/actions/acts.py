"""Acts on people, unions, targets and bases as tests say them, each by its declared action."""

from datetime import date
from decimal import Decimal

from actions.access.add_user import AddUser, Language, UserAdded
from actions.access.give_grant import GiveGrant
from actions.access.reset_password import ResetPassword
from actions.accounts.enough import StateEnough
from actions.actor import SYSTEM, Actor
from actions.compact.base_estimates import Estimate
from actions.compact.base_lines import BaseLine
from actions.compact.bases import asked_bases, line_of, review
from actions.compact.decide_bases import ConfirmBases, LeaveOutBases, ReopenBases, Which
from actions.compact.estimate_base import EstimateBase, Way
from actions.compact.found_union import FoundUnion
from actions.compact.targets import SetTarget, Target
from actions.compact.union_enough import SayEnough
from actions.doing import Done, carry_out, together
from compact.agreements import Agreement, AgreementText
from compact.clauses import Clause, Grade, Kind
from compact.memberships import Step
from storage.compact import agreements, memberships, releases, targets

__all__ = [
    "add_user", "confirm", "estimate", "give", "leave_out", "make_union", "reopen", "reset",
    "review", "set_enough", "set_target", "state_share",
]  # fmt: skip


def add_user(
    actor: Actor, login: str, name: str = "N", password: str = "", lang: str = "zh",
    *grants: GiveGrant,
) -> UserAdded:  # fmt: skip
    """Add a user with grants; an empty password is made."""
    with together(actor) as acts:
        made = acts.do(AddUser(login=login, name=name, language=Language(lang)), chosen=password)
        for one in grants:
            acts.do(one, made.user_id)
    return made


def give(role: str, scope: str = "all", of: object = None) -> GiveGrant:
    """Return a grant to be given."""
    named = {} if of is None else {scope: of}
    return GiveGrant.model_validate({"role": role, "scope": scope, **named})


def reset(actor: Actor, user_id: int, password: str = "") -> str | None:
    """Change a password; return it where it was made."""
    with together(actor) as acts:
        return acts.do(ResetPassword(), user_id, chosen=password).password


def make_union(
    actor: Actor, name_zh: str, name_en: str, members: list[int], source: str = "test"
) -> int:
    """Found a union whose members have joined and signed; return its id."""
    action = FoundUnion(name_zh=name_zh, name_en=name_en, members=members, source=source)
    made = _result(actor, action, None).id
    join_all(actor, made)
    return made


def as_user(actor: Actor, name: str) -> Actor:
    """Return somebody else on the same day and database."""
    return Actor(actor.pool, name, actor.today, actor.sink)


def signers(actor: Actor, regions: list[int]) -> tuple[Actor, Actor]:
    """Return two people who act for these members; the grants that they had stay."""
    found = []
    with as_user(actor, SYSTEM).change() as connection:
        for login in ("signs.1", "signs.2"):
            connection.execute(
                "INSERT INTO app_user (login, name) VALUES (%s, %s) ON CONFLICT DO NOTHING",
                [login, login],
            )
            (made,) = connection.execute(
                "SELECT id FROM app_user WHERE login = %s", [login]
            ).fetchone() or (0,)
            connection.execute(
                """INSERT INTO access_grant (viewer, role, scope, region_id, valid_from)
                   SELECT %(viewer)s, 'planner', 'region', region, '2015-01-01'
                     FROM unnest(%(regions)s::integer[]) AS region
                    WHERE NOT EXISTS (SELECT FROM access_grant g WHERE g.region_id = region
                                         AND g.viewer = %(viewer)s AND g.valid_to IS NULL)""",
                {"viewer": f"user:{made}", "regions": regions},
            )
            found.append(as_user(actor, f"user:{made}"))
    return found[0], found[1]


def join_all(actor: Actor, union_id: int, grade: Grade = Grade.MEMORANDUM) -> None:
    """Let all who were asked into a union join it and sign its memorandum, past the actions."""
    with as_user(actor, SYSTEM).look() as connection:
        seats = memberships.listed(connection, union_id)
    regions = sorted(one.region_id for one in seats)
    first, second = signers(actor, regions)
    clause = Clause(Kind.SCOPE, {"scope": "all institutions of the roster"})
    said = AgreementText(union_id, 1, grade, tuple(regions), (clause,))
    with first.change() as connection:
        for one in seats:
            joined = one.seat.accept(Step.SHADOW, date(2000, 1, 1), one.day)
            memberships.record(connection, one.membership_id, joined, source="test", by=first.name)
        agreement = agreements.add(connection, said, "test", first.name)
        agreements.move(connection, agreement, Agreement(grade, frozenset(regions)).propose())
        prepared = [
            agreements.prepare(
                connection,
                {
                    "agreement_id": agreement,
                    "union_id": union_id,
                    "region_id": region,
                    "round": 1,
                    "sha256": said.digest,
                    "sealed_on": date(2015, 1, 1),
                    "scan_sha256": None,
                    "by": first.name,
                }
                | dict.fromkeys(("bodies", "basis", "reviewed", "document_number"), "test"),
            )
            for region in regions
        ]
        for region in regions:
            releases.add(connection, (union_id, region), None, "test", first.name, released=True)
    with second.change() as connection:
        for one_prepared in prepared:
            agreements.confirm(connection, one_prepared, second.name)
    with as_user(actor, SYSTEM).change() as connection:  # nobody else plans here than before
        connection.execute(
            "UPDATE access_grant SET valid_to = storage.civil_day() WHERE viewer = ANY(%s)",
            [[first.name, second.name]],
        )


def set_target(actor: Actor, union_id: int, target: Target, source: str) -> int:
    """Set a target; return its id."""
    percent = Decimal(abs(target.fall_millionths)) / 10_000
    action = SetTarget(
        stated="growth" if target.grows else "percent",
        percent=None if target.grows else percent,
        growth_percent=percent if target.grows else None,
        profile=target.profile,
        base_year=target.base_year,
        target_year=target.target_year,
        curve=target.curve,
        origin=target.origin,
        indicator=target.indicator,
        incentive_percent=_percent(target.incentive_millionths),
        stale_days=target.stale_days,
        source=source,
    )
    return _result(actor, action, union_id).id


def _percent(millionths: int | None) -> Decimal | None:
    return None if millionths is None else Decimal(millionths) / 10_000


def estimate(
    actor: Actor, target_id: int, institution_id: int, wanted: Estimate, reason: str
) -> BaseLine:
    """Estimate a month; return the base's line."""
    action = EstimateBase.model_validate(
        {
            "institution": institution_id,
            "month": wanted.month,
            "carrier": wanted.carrier,
            "how": Way(wanted.how.value),
            "amount": wanted.amount,
            "reason": reason,
        }
    )
    _result(actor, action, target_id)
    return line(actor, target_id, institution_id)


def confirm(
    actor: Actor,
    target_id: int,
    reason: str,
    *,
    institution_ids: list[int] | None = None,
    member_id: int | None = None,
) -> int:
    """Confirm these bases, or the rest, or the rest of a member; return how many."""
    which = Which.REST if member_id is None else Which.REST_OF_MEMBER
    if institution_ids is not None:
        which = Which.THESE
    action = ConfirmBases(
        which=which, institutions=institution_ids, member=member_id, reason=reason
    )
    return _result(actor, action, target_id).bases


def leave_out(actor: Actor, target_id: int, institution_id: int, reason: str) -> BaseLine:
    """Leave one institution out; return its line."""
    _result(actor, LeaveOutBases(institutions=[institution_id], reason=reason), target_id)
    return line(actor, target_id, institution_id)


def reopen(actor: Actor, target_id: int, institution_id: int, reason: str) -> BaseLine:
    """Reopen one base; return its line."""
    _result(actor, ReopenBases(institutions=[institution_id], reason=reason), target_id)
    return line(actor, target_id, institution_id)


def set_enough(actor: Actor, union_id: int, permille: int, reason: str) -> None:
    """Say how many thousandths make a month known."""
    _result(actor, SayEnough(percent=Decimal(permille) / 10, reason=reason), union_id)


def state_share(actor: Actor, share: Decimal, source: str, region_id: int | None = None) -> None:
    """State an office's share."""
    _result(actor, StateEnough(share=share, region=region_id, source=source), None)


def line(actor: Actor, target_id: int, institution_id: int) -> BaseLine:
    """Return the line of one base as its planner has it."""
    with actor.look(reckons=True) as connection:
        kept = targets.one(connection, target_id)
        assert kept is not None
        (counted,) = asked_bases(connection, kept.union_id, [institution_id])
        return line_of(connection, kept, counted)


def _result(actor, action, on):
    done = carry_out(actor, action, on)
    assert isinstance(done, Done)
    return done.result
