"""The world of institutions behind a member's read-only login, as Grafana would have it."""

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest

from storage.boards import make_member_login
from tests.actions.world import World, fill, make_world
from tests.dashboards.pages.conftest import bare, site

__all__ = ["bare", "member", "site"]

PASSWORD = "of a member's Grafana"


@dataclass
class Member:
    """A member's login at the database, and the world behind it."""

    world: World
    login: str
    connection: psycopg.Connection


@pytest.fixture
def member(database) -> Iterator[Member]:
    """The province's login over readings and accounts, dropped afterwards."""
    world = make_world(database)
    fill(world)
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
