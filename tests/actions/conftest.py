"""The world of institutions, with and without readings."""

from collections.abc import Iterator

import pytest

from tests.actions.world import World, fill, make_world


@pytest.fixture
def world(peopled, database) -> Iterator[World]:
    """Institutions and people, no readings yet."""
    made = make_world(database)
    yield made
    made.close()


@pytest.fixture
def filled(full, world) -> World:
    """The same, with readings, hours and accounts."""
    fill(world)
    return world
