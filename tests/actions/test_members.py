"""Nobody is in a union because another typed it: members join, go on, sign and leave themselves."""

from datetime import date
from decimal import Decimal

import psycopg
import pytest

from actions.actor import Actor, DeniedError
from actions.compact.agreements import agreement_of, comments_of, member_of
from actions.compact.comment_union import CommentUnion
from actions.compact.draft_agreement import DraftAgreement
from actions.compact.found_union import FoundUnion, ProposeMembers
from actions.compact.issue_run import IssueRun
from actions.compact.join_union import AcceptSeat, DeclineSeat, Entry, ShadowSeat
from actions.compact.leave_union import LeaveUnion, StayInUnion
from actions.compact.make_run import MakeRun
from actions.compact.member_contacts import NameAuthority, NameOfficer
from actions.compact.propose_agreement import ProposeAgreement, RecallAgreement
from actions.compact.runs import list_runs, prove
from actions.compact.sign_agreement import ConfirmSignature, PrepareSignature
from actions.compact.targets import SetTarget
from actions.compact.unions import list_unions, union_of
from actions.doing import carry_out, foresee
from actions.registry.institutions import list_institutions
from compact.clauses import Grade, Kind
from metering.errors import ConflictError, EnergyError, InputError, NotFoundError
from tests.actions.acts import as_user, join_all
from tests.actions.compact_world import make_union_world
from tests.actions.examples_of_members import SIGNATURE, digest
from tests.actions.tables import list_quotas
from tests.actions.world import World


@pytest.fixture
def people(world) -> dict[str, Actor]:
    """Two people of each city and of their province, and one who plans for everything."""
    found = {"planner of all": world.actor("planner of all")}
    for region in ("city 1", "city 2", "province"):
        for place in (1, 2):
            made = world.admin(
                "INSERT INTO app_user (login, name) VALUES (%s, %s) RETURNING id",
                f"{region}.{place}".replace(" ", ""), f"{region} {place}",
            )[0][0]  # fmt: skip
            world.admin(
                """INSERT INTO access_grant (viewer, role, scope, region_id, valid_from)
                   VALUES (%s, 'planner', 'region', %s, '2015-01-01')""",
                f"user:{made}", world.region[region],
            )  # fmt: skip
            found[f"{region}.{place}"] = as_user(world.actor(), f"user:{made}")
    return found


def founded(world: World, who: Actor, *regions: str) -> tuple[int, dict[str, int]]:
    """Return a union and the seats of its proposed members."""
    members = [world.region[one] for one in regions]
    action = FoundUnion(name_zh="双城", name_en="Two cities", members=members, source="minutes")
    union_id = carry_out(who, action).result.id
    return union_id, seats_of(world, union_id)


def seats_of(world: World, union_id: int) -> dict[str, int]:
    names = {region: name for name, region in world.region.items()}
    found = union_of(world.actor(), union_id).seats
    return {names[one.region_id]: one.membership_id for one in found}


def do(who: Actor, action, on):
    return carry_out(who, action, on, again=True).result


def code_of(who: Actor, action, on) -> str:
    """Return the code under which it is refused, by trying as by doing."""
    codes = set()
    for attempt in (lambda: foresee(who, action, on), lambda: do(who, action, on)):
        with pytest.raises(EnergyError) as caught:
            attempt()
        assert caught.value.next_en
        codes.add(caught.value.code)
    (code,) = codes
    return code


def signed(world: World, people, seats: dict[str, int], agreement: int, *members: str) -> None:
    """Let members sign what lies before them."""
    for member in members:
        fields = SIGNATURE | {"text_sha256": digest(world, agreement)}
        do(people[f"{member}.1"], PrepareSignature.model_validate(fields), seats[member])
        do(people[f"{member}.2"], ConfirmSignature(), seats[member])


