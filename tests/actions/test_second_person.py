"""A union may have one person ask for an issue and another confirm it, whatever their log-ins."""

import psycopg
import pytest

from actions.actor import DeniedError
from actions.boards.today import today_of
from actions.compact.ask_issue import AskIssue, RefuseIssue
from actions.compact.issue_run import IssueRun
from actions.compact.runs import list_runs
from actions.compact.second_person import StateSecondPerson
from actions.doing import carry_out, foresee
from metering.errors import ConflictError, NotFoundError
from tests.actions.compact_world import UnionWorld, make_union_world

ASKS, CONFIRMS = "planner of all", "union planner"


@pytest.fixture
def union(world) -> UnionWorld:
    """A union that asks for two people, and its answered bases."""
    made = make_union_world(world)
    made.answered()
    state(made, needed=True)
    return made


def state(union: UnionWorld, *, needed: bool, who: str = "system") -> None:
    action = StateSecondPerson(needed=needed, reason="Joint conference")
    carry_out(union.world.actor(who), action, union.union, again=True)


def do(union: UnionWorld, action, who: str, run_id: int):
    return carry_out(union.world.actor(who), action, run_id, again=True)


def refused(union: UnionWorld, action, who: str, run_id: int) -> str:
    """Return the code under which it is refused, by trying as by doing."""
    codes = set()
    for attempt in (
        lambda: foresee(union.world.actor(who), action, run_id),
        lambda: do(union, action, who, run_id),
    ):
        with pytest.raises((ConflictError, NotFoundError)) as caught:
            attempt()
        codes.add(caught.value.code)
    (code,) = codes
    return code


def books(union: UnionWorld) -> int:
    return int(union.world.admin("SELECT count(*) FROM book_cause")[0][0])


def test_one_asks_another_confirms_and_the_trail_has_both(union):
    world, run_id = union.world, union.run()
    assert refused(union, IssueRun(), ASKS, run_id) == "run.not_asked"

    do(union, AskIssue(reason="agreed in March"), ASKS, run_id)
    assert books(union) == 0
    assert refused(union, AskIssue(), CONFIRMS, run_id) == "run.asked_already"
    assert refused(union, IssueRun(), ASKS, run_id) == "action.second_person"
    do(union, IssueRun(), CONFIRMS, run_id)

    assert world.admin("SELECT reason, made_by FROM book_cause") == [
        ("agreed in March", f"user:{world.user[CONFIRMS]}")
    ]
    trail = world.admin(
        "SELECT act, actor, detail->>'asked_by' FROM audit_entry WHERE act LIKE 'run.%%' AND"
        " act <> 'run.make' ORDER BY id"
    )
    asker, other = f"user:{world.user[ASKS]}", f"user:{world.user[CONFIRMS]}"
    assert trail == [("run.ask", asker, None), ("run.issue", other, asker)]


def test_another_log_in_of_the_same_person_and_the_operator_are_no_second_person(union):
    world, run_id = union.world, union.run()
    do(union, AskIssue(), ASKS, run_id)
    world.admin(
        """UPDATE app_user SET person_id = (SELECT person_id FROM app_user WHERE id = %s)
            WHERE id = %s""",
        world.user[ASKS], world.user[CONFIRMS],
    )  # fmt: skip
    for who in (ASKS, CONFIRMS, "system"):
        assert refused(union, IssueRun(), who, run_id) == "action.second_person"
    assert books(union) == 0


def test_it_is_refused_with_a_reason_and_can_be_asked_for_again(union):
    world, run_id = union.world, union.run()
    assert refused(union, RefuseIssue(reason="no"), CONFIRMS, run_id) == "run.nothing_asked"
    do(union, AskIssue(), ASKS, run_id)
    do(union, RefuseIssue(reason="March is read again"), CONFIRMS, run_id)

    (run,) = list_runs(world.actor(ASKS), union_id=union.union)
    told = (run.request, run.request_by, run.request_reason, run.waits)
    assert told == ("refused", f"user:{world.user[CONFIRMS]}", "March is read again", False)
    assert refused(union, IssueRun(), CONFIRMS, run_id) == "run.not_asked"
    do(union, AskIssue(), CONFIRMS, run_id)
    do(union, IssueRun(), ASKS, run_id)
    assert books(union) == 1


