"""Reading the territorial tree, and the words that lists are made of: carriers, profiles, lines."""

from actions.actor import Actor
from storage.registry import regions
from storage.registry.regions import Carrier, Profile, Region


def list_regions(actor: Actor, *, only_seen: bool = True) -> list[Region]:
    """Return regions in order of code, by default those in which the reader sees something."""
    with actor.look() as connection:
        return regions.tree(connection, only_seen=only_seen)


def list_carriers(actor: Actor) -> list[Carrier]:
    """Return carriers with their accounting quantum."""
    with actor.look() as connection:
        return regions.carriers(connection)


def list_profiles(actor: Actor) -> list[Profile]:
    """Return the named sets of coefficients, the default first."""
    with actor.look() as connection:
        return regions.profiles(connection)


def list_lines(actor: Actor) -> dict[str, tuple[str, str]]:
    """Return the names of the department lines, Chinese and English, by code."""
    with actor.look() as connection:
        return regions.lines(connection)