def backdate(world: World) -> None:
    """Let all who are full members today have been since 2015, as the days of this world go."""
    for table in ("membership_deed", "union_member"):
        world.admin(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    world.admin("UPDATE membership_deed SET day = '2015-01-01' WHERE deed = 'full'")
    world.admin(
        """UPDATE union_member SET valid_to = '2015-01-01'
            WHERE known_until IS NULL AND step = 'shadow'"""
    )
    world.admin("UPDATE union_member SET valid_from = '2015-01-01' WHERE step = 'full'")
    for table in ("membership_deed", "union_member"):
        world.admin(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def states(world: World, union_id: int) -> dict[str, str]:
    names = {region: name for name, region in world.region.items()}
    return {names[one.region_id]: one.state for one in union_of(world.actor(), union_id).seats}


def test_only_a_member_itself_takes_its_seat(world, people):
    union_id, seats = founded(world, people["city 1.1"], "city 1", "city 2")
    accept = AcceptSeat(source="minutes")

    assert states(world, union_id) == {"city 1": "proposed", "city 2": "proposed"}
    assert union_of(people["city 2.1"], union_id).members == []  # who is asked sees the union
    for other in ("city 1.1", "planner of all"):
        assert code_of(people[other], accept, seats["city 2"]) == "access.denied"
    assert code_of(people["province.1"], accept, seats["city 2"]) == "not_found"
    assert code_of(world.actor(), accept, seats["city 2"]) == "access.denied"
    for who in (people["city 1.1"], world.actor()):
        with pytest.raises(DeniedError), who.change() as connection:
            connection.execute(
                """INSERT INTO membership_deed (membership_id, union_id, region_id, deed, step, day,
                                                source, made_by)
                   SELECT id, union_id, region_id, 'accept', 'shadow', '2016-01-01', 'x',
                          access.viewer() FROM membership WHERE id = %s""",
                [seats["city 2"]],
            )

    do(people["city 2.1"], accept, seats["city 2"])
    assert states(world, union_id) == {"city 1": "proposed", "city 2": "shadow"}
    assert [one.region_id for one in union_of(world.actor(), union_id).members] == [
        world.region["city 2"]
    ]
    do(people["city 1.1"], DeclineSeat(source="not this year"), seats["city 1"])
    assert code_of(people["city 1.1"], accept, seats["city 1"]) == "membership.not_now"
    again = ProposeMembers(members=[world.region["city 1"]], source="once more")
    do(people["city 2.1"], again, union_id)
    assert code_of(people["city 2.1"], again, union_id) == "membership.not_now"
    do(people["city 1.1"], AcceptSeat(entry=Entry.OBSERVER, source="minutes"), seats["city 1"])
    assert [one.deed for one in member_of(people["city 2.1"], seats["city 1"]).deeds] == [
        "propose", "decline", "propose", "accept",
    ]  # fmt: skip


def test_an_observer_is_in_no_run_and_a_shadow_member_only_in_trials(world, people):
    made = make_union_world(world)  # for its accounts
    union_id, seats = founded(world, people["city 1.1"], "city 1")
    join_all(world.actor(), union_id)
    do(people["city 1.1"], ProposeMembers(members=[world.region["city 2"]], source="m"), union_id)
    seats = seats_of(world, union_id)
    do(people["city 2.1"], AcceptSeat(entry=Entry.OBSERVER, source="m"), seats["city 2"])
    target = do(
        people["city 1.1"],
        SetTarget.model_validate({"percent": "3", "profile": "GB2589-2020", "source": "minutes"}),
        union_id,
    ).id
    planner = people["city 1.1"]

    def run(*, shadow: bool = False):
        return do(planner, MakeRun(rule="A", shadow=shadow), target)

    alone = run()
    assert (alone.quotas, alone.without_base) == (3, 0)  # office, school, police
    assert code_of(planner, MakeRun(rule="A", shadow=True), target) == "run.no_shadow"

    do(people["city 2.1"], ShadowSeat(source="m"), seats["city 2"])
    assert run().sha256 == alone.sha256  # nobody else is affected
    trial = run(shadow=True)
    assert trial.quotas == 4
    assert code_of(planner, IssueRun(), trial.run_id) == "run.on_trial"
    with pytest.raises(psycopg.errors.IntegrityError, match="never issued"):
        world.admin(
            """INSERT INTO book_cause (union_id, indicator, kind, run_id, reason, made_by)
               VALUES (%s, 'total_kgce', 'issue', %s, '', 'user:1')""",
            union_id, trial.run_id,
        )  # fmt: skip
    assert made.union != union_id


def test_who_leaves_keeps_the_past_and_changes_nobodys_quota(world, people):
    made = make_union_world(world)
    made.issued()
    backdate(world)
    seats = seats_of(world, made.union)
    leaver, other = people["city 2.1"], people["city 1.1"]
    before = list(list_quotas(other).rows)
    (run,) = list_runs(leaver, union_id=made.union)

    assert code_of(leaver, LeaveUnion(last_day="2016-06-30", source="n"), seats["city 2"]) == (
        "membership.period_open"
    )
    assert code_of(leaver, LeaveUnion(last_day="2015-12-31", source="n"), seats["city 2"]) == (
        "membership.over"
    )
    assert code_of(other, LeaveUnion(last_day="2016-12-31", source="n"), seats["city 2"]) == (
        "access.denied"
    )
    told = foresee(leaver, LeaveUnion(last_day="2016-12-31", source="n"), seats["city 2"]).effects
    assert {one.code: one.after.en for one in told if one.after}["others"].startswith("as issued")
    do(leaver, LeaveUnion(last_day="2016-12-31", source="notice 5"), seats["city 2"])

    # By the database's own day it has left; the rest goes on as it was.
    assert states(world, made.union) == {"city 1": "full", "city 2": "left"}
    assert list(list_quotas(other).rows) == before
    assert [one.run_id for one in list_runs(leaver, union_id=made.union)] == [run.run_id]
    assert [one.same for one in prove(world.actor(), run.run_id)] == [True]
    assert world.admin(
        """SELECT step, valid_from, valid_to FROM union_member
            WHERE known_until IS NULL AND region_id = %s AND step = 'full'""",
        world.region["city 2"],
    )[0][2] == date(2017, 1, 1)
    today = Actor(leaver.pool, leaver.name)  # by the database's own day
    assert code_of(today, StayInUnion(source="n"), seats["city 2"]) == "membership.not_now"


def test_an_agreement_is_signed_for_its_very_text_by_two_of_each_member(world, people):
    union_id, seats = founded(world, people["city 1.1"], "city 1", "city 2")
    for member, seat in seats.items():
        do(people[f"{member}.1"], AcceptSeat(source="m"), seat)
    draft = DraftAgreement(scope="all", notice_months=6, binding=[Kind.SCOPE], source="m")
    first = do(people["city 2.1"], draft, union_id)
    sign = PrepareSignature.model_validate(SIGNATURE | {"text_sha256": first.sha256})
    assert code_of(people["city 1.1"], sign, seats["city 1"]) == "agreement.nothing_to_sign"

    do(people["city 2.1"], ProposeAgreement(), first.agreement_id)
    assert code_of(people["city 2.1"], draft, union_id) == "agreement.not_now"
    assert code_of(people["city 2.1"], sign, seats["city 1"]) == "access.denied"
    do(people["city 1.1"], sign, seats["city 1"])
    assert (
        code_of(people["city 1.1"], ConfirmSignature(), seats["city 1"]) == "action.second_person"
    )
    do(people["city 1.2"], ConfirmSignature(), seats["city 1"])

    # The text is changed: what was signed counts no more, and the digest fits no longer.
    do(people["city 2.1"], RecallAgreement(reason="nine months"), first.agreement_id)
    longer = draft.model_copy(update={"notice_months": 9})
    second = do(people["city 2.1"], longer, union_id)
    assert (second.version, second.sha256 == first.sha256) == (1, False)
    do(people["city 2.1"], ProposeAgreement(), second.agreement_id)
    assert code_of(people["city 1.1"], sign, seats["city 1"]) == "agreement.text_changed"
    assert states(world, union_id) == {"city 1": "shadow", "city 2": "shadow"}

    signed(world, people, seats, second.agreement_id, "city 1", "city 2")
    assert states(world, union_id) == {"city 1": "full", "city 2": "full"}
    found = agreement_of(people["city 1.1"], second.agreement_id)
    assert (found.agreement.state, found.agreement.signed_by) == (
        "in_force", found.agreement.members,
    )  # fmt: skip

    # Nobody is outvoted: no later version leaves a full member out; the old one holds meanwhile.
    lone = longer.model_copy(
        update={"parties": [world.region["city 1"]], "grade": Grade.DEPARTMENTS}
    )
    third = do(people["city 1.1"], lone, union_id)
    assert code_of(people["city 1.1"], ProposeAgreement(), third.agreement_id) == (
        "agreement.member_left_out"
    )
    whole = lone.model_copy(
        update={"parties": None, "bank_percent": Decimal(10), "binding": [Kind.BANKING]}
    )
    told = foresee(people["city 1.1"], whole, union_id).effects
    assert ("Banking and borrowing: May be banked, at most", "nothing", "10%") in {
        (one.what.en, one.before.en, one.after.en) for one in told if one.code == "clause"
    }
    third = do(people["city 1.1"], whole, union_id)
    do(people["city 1.1"], ProposeAgreement(), third.agreement_id)
    signed(world, people, seats, third.agreement_id, "city 2")
    assert [one.state for one in agreements(world, union_id)] == ["in_force", "proposed"]
    signed(world, people, seats, third.agreement_id, "city 1")
    assert [one.state for one in agreements(world, union_id)] == ["amended", "in_force"]


def agreements(world: World, union_id: int):
    from storage.compact import agreements as kept

    with world.actor().look() as connection:
        return kept.listed(connection, union_id)


def test_a_clause_above_the_grade_and_an_empty_one_are_refused(world, people):
    union_id, _ = founded(world, people["city 1.1"], "city 1")
    who = people["city 1.1"]
    above = DraftAgreement(fall_percent="5", binding=[Kind.TARGET], source="m")
    assert code_of(who, above, union_id) == "agreement.above_grade"
    money = DraftAgreement(
        compensation="by shares", binding=[Kind.COMPENSATION], grade=Grade.DEPARTMENTS, source="m"
    )
    assert code_of(who, money, union_id) == "agreement.above_grade"
    do(who, money.model_copy(update={"grade": Grade.GOVERNMENTS}), union_id)
    empty = DraftAgreement(scope="all", binding=[Kind.SHARING], source="m")
    assert code_of(who, empty, union_id) == "agreement.empty_clause"
    years = DraftAgreement(base_year=2020, target_year=2020, source="m")
    assert code_of(who, years, union_id) == "agreement.bad_target_year"


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("UPDATE agreement SET state = 'ended' WHERE id = %s", "agreement_moves"),
        ("UPDATE agreement SET state = 'draft', round = 2 WHERE id = %s", "agreement_moves"),
        ("UPDATE agreement SET source = 'other' WHERE id = %s", "agreement_moves"),
        ("UPDATE agreement SET signed_by = members WHERE id = %s", "agreement_signed"),
        (
            """UPDATE agreement SET state = 'in_force', since = '2016-01-01', signed_by = members
                WHERE id = %s""",
            "agreement_signed",
        ),
    ],
)
def test_what_may_not_follow_is_impossible_in_the_tables(world, people, statement, constraint):
    """Even past all rights: the administrator of the database is refused."""
    union_id, seats = founded(world, people["city 1.1"], "city 1")
    do(people["city 1.1"], AcceptSeat(source="m"), seats["city 1"])
    made = do(people["city 1.1"], DraftAgreement(scope="all", source="m"), union_id).agreement_id
    do(people["city 1.1"], ProposeAgreement(), made)
    if "draft" in statement:
        signed(world, people, seats, made, "city 1")
    if "'ended'" in statement:
        statement = statement.replace("'ended'", "'amended', since = '2016-01-01'")
    with pytest.raises(psycopg.errors.IntegrityError) as caught:
        world.admin(statement, made)
    assert caught.value.diag.constraint_name == constraint


