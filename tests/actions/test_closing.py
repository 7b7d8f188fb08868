"""Closing a year: who locks and verifies what, and that nothing later changes it."""

from collections.abc import Iterator
from datetime import date

import psycopg
import pytest

from actions.accounts.close_year import CloseYear, RestateYear
from actions.accounts.closing_table import CLOSING, WhichClosing
from actions.accounts.estimate_account import EstimateAccount, WithdrawEstimate
from actions.accounts.locked_table import LOCKED, WhichMonths
from actions.accounts.verify_year import ReturnYear, VerifyYear
from actions.actor import DeniedError
from actions.doing import carry_out, foresee
from actions.tables import rows_of
from metering.errors import ConflictError, InputError, InsufficientDataError
from storage.accounts import closing
from storage.readings.amended import published
from tests.actions.examples_of_closing import (
    YEAR,
    bill,
    changed,
    later,
    locked,
    office,
    verified,
)
from tests.actions.world import World, make_world

PROFILE = "GB2589-2020"
OFFICER, PLANNER = "province officer", "planner of all"


@pytest.fixture(scope="module")
def world(database_of_module) -> Iterator[World]:
    """One world; every test closes the year of an office of its own."""
    made = make_world(database_of_module)
    yield made
    made.close()


def do(world, action, on=None, who=OFFICER):
    return carry_out(world.actor(who), action, on, again=True).result


def lock(world, institution, who=OFFICER, **more):
    return do(world, CloseYear(year=YEAR, institution=institution, **more), who=who)


def verify(world, institution, who=PLANNER):
    return do(world, VerifyYear(year=YEAR, institution=institution), who=who)


def row(world, institution, who=OFFICER):
    found = rows_of(world.actor(who), CLOSING, WhichClosing(institution=institution), None, 5).rows
    return found[0].row if found else None


def used(world, institution, who=OFFICER):
    with world.actor(who).look() as connection:
        return closing.verified_use(connection, [institution], [YEAR], PROFILE)


def code(raised):
    return raised.value.code


def test_a_year_is_locked_by_one_and_verified_by_another(world):
    one = office(world)
    assert row(world, one).state == "ready"
    done = lock(world, one)
    # 365 days of 1 kWh, each month rounded to the gram at 0.1229 kgce.
    assert (done.institutions, done.kgce) == (1, "44.859")
    held = row(world, one)
    assert (held.state, held.version, held.locked_kgce_g) == ("locked", 1, 44_859)
    assert used(world, one) == []  # it is final only once it is verified

    assert verify(world, one).institutions == 1
    assert row(world, one).state == "verified"
    (use,) = used(world, one)
    assert (use.year, use.version, use.kgce_g, use.reason) == (YEAR, 1, 44_859, None)
    with world.actor(OFFICER).look() as connection:
        kept, digest = closing.version(connection, held.version_id)
    assert kept.digest == digest == held.sha256 == use.sha256
    assert kept.lines[0].quanta == [31000, 28000, *[31000, 30000] * 2, 31000, *[31000, 30000] * 2,
                                    31000]  # fmt: skip


def test_what_comes_later_is_shown_and_changes_nothing_until_it_is_restated(world):
    one = changed(world)
    late = row(world, one)
    # 31,500 Wh make 3,871 g, 31,000 made 3,810.
    assert (late.state, late.locked_kgce_g, late.difference_g) == ("restatement_due", 44_859, 61)
    assert [use.kgce_g for use in used(world, one)] == [44_859]

    with pytest.raises(ConflictError) as again:
        lock(world, one)
    assert code(again) == "year.locked_already"
    restate = RestateYear(year=YEAR, institution=one, reason="the bill came late")
    assert do(world, restate).kgce == "44.920"
    assert row(world, one).state == "restated"
    assert [use.version for use in used(world, one)] == [1]
    verify(world, one)
    first, second = used(world, one)
    assert (first.kgce_g, second.kgce_g, second.reason) == (44_859, 44_920, "the bill came late")
    assert first.verified_at < second.verified_at
    with pytest.raises(ConflictError) as nothing:
        do(world, restate)
    assert code(nothing) == "year.nothing_to_do"


def test_a_year_that_runs_cannot_be_locked(world):
    with pytest.raises(ConflictError) as refused:
        do(world, CloseYear(year=2016, institution=office(world)))
    assert code(refused) == "year.not_over"


