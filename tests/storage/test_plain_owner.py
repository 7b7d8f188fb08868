"""A database that belongs to a login which may create roles and is no superuser."""

import contextlib
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from storage import connections, migrate, provisioning
from storage.access import members
from storage.boards.queries import make_member_login, region_of_code
from tests.databases import PASSWORDS

GROUPS = (f"commonwatt_{group}" for group in migrate.GROUPS)
ROLES = (migrate.OWNER, migrate.JOURNAL, migrate.BOARDS, *GROUPS)
PASSWORD = "of a member's Grafana"


@dataclass(frozen=True)
class Owned:
    """A migrated database of a plain owner, with a member's login."""

    url: str
    name: str
    login: str

    def as_member(self) -> psycopg.Connection:
        return psycopg.connect(
            make_conninfo(self.url, user=self.login, password=PASSWORD), autocommit=True
        )

    def keep(self, **bounds: float) -> list[tuple[str, str]]:
        url = make_conninfo(self.url, user=f"{self.name}_worker", password=PASSWORDS["worker"])
        with connections.writer(url, "test") as worker:
            return members.keep(worker, **bounds)


@pytest.fixture
def owned(server, template) -> Iterator[Owned]:
    """Roles of the server are there, as after another database of ours; the owner may give them."""
    name = f"cwt_plain_{secrets.token_hex(4)}"
    with psycopg.connect(server.admin_url, autocommit=True) as admin:
        admin.execute(f"CREATE ROLE {name} LOGIN CREATEROLE PASSWORD 'plain'".encode())
        admin.execute(f"GRANT {', '.join(ROLES)} TO {name} WITH ADMIN OPTION".encode())
        admin.execute(f"CREATE DATABASE {name} OWNER {name}".encode())
    url = make_conninfo(server.named(name), user=name, password="plain")
    try:
        migrate.migrate(url, passwords=PASSWORDS, engine="plain")
        with connections.opened(url, "test") as plain:
            region = region_of_code(plain, "330000")
            login = make_member_login(plain, "330000", region, PASSWORD)
        yield Owned(url, name, login)
    finally:
        with psycopg.connect(server.admin_url, autocommit=True) as admin:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
            mine = admin.execute(
                "SELECT rolname FROM pg_roles WHERE rolname LIKE %s ORDER BY rolname DESC",
                [f"{name}%"],
            ).fetchall()
            for (role,) in mine:
                admin.execute(f'DROP OWNED BY "{role}"'.encode())
                admin.execute(f'DROP ROLE "{role}"'.encode())


def test_settings_and_password_are_given_back(owned):
    with owned.as_member() as mine:
        mine.execute("SET default_transaction_read_only = off")
        mine.execute("ALTER ROLE CURRENT_USER SET statement_timeout = 0")
        mine.execute(f"ALTER ROLE CURRENT_USER IN DATABASE {owned.name} SET jit = off".encode())
        mine.execute("ALTER ROLE CURRENT_USER PASSWORD 'nobody else knows'")

        assert owned.keep()[0] == (owned.login, "settings")

        with pytest.raises(psycopg.OperationalError):
            mine.execute("SELECT 1")
    with owned.as_member() as again:
        assert again.execute("SHOW statement_timeout").fetchone() == ("15s",)
    assert owned.keep() == []


def test_sessions_beyond_the_bounds_are_ended(owned):
    with owned.as_member() as holding, owned.as_member() as honest:
        holding.execute("SET idle_in_transaction_session_timeout = 0")
        holding.execute("BEGIN")
        holding.execute("SELECT 1")
        time.sleep(1.2)
        honest.execute("SELECT 1")

        assert owned.keep(transaction_s=1) == [(owned.login, "session")]

        with pytest.raises(psycopg.OperationalError):
            holding.execute("SELECT 1")
        honest.execute("SELECT 1")
        with contextlib.suppress(psycopg.Error):
            holding.rollback()


def test_doctor_finds_that_it_can_be_kept(owned):
    with connections.opened(owned.url, "test") as plain:
        assert members.beyond(plain, migrate.BOARDS) == ()
        assert provisioning.openings(plain, migrate.BOARDS).unlimited == ()


def test_a_login_that_a_superuser_made_is_kept_as_well(owned, server):
    with connections.opened(server.named(owned.name), "test") as admin:
        region = region_of_code(admin, "320000")
        login = make_member_login(admin, "320000", region, PASSWORD)
        assert members.beyond(admin, migrate.BOARDS) == ()
        admin.execute(f'ALTER ROLE "{login}" SET statement_timeout = 0'.encode())

    assert owned.keep() == [(login, "settings")]


def test_doctor_names_whom_it_cannot_keep_and_the_others_are_kept(owned, server):
    with connections.opened(server.named(owned.name), "test") as admin:
        region = region_of_code(admin, "320000")
        other = make_member_login(admin, "320000", region, PASSWORD)
        admin.execute(f'REVOKE INHERIT OPTION FOR "{other}" FROM {owned.name}'.encode())
        for login in (other, owned.login):
            admin.execute(f'ALTER ROLE "{login}" SET statement_timeout = 0'.encode())

        assert members.beyond(admin, migrate.BOARDS) == (other,)
        assert owned.keep() == [(owned.login, "settings")]

        admin.execute(f"ALTER ROLE {owned.name} NOCREATEROLE".encode())
        assert members.beyond(admin, migrate.BOARDS) == (other, owned.login)