def test_a_signature_is_never_confirmed_by_whoever_prepared_it(world, people):
    union_id, seats = founded(world, people["city 1.1"], "city 1")
    do(people["city 1.1"], AcceptSeat(source="m"), seats["city 1"])
    made = do(people["city 1.1"], DraftAgreement(scope="all", source="m"), union_id).agreement_id
    do(people["city 1.1"], ProposeAgreement(), made)
    fields = SIGNATURE | {"text_sha256": digest(world, made)}
    do(people["city 1.1"], PrepareSignature.model_validate(fields), seats["city 1"])
    # another log-in of the same person
    world.admin(
        """UPDATE app_user SET person_id = (SELECT person_id FROM app_user WHERE login = 'city1.1')
            WHERE login = 'city1.2'"""
    )
    assert (
        code_of(people["city 1.2"], ConfirmSignature(), seats["city 1"]) == "action.second_person"
    )
    with pytest.raises(psycopg.errors.IntegrityError, match="another person"):
        world.admin(
            "UPDATE agreement_signature SET confirmed_at = now(), confirmed_by = %s",
            people["city 1.2"].name,
        )
    with pytest.raises(psycopg.errors.IntegrityError, match="not the one that was read"):
        world.admin(
            """INSERT INTO agreement_signature (agreement_id, union_id, region_id, round, sha256,
                   bodies, basis, reviewed, document_number, sealed_on, prepared_by)
               SELECT agreement_id, union_id, region_id, round, repeat('0', 64), bodies, basis,
                      reviewed, document_number, sealed_on, prepared_by FROM agreement_signature"""
        )


