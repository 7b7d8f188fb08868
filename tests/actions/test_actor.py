"""The actor: one transaction, rights checked, changes written down, driver errors in our words."""

import pytest

from actions.actor import Actor, DeniedError, open_pool
from actions.readings.gateways import opens
from metering.errors import ConflictError, InputError, NotFoundError, UnavailableError
from tests.actions.settling import issue_key


def test_a_look_is_of_one_moment_and_changes_nothing(world):
    with world.actor().look() as connection:
        before = connection.execute("SELECT count(*) FROM institution").fetchone()
        world.admin("INSERT INTO institution DEFAULT VALUES")
        assert connection.execute("SELECT count(*) FROM institution").fetchone() == before
    with pytest.raises(ConflictError), world.actor().look() as connection:
        connection.execute("INSERT INTO institution DEFAULT VALUES")


def test_an_act_is_written_down_with_what_it_did(world):
    detail = {"why": "test"}
    with world.actor("province officer").act("readings.import", 7, detail) as connection:
        connection.execute("SELECT 1")
        detail["made"] = "42"
    assert world.admin("SELECT actor, act, subject, detail FROM audit_entry") == [
        (
            f"user:{world.user['province officer']}",
            "readings.import",
            "7",
            {"why": "test", "made": "42"},
        )
    ]


def test_an_act_that_fails_leaves_nothing(world):
    class OopsError(Exception):
        pass

    def fail() -> None:
        with world.actor().act("registry.import", 1) as connection:
            connection.execute("INSERT INTO gateway (name) VALUES ('demo-a/g9')")
            raise OopsError

    with pytest.raises(OopsError):
        fail()
    assert world.admin("SELECT count(*) FROM audit_entry") == [(0,)]
    assert world.admin("SELECT count(*) FROM gateway WHERE name = 'demo-a/g9'") == [(0,)]


@pytest.mark.parametrize("who", ["outsider", "city reader", "education line"])
def test_readers_change_nothing(world, who):
    with pytest.raises(DeniedError), world.actor(who).act("readings.import", 1):
        pass
    assert world.admin("SELECT count(*) FROM audit_entry") == [(0,)]


def test_the_actor_is_forgotten_with_the_transaction(world):
    with world.actor().look() as connection:
        assert connection.execute("SELECT count(*) > 0 FROM institution").fetchone() == (True,)
    with world.pool.connection() as connection:
        assert connection.execute("SELECT count(*) FROM institution").fetchone() == (0,)


@pytest.mark.parametrize(
    ("statement", "kind", "code"),
    [
        ("SELECT 1/0", InputError, "database.impossible_value"),
        ("SELECT pg_sleep(60)", UnavailableError, "database.too_slow"),
        ("DELETE FROM institution", DeniedError, "access.denied"),
        (
            "INSERT INTO gateway (name) VALUES ('demo-a/g1')",
            ConflictError,
            "database.refused",
        ),
        ("INSERT INTO gateway (name) VALUES ('plain')", InputError, "database.refused"),
        ("SELECT nothing FROM nowhere", ConflictError, "database.failed"),
    ],
)
def test_the_drivers_errors_become_ours(world, statement, kind, code):
    def ask() -> None:
        with world.actor().act("registry.import", 1) as connection:
            connection.execute("SET LOCAL statement_timeout = 100")
            connection.execute(statement)

    with pytest.raises(kind) as refused:
        ask()
    assert refused.value.code == code
    assert refused.value.next_zh
    assert refused.value.next_en


def test_a_database_that_is_away_is_unavailable_and_comes_back(database, world):
    pool = open_pool(database.url("api"), max_size=1, wait_s=5)
    actor = Actor(pool, "user:1")
    with actor.look() as connection:
        pid = connection.info.backend_pid
    world.admin("SELECT pg_terminate_backend(%s)", pid)
    with actor.look() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)

    def lose() -> None:
        with actor.look() as connection:
            world.admin("SELECT pg_terminate_backend(%s)", connection.info.backend_pid)
            connection.execute("SELECT 1")

    with pytest.raises(UnavailableError):
        lose()
    with actor.look():
        pass
    pool.close()
    with pytest.raises(UnavailableError), actor.look():
        pass


def test_nobody_comes_when_all_connections_are_lent(database):
    pool = open_pool(database.url("api"), max_size=1, wait_s=0.2)
    actor = Actor(pool, "user:1")
    with actor.look(), pytest.raises(UnavailableError), actor.look():
        pass
    pool.close()


def test_a_gateways_key_opens_it_alone_until_the_next_is_issued(world):
    key = issue_key(world.actor(), "demo-a/g1")

    assert opens(world.pool, "demo-a/g1", key)
    assert not opens(world.pool, "demo-a/g2", key)
    assert not opens(world.pool, "demo-a/g1", key + "x")
    assert not opens(world.pool, "demo-a/g1", "")
    issue_key(world.actor(), "demo-a/g1")
    assert not opens(world.pool, "demo-a/g1", key)
    assert key not in str(world.admin("SELECT * FROM audit_entry"))
    with pytest.raises(NotFoundError):
        issue_key(world.actor("province officer"), "demo-a/g1")
