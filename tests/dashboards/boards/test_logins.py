"""A member's login reads what the member may see, by views alone, and writes nothing."""

import re

import psycopg
import pytest
from typer.testing import CliRunner

from cli.main import app
from metering.errors import NotFoundError
from storage.boards.queries import make_member_login


def test_it_sees_its_own_subtree_as_a_reader_of_the_region_does(member):
    seen = {row[0] for row in member.connection.execute("SELECT institution_id FROM institution")}
    of = member.world.institution

    assert seen == {of["office"], of["school"], of["clinic"], of["academy"]}
    assert of["police"] not in seen
    assert of["hidden"] not in seen


def test_another_member_sees_nothing_of_it(member):
    world = member.world
    with psycopg.connect(world.database.admin_url, autocommit=True) as admin:
        login = make_member_login(admin, "990200", world.region["city 2"], "another password")
        url = psycopg.conninfo.make_conninfo(
            world.database.admin_url, user=login, password="another password"
        )
        with psycopg.connect(url) as connection:
            seen = connection.execute("SELECT institution_id FROM account").fetchall()
            names = connection.execute("SELECT institution_id FROM institution").fetchall()
        admin.execute(f'DROP OWNED BY "{login}"')
        admin.execute(f'DROP ROLE "{login}"')

    assert seen == []
    assert [row[0] for row in names] == [world.institution["clinic"]]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM public.institution",
        "SELECT * FROM public.usage_hour",
        "SELECT * FROM public.app_user",
        "SELECT access.credentials('system')",
        "SET default_transaction_read_only = off; INSERT INTO public.region DEFAULT VALUES",
        "SET ROLE commonwatt_owner",
        "SET ROLE commonwatt_boards",
        "CREATE TABLE public.mine (x integer)",
        "SET default_transaction_read_only = off; CREATE TABLE report.mine (x integer)",
    ],
)
def test_nothing_else_is_open_to_it(member, statement):
    with pytest.raises(
        (psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction)
    ):
        member.connection.execute(statement)


def test_no_setting_makes_it_somebody_else(member):
    before = member.connection.execute("SELECT count(*) FROM institution").fetchone()
    member.connection.execute("SET commonwatt.actor = 'user:1'")

    assert member.connection.execute("SELECT count(*) FROM institution").fetchone() == before


def test_every_view_is_a_barrier_and_open_to_it(member):
    found = member.world.admin(
        """SELECT c.relname, coalesce('security_barrier=true' = ANY(c.reloptions), false),
                  has_table_privilege(%s, c.oid, 'SELECT')
             FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = 'report' AND c.relkind = 'v' ORDER BY 1""",
        member.login,
    )

    assert len(found) >= 15
    assert [row for row in found if row[1:] != (True, True)] == []


def test_made_again_it_has_a_new_password_and_no_second_grant(member):
    with psycopg.connect(member.world.database.admin_url, autocommit=True) as admin:
        again = make_member_login(admin, "990000", member.world.region["province"], "renewed pass")

    assert again == member.login
    grants = member.world.admin(
        "SELECT role, scope FROM access_grant WHERE viewer = %s", f"login:{member.login}"
    )
    assert grants == [("reader", "region")]


def test_the_command_makes_it_and_shows_its_password_once(member):
    url = member.world.database.admin_url
    result = CliRunner().invoke(app, ["boards", "login", "990000", "--database-url", url])

    assert result.exit_code == 0, result.output
    password = re.search(r"(?:密码:|\(shown once\): )([\w-]+)", result.output)[1]
    mine = psycopg.conninfo.make_conninfo(url, user=member.login, password=password)
    with psycopg.connect(mine) as connection:
        assert connection.execute("SELECT count(*) FROM institution").fetchone() == (4,)


def test_a_code_that_no_region_has_is_refused(member):
    url = member.world.database.admin_url
    result = CliRunner().invoke(app, ["boards", "login", "123456", "--database-url", url])

    assert isinstance(result.exception, NotFoundError)