def test_a_member_may_not_lie_within_another_whenever_it_is_asked(world, people):
    union_id, _ = founded(world, people["city 1.1"], "city 1")
    nested = ProposeMembers(members=[world.region["province"]], source="m")
    assert code_of(people["city 1.1"], nested, union_id) == "union.nested_members"
    with pytest.raises(NotFoundError):
        do(world.actor("outsider"), nested, union_id)
    assert list_unions(world.actor("outsider")) == []
    guide = FoundUnion(
        name_zh="甲", name_en="A", members=[world.region["city 1"]], guide=world.region["city 1"],
        source="m",
    )  # fmt: skip
    with pytest.raises(InputError):
        carry_out(people["city 1.1"], guide)
    with pytest.raises(ConflictError):
        do(people["city 1.1"], AcceptSeat(source="m"), seats_of(world, union_id)["city 1"]) and do(
            people["city 1.1"], AcceptSeat(source="m"), seats_of(world, union_id)["city 1"]
        )


def test_who_signs_reads_what_it_would_do_and_no_target_stands_on_nothing(world, people):
    made = make_union_world(world)
    union_id, seats = made.union, seats_of(world, made.union)
    planner, officer = people["province.1"], people["city 1.1"]
    draft = DraftAgreement.model_validate(
        {"scope": "all", "base_year": 2013, "target_year": 2016, "fall_percent": "5",
         "rule": "A", "grade": "departments", "binding": ["target"], "source": "m"}
    )  # fmt: skip
    lacking = do(officer, draft, union_id)
    assert code_of(officer, ProposeAgreement(), lacking.agreement_id) == (
        "agreement.no_base_accounts"
    )
    with pytest.raises(psycopg.errors.IntegrityError, match="no accounts of the base year"):
        world.admin("UPDATE agreement SET state = 'proposed' WHERE id = %s", lacking.agreement_id)
    draft = draft.model_copy(update={"base_year": 2015})
    agreement = do(officer, draft, union_id).agreement_id

    # Everybody reads their own figures; who plans for all, each member's by the rule agreed on.
    own = effects(officer, ProposeAgreement(), agreement)
    whole = effects(planner, ProposeAgreement(), agreement)
    assert own["base"].endswith("kgce")
    assert own["base"] != whole["base"]
    assert "member" not in own
    base, cap = (Decimal(whole[one].split()[0].replace(",", "")) for one in ("base", "cap"))
    assert abs(cap - base * Decimal("0.95")) <= 1  # 5 % below, one year on
    assert whole["member"].startswith("withheld")  # the police are restricted, here too
    do(officer, ProposeAgreement(), agreement)
    fields = SIGNATURE | {"text_sha256": digest(world, agreement)}
    told = effects(officer, PrepareSignature.model_validate(fields), seats["city 1"])
    assert told["cap"] == own["cap"]