def test_unknown_months_are_named_and_estimated_by_an_act_first(world):
    one = office(world, 346)  # twelve days of December
    assert row(world, one).wants == ["electricity 2015-12"]
    with pytest.raises(ConflictError) as refused:
        lock(world, one)
    assert code(refused) == "year.months_unknown"
    assert "electricity 2015-12" in refused.value.en
    assert "account.estimate" in refused.value.next_en

    estimate = EstimateAccount.model_validate(bill("31"))
    assert do(world, estimate, one).used == "31.000"
    ready = row(world, one)
    assert (ready.state, ready.estimated_months, ready.estimated_kgce_g) == ("ready", 1, 3_810)
    lock(world, one)
    # The rest of December is read after all: the bill counts no longer.
    world.admin(
        """UPDATE account SET quanta = 32000, known_s = 2678400
            WHERE institution_id = %s AND month = '2015-12-01' AND source = 'meter'""", one,
    )  # fmt: skip
    verify(world, one)
    assert row(world, one).state == "restatement_due"


def test_an_estimate_is_refused_where_it_would_not_count_or_nothing_is_like_it(world):
    one = office(world, 334)
    for said, kind, refused in (
        (bill(month="2015-03"), ConflictError, "estimate.measured"),
        (bill(month="2016-04"), ConflictError, "estimate.not_over"),
        ({"how": "year_before"}, InsufficientDataError, "estimate.nothing_like_it"),
        (bill("1e20"), InputError, "estimate.no_amount"),
    ):
        with pytest.raises(kind) as raised:
            do(world, EstimateAccount.model_validate({**bill(), "amount": None, **said}), one)
        assert code(raised) == refused
    days = EstimateAccount.model_validate({**bill(), "how": "like_days", "amount": None})
    assert do(world, days, one).used == "31.000"  # November's and January's days are alike
    back = WithdrawEstimate(carrier="electricity", month="2015-12", reason="measured after all")
    do(world, back, one)
    assert row(world, one).state == "missing"
    with pytest.raises(ConflictError) as none:
        do(world, back, one)
    assert code(none) == "estimate.none"


def test_a_roster_without_any_account_is_missing(world):
    wants = row(world, world.institution["school"]).wants
    assert wants == [f"- 2015-{month:02}" for month in range(1, 13)]


def test_another_person_verifies_not_another_log_in(world):
    lock(world, one := office(world))
    (person,) = world.admin(
        "SELECT person_id FROM app_user WHERE id = %s", world.user[OFFICER]
    )[0]  # fmt: skip
    world.user["officer again"] = world.admin(
        "INSERT INTO app_user (login, name, person_id) VALUES ('again', 'Again', %s) RETURNING id",
        person,
    )[0][0]
    world.admin(
        """INSERT INTO access_grant (viewer, role, scope, valid_from)
           VALUES (%s, 'officer', 'all', '2015-01-01')""", f"user:{world.user['officer again']}",
    )  # fmt: skip
    for who in (OFFICER, "officer again", "system"):
        with pytest.raises(ConflictError) as refused:
            verify(world, one, who)
        assert code(refused) == "action.second_person"
    # The table itself refuses it, to whoever owns it.
    with pytest.raises(psycopg.IntegrityError) as past:
        world.admin(
            """UPDATE account_version SET answer = 'verified', answered_at = now(),
                   answered_by = %s WHERE institution_id = %s""",
            f"user:{world.user['officer again']}", one,
        )  # fmt: skip
    assert past.value.diag.constraint_name == "version_second"


def test_what_is_sent_back_is_locked_anew_and_never_counts(world):
    one = locked(world)
    do(world, ReturnYear(year=YEAR, institution=one, reason="March first"), who=PLANNER)
    back = row(world, one)
    assert (back.state, back.returned) == ("ready", "March first")
    later(world, one)
    lock(world, one)
    verify(world, one)
    (use,) = used(world, one)
    assert (use.version, use.kgce_g, use.reason) == (2, 44_920, None)


def test_only_the_authority_closes_and_not_the_institution_itself(world):
    office_of = world.institution["office"]
    for who in ("of the office", "city reader", "outsider"):
        with pytest.raises(DeniedError):
            lock(world, office_of, who)


