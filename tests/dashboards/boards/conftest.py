"""The world of institutions behind a member's read-only login, as Grafana would have it."""

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest

from storage.boards.queries import make_member_login
from tests.actions.world import World, fill, make_world
from tests.dashboards.pages.conftest import bare, site

__all__ = ["bare", "make_union", "member", "site"]

PASSWORD = "of a member's Grafana"


@dataclass
class Member:
    """A member's login at the database, and the world behind it."""

    world: World
    login: str
    connection: psycopg.Connection


def make_union(world: World) -> None:
    """Issue the office a quota for 2016, of which it has used more than is due."""
    union = world.admin(
        """INSERT INTO region_union (name_zh, name_en, made_by)
           VALUES ('演示联合体', 'Demo union', 'user:1') RETURNING id"""
    )[0][0]
    world.admin(
        """INSERT INTO union_member (union_id, region_id, level, step, valid_from, source,
                   known_by)
           VALUES (%s, %s, 'province', 'full', '2015-01-01', 'test', 'user:1')""",
        union, world.region["province"],
    )  # fmt: skip
    target = world.admin(
        """INSERT INTO target (union_id, indicator, profile, fall_millionths, curve, origin,
                   source, made_by)
           SELECT %s, 'total_kgce', code, 50000, 'linear', 'agreed', 'test', 'user:1'
             FROM profile WHERE is_default RETURNING id""",
        union,
    )[0][0]
    run = world.admin(
        """INSERT INTO run (target_id, union_id, version, rule, method, sha256, quotas, base_g,
                   total_g, made_by)
           VALUES (%s, %s, 1, 'A', '{}', repeat('0', 64), 1, 2000, 1900, 'user:1')
           RETURNING id""",
        target, union,
    )[0][0]  # fmt: skip
    months = [None, None, 1000, 1000] + [None] * 8
    world.admin("SET session_replication_role = replica")  # boards ask nothing of the run's tree
    world.admin(
        """INSERT INTO run_quota (run_id, union_id, institution_id, member_id, node, year, base_g,
                   factors, weight_g, amount_g, months_g)
           VALUES (%s, %s, %s, %s, 0, 2016, %s, '{}', 2000, 1900, %s)""",
        run, union, world.institution["office"], world.region["province"], months,
        [0, 0, 950, 950] + [0] * 8,
    )  # fmt: skip
    world.admin("SET session_replication_role = DEFAULT")
    world.admin(
        """INSERT INTO book_cause (union_id, indicator, kind, run_id, reason, made_by)
           VALUES (%s, 'total_kgce', 'issue', %s, 'test', 'user:1')""",
        union, run,
    )  # fmt: skip
    for institution in (None, world.institution["office"]):
        world.admin(
            """INSERT INTO progress (union_id, indicator, year, day, member_id, institution_id,
                       run_id, quota_g, path_g, used_g, measured_s, expected_s, institutions,
                       unmeasured, months, compared_months)
               VALUES (%s, 'total_kgce', 2016, '2016-03-20', %s, %s, %s, 1900, 600, 900, 90, 100,
                       4, 1, 12, 9)
               """,
            union, world.region["province"], institution, run,
        )  # fmt: skip


@pytest.fixture
def member(full, database) -> Iterator[Member]:
    """The province's login over readings and accounts, dropped afterwards."""
    world = make_world(database)
    fill(world)
    make_union(world)
    with psycopg.connect(database.admin_url, autocommit=True) as admin:
        login = make_member_login(admin, "990000", world.region["province"], PASSWORD)
    url = psycopg.conninfo.make_conninfo(database.admin_url, user=login, password=PASSWORD)
    connection = psycopg.connect(url, autocommit=True)
    yield Member(world, login, connection)
    connection.close()
    world.close()
    with psycopg.connect(database.admin_url, autocommit=True) as admin:
        admin.execute(f'DROP OWNED BY "{login}"')
        admin.execute(f'DROP ROLE "{login}"')