def effects(who: Actor, action, on: int) -> dict[str, str]:
    """Return what would be after an act, by kind of effect."""
    return {one.code: one.after.en for one in foresee(who, action, on).effects if one.after}


def test_one_union_binds_a_member_and_the_others_compare(world, people):
    made = make_union_world(world)  # of a memorandum
    target = {"percent": "3", "profile": "GB2589-2020", "source": "m", "binding": True}
    target |= {"base_year": 2015, "target_year": 2017}
    binds = SetTarget.model_validate(target)
    planner = world.actor("planner of all")
    assert code_of(planner, binds, made.union) == "target.memorandum"

    union_id, seats = founded(world, people["city 1.1"], "city 1")
    join_all(world.actor(), union_id, Grade.DEPARTMENTS)
    do(planner, binds, union_id)
    with pytest.raises(psycopg.errors.ExclusionViolation):  # past all rights, too
        world.admin(
            """INSERT INTO target_binding
               SELECT %s, %s, region_id, indicator, years FROM target_binding""",
            made.target, made.union,
        )  # fmt: skip
    # The same years compare in the other union: set, run, and not issued.
    compares = SetTarget.model_validate(target | {"binding": False})
    other = do(planner, compares, made.union).id
    made.answered(other)
    run = do(planner, MakeRun(rule="A", year=2016), other)
    assert code_of(planner, IssueRun(), run.run_id) == "target.bound_elsewhere"

    # A member that leaves is bound up to its last year, and free for another union after it.
    today = Actor(world.pool, people["city 1.1"].name)
    do(today, LeaveUnion(last_day="2099-12-31", source="m"), seats["city 1"])
    assert world.admin("SELECT years::text FROM target_binding") == [("[2016,2018)",)]


