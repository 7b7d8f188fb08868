"""What people call the institutions and levels that runs know by their permanent ids."""

from collections.abc import Sequence

from actions.compact import level_names as named
from actions.compact.runs import Level
from actions.registry.regions import list_carriers
from dashboards.pages.viewer import Viewer


def carrier_names(viewer: Viewer) -> dict[str, str]:
    """Return what carriers are called, by code."""
    return {one.code: viewer.name(one) or one.code for one in list_carriers(viewer.actor)}


def level_names(viewer: Viewer, levels: Sequence[Level]) -> dict[str, str]:
    """Return the levels' names by key, each with the way that leads to it."""
    with viewer.actor.look() as connection:
        return named.level_names(connection, levels, viewer.lang)
