"""What people call the institutions and levels that runs know by their permanent ids."""

from collections.abc import Sequence

from actions.compact.runs import Level
from actions.registry.institutions import names_of
from actions.registry.regions import list_carriers, list_lines, list_regions
from dashboards.pages.viewer import Viewer
from storage.compact.runs import Share


def institution_names(viewer: Viewer, shares: Sequence[Share]) -> dict[int, str]:
    """Return the names of the institutions of some shares, by id."""
    found = names_of(viewer.actor, [one.institution_id for one in shares])
    return {one: _either(viewer, names) or str(one) for one, names in found.items()}


def carrier_names(viewer: Viewer) -> dict[str, str]:
    """Return what carriers are called, by code."""
    return {one.code: viewer.name(one) or one.code for one in list_carriers(viewer.actor)}


def level_names(viewer: Viewer, levels: Sequence[Level]) -> dict[str, str]:
    """Return the levels' names by key, each with the way that leads to it."""
    regions = list_regions(viewer.actor, only_seen=False)
    called = {str(one.region_id): viewer.name(one) or str(one.region_id) for one in regions}
    lines = {
        code: _either(viewer, names) or code for code, names in list_lines(viewer.actor).items()
    }
    return {one.key: _called(viewer, one.key, called, lines) for one in levels}


def _called(viewer: Viewer, key: str, regions: dict[str, str], lines: dict[str, str]) -> str:
    """Return a name for a key such as 2026/own:7/line:education."""
    year, *rest = key.split("/")
    if not rest:
        return year
    kind, _, of = rest[-1].partition(":")
    if kind == "region":
        return f"{year} · {regions.get(of, of)}"
    own = rest[0].partition(":")[2]
    level = f"{year} · {regions.get(own, own)}{viewer.say('run_own_level')}"
    return level if kind == "own" else f"{level} · {lines.get(of, of)}"


def _either(viewer: Viewer, names: tuple[str | None, str | None]) -> str | None:
    zh, en = names
    return (zh or en) if viewer.lang == "zh" else (en or zh)