def test_a_guide_sees_results_and_comments_and_no_institution(world, people):
    members = [world.region["city 1"], world.region["city 2"]]
    action = FoundUnion(
        name_zh="双城", name_en="Two", members=members, guide=world.region["province"], source="m"
    )
    union_id = carry_out(people["city 1.1"], action).result.id
    join_all(world.actor(), union_id)
    guide = world.actor("outsider")
    assert list_unions(guide) == []
    world.admin(
        """INSERT INTO access_grant (viewer, role, scope, region_id, valid_from)
           VALUES (%s, 'guide', 'region', %s, '2015-01-01')""",
        guide.name, world.region["province"],
    )  # fmt: skip

    assert [one.union.union_id for one in list_unions(guide)] == [union_id]
    assert list_institutions(guide).rows == []
    seat = seats_of(world, union_id)["city 1"]
    assert code_of(guide, LeaveUnion(last_day="2099-12-31", source="x"), seat) == "access.denied"
    assert code_of(guide, DraftAgreement(scope="all", source="x"), union_id) == "access.denied"
    made = do(guide, CommentUnion(text="June is beyond the path"), union_id)
    assert made.region_id == world.region["province"]
    assert do(people["city 2.1"], CommentUnion(text="It is"), union_id).region_id == members[1]
    assert [(one.text, one.guides) for one in comments_of(people["city 1.1"], union_id)] == [
        ("It is", False), ("June is beyond the path", True),
    ]  # fmt: skip


def test_a_member_names_its_authorities_and_liaison_officers_dated(world, people):
    _, seats = founded(world, people["city 1.1"], "city 1", "city 2")
    fields = {
        "subject": "energy", "name_zh": "机关事务管理局", "name_en": "Offices administration",
        "kind": "offices_administration", "powers": "supervises", "source": "notice 2",
        "held_by": "energy bureau: fines", "since": "2015-01-01",
    }  # fmt: skip
    who, seat = people["city 1.1"], seats["city 1"]
    do(who, NameAuthority.model_validate(fields), seat)
    later = fields | {"name_en": "Energy bureau", "kind": "energy_bureau", "since": "2016-03-01"}
    do(who, NameAuthority.model_validate(later), seat)
    officer = NameOfficer(name="Wang Fang", contact="010", since="2016-01-01", source="notice 3")
    do(who, officer, seat)
    assert code_of(people["city 2.1"], officer, seat) == "access.denied"

    found = member_of(people["city 2.1"], seat)  # who sees the union reads whom to ask
    assert [(one.name_en, one.valid_from) for one in found.authorities] == [
        ("Energy bureau", date(2016, 3, 1))
    ]
    assert [one.name for one in found.officers] == ["Wang Fang"]
    assert world.admin("SELECT valid_to FROM member_authority WHERE kind LIKE 'offices%%'"
                       " AND known_until IS NULL") == [(date(2016, 3, 1),)]  # fmt: skip


def test_an_agreement_ends_with_its_term(world, people):
    made = make_union_world(world)
    seats = seats_of(world, made.union)
    sooner = DraftAgreement(scope="all", until="2016-04-10", source="m")
    third = do(people["city 1.1"], sooner, made.union).agreement_id
    do(people["city 1.1"], ProposeAgreement(), third)
    signed(world, people, seats, third, "city 1", "city 2")
    target = SetTarget.model_validate({"percent": "4", "profile": "GB2589-2020", "source": "m"})
    planner = world.actor("planner of all")
    do(planner, target, made.union)  # on its last day

    after = Actor(world.pool, planner.name, date(2016, 4, 11))
    assert code_of(after, target, made.union) == "agreement.not_now"
    assert agreement_of(after, third).agreement.state == "ended"
    with pytest.raises(psycopg.errors.IntegrityError) as caught:
        world.admin("UPDATE agreement SET state = 'draft' WHERE id = %s", third)
    assert caught.value.diag.constraint_name == "agreement_moves"