def test_a_region_is_closed_at_once(world):
    city = world.region["city 2"]
    one, two = office(world), office(world, 100)
    for moved in (one, two):
        world.admin(
            """UPDATE affiliation SET known_until = now() WHERE institution_id = %s""", moved
        )
        world.admin(
            """INSERT INTO affiliation (institution_id, region_id, level, department_line,
                   valid_from, source, known_by)
               VALUES (%s, %s, 'city', 'government', '2015-01-01', 'test', 'user:1')""",
            moved, city,
        )  # fmt: skip
    with pytest.raises(ConflictError) as refused:
        do(world, CloseYear(year=YEAR, region=city))
    assert code(refused) == "year.months_unknown"
    ready = CloseYear(year=YEAR, region=city, only_ready=True)
    seen = {e.code: e.after.en for e in foresee(world.actor(OFFICER), ready, None).effects}
    assert (seen["institutions"], seen["missing"]) == ("1", "2")  # the clinic and the second one
    assert do(world, ready).institutions == 1
    assert do(world, VerifyYear(year=YEAR, region=city), who=PLANNER).institutions == 1
    assert [row(world, who).state for who in (one, two)] == ["verified", "missing"]
    states = rows_of(
        world.actor(OFFICER), CLOSING, WhichClosing(region=city, state="verified"), None, 10
    )
    assert [shown.institution_id for shown in states.rows] == [one]


def test_who_is_meant_is_said_once(world):
    for both in ({}, {"region": world.region["city 1"], "institution": 1}):
        with pytest.raises(InputError) as refused:
            do(world, CloseYear(year=YEAR, **both))
        assert code(refused) == "closing.whose"


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("UPDATE account_version SET co2_g = 1 WHERE institution_id = %s", "version_changes"),
        ("DELETE FROM account_version WHERE institution_id = %s", None),
        (
            """UPDATE account_version_line SET quanta = '{1,1,1,1,1,1,1,1,1,1,1,1}'
                WHERE version_id = (SELECT id FROM account_version WHERE institution_id = %s)""",
            None,
        ),
        (
            """INSERT INTO account_version_line
               SELECT v.id, 'water', l.quanta, l.source, l.known_s, l.expected_s
                 FROM account_version v JOIN account_version_line l ON l.version_id = v.id
                WHERE v.institution_id = %s""",
            "version_changes",
        ),
        (
            """INSERT INTO account_version (institution_id, year, version, kgce_g,
                   estimated_kgce_g, known_months, estimated_months, sha256, locked_by)
               SELECT institution_id, year, 2, kgce_g, estimated_kgce_g, 12, 0, sha256, 'user:1'
                 FROM account_version WHERE institution_id = %s""",
            "one_version_waits",
        ),
    ],
)
def test_the_tables_themselves_refuse_to_change_what_is_locked(world, statement, constraint):
    one = locked(world)
    with pytest.raises(psycopg.IntegrityError) as refused:
        world.admin(statement, one)
    assert refused.value.diag.constraint_name == constraint
    assert row(world, one).state == "locked"


def test_a_digest_that_fits_no_longer_is_not_verified(world):
    one = locked(world)
    with psycopg.connect(world.database.admin_url) as connection:
        connection.execute("SET session_replication_role = replica")  # past all triggers
        connection.execute(
            "UPDATE account_version SET kgce_g[1] = kgce_g[1] - 1 WHERE institution_id = %s", [one]
        )
    with pytest.raises(ConflictError) as refused:
        verify(world, one)
    assert refused.value.where["constraint"] == "version_digest"


def test_a_verified_year_is_told_to_whoever_corrects_it(world):
    one = verified(world)
    with world.actor(OFFICER).look() as connection:
        found = published(connection, [one], [date(YEAR, 3, 1)])
    assert [(told.kind, told.year) for told in found] == [("locked", YEAR)]


def test_months_are_said_as_spans_and_lead_to_the_form_that_estimates_them(world):
    one = office(world, 200)
    asked = WhichClosing(institution=one)
    (shown,) = rows_of(world.actor(OFFICER), CLOSING, asked, None, 5).rows
    assert shown.wants("en") == ["Electricity: 2015-07 – 2015-12"]
    assert shown.to_do == f"/do/account.estimate/{one}?month=2015-07&carrier=electricity"
    asked = WhichClosing(institution=world.institution["school"])
    (shown,) = rows_of(world.actor(OFFICER), CLOSING, asked, None, 5).rows
    assert shown.wants("zh") == ["无能源台账: 2015-01 – 2015-12"]


def test_each_locked_month_stands_beside_what_counts_now(world):
    one = changed(world)
    asked = WhichMonths(year=YEAR, institution=one)
    whole = rows_of(world.actor(OFFICER), LOCKED, asked, None, 5).rows
    assert [row.one.quanta for row in whole] == [
        31000, 28000, *[31000, 30000] * 2, 31000, *[31000, 30000] * 2, 31000,
    ]  # fmt: skip
    asked = WhichMonths(year=YEAR, institution=one, differing=True)
    (march,) = rows_of(world.actor(OFFICER), LOCKED, asked, None, 5).rows
    assert (march.one.month, march.one.now_quanta, march.one.difference) == (
        date(YEAR, 3, 1), 31_500, 500,
    )  # fmt: skip