def test_what_waits_stands_on_the_first_page_of_who_may_confirm_with_what_would_change(union):
    run_id = union.run()
    do(union, AskIssue(), ASKS, run_id)
    for who, own in ((ASKS, True), (CONFIRMS, False)):
        (of,) = today_of(union.world.actor(who)).unions
        (waiting,) = of.waiting
        assert (waiting.run.run_id, waiting.own, waiting.by) == (run_id, own, ASKS)
        assert of.proposed == []
        foreseen = [one.code for one in waiting.effects]
        assert foreseen.count("member") == 3  # two members, and all together
    assert today_of(union.world.actor("union reader")).unions is None
    do(union, IssueRun(), CONFIRMS, run_id)
    assert today_of(union.world.actor(ASKS)).unions[0].waiting == []


@pytest.mark.parametrize("who", ["union reader", "of the office", "outsider"])
def test_who_does_not_plan_neither_asks_nor_answers(union, who):
    run_id = union.run()
    do(union, AskIssue(), ASKS, run_id)
    for action in (AskIssue(), IssueRun(), RefuseIssue(reason="no")):
        assert refused(union, action, who, run_id) in ("access.denied", "not_found")


def test_one_planner_goes_on_alone_until_an_administrator_says_otherwise(world):
    union = make_union_world(world)
    union.answered()
    with pytest.raises(DeniedError):
        state(union, needed=True, who=ASKS)
    do(union, IssueRun(), ASKS, union.run())
    assert books(union) == 1


def test_two_people_are_not_asked_for_where_there_is_one(world):
    union = make_union_world(world)
    world.admin("UPDATE app_user SET ended_at = now() WHERE login = 'union-planner'")
    with pytest.raises(ConflictError) as caught:
        state(union, needed=True)
    assert caught.value.code == "union.one_planner"
    state(union, needed=False)


def test_the_number_of_planners_is_of_those_whom_the_law_of_planning_lets_plan(world):
    union = make_union_world(world)
    for place, region in enumerate(("province", "city 1")):
        ((user,),) = world.admin(
            "INSERT INTO app_user (login, name) VALUES (%s, 'x') RETURNING id", f"p{place}"
        )
        world.user[f"p{place}"] = user
        world.admin(
            """INSERT INTO access_grant (viewer, role, scope, region_id, valid_from)
               VALUES (%s, 'planner', 'region', %s, '2015-01-01')""",
            f"user:{user}", world.region[region],
        )  # fmt: skip
    plan = {who for who in world.user if who != "system" and _plans(world.actor(who), union.union)}
    assert {ASKS, CONFIRMS, "p0"} == plan
    assert world.admin("SELECT access.planners_of(%s)", union.union) == [(len(plan),)]


def _plans(actor, union_id: int) -> bool:
    with actor.look() as connection:
        row = connection.execute(
            "SELECT %s IN (SELECT * FROM access.planned_unions())", [union_id]
        ).fetchone()
    return bool(row and row[0])


def test_the_books_hold_to_it_whoever_writes_into_them(union):
    world, run_id = union.world, union.run()
    statement = """
        INSERT INTO book_cause (union_id, indicator, kind, run_id, reason, made_by)
        VALUES (%s, 'total_kgce', 'issue', %s, 'by hand', %s)
    """

    def written(by: str) -> str | None:
        """Return the constraint that refuses a cause by somebody; nothing is kept."""
        with psycopg.connect(world.database.admin_url) as connection:
            try:
                connection.execute(statement, [union.union, run_id, by])
            except psycopg.errors.IntegrityConstraintViolation as error:
                return error.diag.constraint_name
            finally:
                connection.rollback()
        return None

    asks, confirms = (f"user:{world.user[who]}" for who in (ASKS, CONFIRMS))
    assert written(confirms) == "second_person"  # nobody asked
    do(union, AskIssue(), ASKS, run_id)
    assert written(asks) == "second_person"
    assert written("user:1") == "second_person"
    assert written(confirms) is None
    do(union, RefuseIssue(reason="no"), CONFIRMS, run_id)
    assert written(confirms) == "second_person"
