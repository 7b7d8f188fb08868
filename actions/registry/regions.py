"""Reading the territorial tree, and the words that lists are made of: carriers, profiles, lines."""

from actions.desk import Desk
from storage.registry import regions
from storage.registry.regions import Carrier, Profile, Region


def list_regions(desk: Desk, *, only_seen: bool = True) -> list[Region]:
    """Return regions in order of code, by default those in which the reader sees something."""
    with desk.look() as connection:
        return regions.tree(connection, only_seen=only_seen)


def list_carriers(desk: Desk) -> list[Carrier]:
    """Return carriers with their accounting quantum."""
    with desk.look() as connection:
        return regions.carriers(connection)


def list_profiles(desk: Desk) -> list[Profile]:
    """Return the named sets of coefficients, the default first."""
    with desk.look() as connection:
        return regions.profiles(connection)


def list_lines(desk: Desk) -> dict[str, tuple[str, str]]:
    """Return the names of the department lines, Chinese and English, by code."""
    with desk.look() as connection:
        return regions.lines(connection)
