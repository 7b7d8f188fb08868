"""Logging in: nothing told to strangers, sessions that end, failures that wait."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

import psycopg
import pytest
from pydantic import ValidationError

from actions.access.end_user import EndUser
from actions.access.give_grant import GiveGrant
from actions.access.login import Failures, LockedError, LoginError, log_in, log_out, session_of
from actions.access.persons import list_grants, list_users
from actions.actor import DeniedError
from actions.doing import carry_out
from actions.registry.institutions import list_institutions
from metering.errors import ConflictError, InputError, NotFoundError
from tests.actions.acts import add_user, give, reset

PASSWORD = "correct horse battery"


@pytest.fixture
def li(world):
    grant = give("reader", "institution", world.institution["office"])
    return add_user(world.actor(), "li", "Li", PASSWORD, "en", grant)


def test_a_session_opens_lasts_and_ends(world, li):
    opened = log_in(world.pool, "li", PASSWORD, failures=Failures())
    session = session_of(world.pool, opened.token)

    assert (session.user_id, session.lang, session.csrf) == (li.user_id, "en", opened.csrf)
    assert opened.expires > datetime.now(UTC) + timedelta(hours=11)
    log_out(world.pool, opened.token)
    assert session_of(world.pool, opened.token) is None
    log_out(world.pool, opened.token)


def test_of_a_token_only_its_hash_is_kept(world, li):
    token = log_in(world.pool, "li", PASSWORD, failures=Failures()).token
    (row,) = world.admin("SELECT token_sha256, csrf FROM user_session")

    assert token.encode() not in row[0]
    assert len(row[0]) == 32
    assert (len(token), token == row[1]) == (43, False)
    (kept,) = world.admin("SELECT password_hash FROM app_user WHERE login = 'li'")
    assert kept[0].startswith("$argon2id$")


def test_a_session_outlives_neither_its_time_nor_its_user(world, li):
    short = log_in(world.pool, "li", PASSWORD, failures=Failures(), lasts=timedelta(hours=1))
    world.admin("UPDATE user_session SET expires_at = now()")
    other = log_in(world.pool, "li", PASSWORD, failures=Failures())

    assert session_of(world.pool, short.token) is None
    carry_out(world.actor(), EndUser(), li.user_id)
    assert session_of(world.pool, other.token) is None
    with pytest.raises(LoginError):
        log_in(world.pool, "li", PASSWORD, failures=Failures())


@pytest.mark.parametrize("token", ["", "x", "x" * 10_000, "\x00"])
def test_no_other_token_opens_anything(world, li, token):
    log_in(world.pool, "li", PASSWORD, failures=Failures())
    assert session_of(world.pool, token) is None


def test_unknown_login_wrong_password_and_no_password_are_told_alike(world, li):
    fields = set()
    for login, password in (("li", "wrong"), ("nobody", PASSWORD), ("system", ""), ("", "")):
        with pytest.raises(LoginError) as refused:
            log_in(world.pool, login, password, failures=Failures())
        fields.add((refused.value.code, refused.value.zh, str(refused.value.where)))
    assert len(fields) == 1


def test_failures_wait_longer_each_time_and_are_forgotten_by_success(world, li):
    now = [0.0]
    failures = Failures(free=3, clock=lambda: now[0])
    waits = []
    for _ in range(5):
        with pytest.raises(LoginError):
            log_in(world.pool, "li", "wrong", failures=failures, address="a")
        waits.append(failures.wait_s("li@a"))
        now[0] += waits[-1]
    assert waits == [0, 0, 1, 2, 4]

    with pytest.raises(LoginError):
        log_in(world.pool, "li", "wrong", failures=failures, address="a")
    with pytest.raises(LockedError) as locked:
        log_in(world.pool, "li", PASSWORD, failures=failures, address="a")
    assert locked.value.where["wait_s"] == 9
    assert log_in(world.pool, "li", PASSWORD, failures=failures, address="b").token
    now[0] += 8
    assert log_in(world.pool, "li", PASSWORD, failures=failures, address="a").token
    assert failures.wait_s("li@a") == 0


def test_remembered_failures_are_bounded():
    failures = Failures(free=1, most=3, clock=lambda: 0.0)
    for key in "abcd":
        failures.failed(key)
    assert [failures.wait_s(key) > 0 for key in "abcd"] == [False, True, True, True]


def test_a_user_sees_what_was_granted_and_more_when_more_is(world, li):
    actor = world.actor
    world.user["li"] = li.user_id

    assert len(list_institutions(actor("li")).rows) == 1
    carry_out(actor(), give("reader", "region", world.region["city 2"]), li.user_id)
    assert len(list_institutions(actor("li")).rows) == 2
    assert [grant.scope for grant in list_grants(actor("li"), li.user_id)] == [
        "institution",
        "region",
    ]
    assert [user.login for user in list_users(actor("li"))] == ["li"]
    assert list_grants(actor("outsider"), li.user_id) == []


def test_a_generated_password_is_shown_once_and_works(world):
    made = add_user(world.actor(), "wang", "Wang")

    assert log_in(world.pool, "wang", made.password, failures=Failures()).token
    again = reset(world.actor(), made.user_id)
    with pytest.raises(LoginError):
        log_in(world.pool, "wang", made.password, failures=Failures())
    assert log_in(world.pool, "wang", again, failures=Failures()).token


def test_a_new_password_ends_the_sessions(world, li):
    opened = log_in(world.pool, "li", PASSWORD, failures=Failures())
    reset(world.actor(), li.user_id, "another long one")
    assert session_of(world.pool, opened.token) is None


@pytest.mark.parametrize("who", ["outsider", "city reader", "province officer", "planner of all"])
def test_only_administrators_add_users(world, who):
    with pytest.raises(DeniedError):
        add_user(world.actor(who), "mallory", "M", PASSWORD)
    with pytest.raises((DeniedError, NotFoundError)):
        carry_out(world.actor(who), EndUser(), world.user["outsider"])
    assert world.admin("SELECT count(*) FROM app_user WHERE login = 'mallory'") == [(0,)]
    assert world.admin("SELECT count(*) FROM app_user WHERE ended_at IS NOT NULL") == [(0,)]


def test_a_login_is_given_once_and_named_plainly(world, li):
    with pytest.raises(ConflictError):
        add_user(world.actor(), "li", "Other", PASSWORD)
    for login in ("", "a b", "李", "x" * 65):
        with pytest.raises((InputError, ValidationError)):
            add_user(world.actor(), login, "n", PASSWORD)
    for weak in ("short", "password123"):
        with pytest.raises(InputError):
            add_user(world.actor(), "weak", "n", weak)
    assert world.admin("SELECT count(*) FROM app_user WHERE login = 'weak'") == [(0,)]


@pytest.mark.parametrize(
    "fields",
    [
        {"role": "king", "scope": "all"},
        {"role": "reader", "scope": "world"},
        {"role": "reader", "scope": "region"},
        {"role": "planner", "scope": "union", "union": 999},
        {"role": "reader", "scope": "all", "region": 1},
    ],
)
def test_a_grant_that_is_refused_leaves_nobody_behind(world, fields):
    with pytest.raises((InputError, ValidationError)):
        add_user(world.actor(), "grants", "n", PASSWORD, "zh", GiveGrant.model_validate(fields))
    assert world.admin("SELECT count(*) FROM app_user WHERE login = 'grants'") == [(0,)]


def test_nobody_ends_their_own_or_the_systems_account(world, li):
    carry_out(world.actor(), give("administrator"), li.user_id)
    world.user["li"] = li.user_id
    for actor, user_id, code in (
        (world.actor("li"), li.user_id, "user.own"),
        (world.actor("li"), 1, "user.system"),
        (world.actor(), 1, "user.system"),
    ):
        with pytest.raises(ConflictError) as refused:
            carry_out(actor, EndUser(), user_id)
        assert refused.value.code == code
    with pytest.raises(ConflictError):
        reset(world.actor("li"), 1, PASSWORD)
    assert world.admin("SELECT count(*) FROM app_user WHERE ended_at IS NOT NULL") == [(0,)]


def wrong_from(world, address: str, times: int, failures: Failures, login: str = "li") -> None:
    """Let strangers guess at a login from an address."""
    for _ in range(times):
        with pytest.raises((LoginError, LockedError)):
            log_in(world.pool, login, "wrong", failures=failures, address=address)


def test_strangers_behind_the_same_address_do_not_lock_out_a_device_that_is_known(world, li):
    failures = Failures(free=3, clock=lambda: 0.0)
    device = log_in(world.pool, "li", PASSWORD, failures=failures, address="nat").device
    wrong_from(world, "nat", 8, failures)

    with pytest.raises(LockedError):
        log_in(world.pool, "li", PASSWORD, failures=failures, address="nat")
    again = log_in(world.pool, "li", PASSWORD, failures=failures, address="nat", device=device)
    assert again.device == device
    # Elsewhere it is known as well; and who has it and guesses waits as everybody does.
    assert log_in(world.pool, "li", PASSWORD, failures=failures, address="b", device=device).token
    for _ in range(3):
        with pytest.raises(LoginError):
            log_in(world.pool, "li", "wrong", failures=failures, address="nat", device=device)
    with pytest.raises(LockedError):
        log_in(world.pool, "li", PASSWORD, failures=failures, address="nat", device=device)


def test_a_device_is_of_its_login_and_ends_with_the_password(world, li):
    failures = Failures(free=1, clock=lambda: 0.0)
    add_user(world.actor(), "wang", "Wang", PASSWORD)
    device = log_in(world.pool, "wang", PASSWORD, failures=failures, address="nat").device
    own = log_in(world.pool, "li", PASSWORD, failures=failures, address="nat").device
    wrong_from(world, "nat", 2, failures)

    for shown in (device, own[:-1], "x" * 43, "x" * 10_000, "é" * 43):
        with pytest.raises(LockedError):
            log_in(world.pool, "li", PASSWORD, failures=failures, address="nat", device=shown)
    reset(world.actor(), li.user_id, "another long one")
    with pytest.raises(LockedError):
        log_in(world.pool, "li", "another long one", failures=failures, address="nat", device=own)


def test_of_a_device_only_the_hash_is_kept_and_ten_of_a_login(world, li):
    devices = [log_in(world.pool, "li", PASSWORD, failures=Failures()).device for _ in range(12)]
    kept = {row[0] for row in world.admin("SELECT token_sha256 FROM user_device")}

    assert kept == {sha256(one.encode()).digest() for one in devices[2:]}


def test_a_device_that_is_shown_costs_a_known_and_an_unknown_name_the_same(world, li, monkeypatch):
    """The same questions in the same order, and one password checked."""
    device = log_in(world.pool, "li", PASSWORD, failures=Failures()).device
    asked: list[str] = []
    real = psycopg.Connection.execute

    def noted(connection, query, *parameters, **how):
        asked.append(str(query))
        return real(connection, query, *parameters, **how)

    monkeypatch.setattr(psycopg.Connection, "execute", noted)
    told = []
    for login in ("li", "nobody"):
        asked.clear()
        with pytest.raises(LoginError):
            log_in(world.pool, login, "wrong", failures=Failures(), device=device)
        told.append(list(asked))
    assert told[0] == told[1] != []
