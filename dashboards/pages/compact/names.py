"""What people call the institutions and levels that runs know by their permanent ids."""

from collections.abc import Sequence

from actions.compact.runs import Level
from actions.registry.institutions import names_of
from actions.registry.regions import list_lines, list_regions
from dashboards.pages.visit import Visit
from storage.compact.runs import Share


def institution_names(visit: Visit, shares: Sequence[Share]) -> dict[int, str]:
    """Return the names of the institutions of some shares, by id."""
    found = names_of(visit.desk, [one.institution_id for one in shares])
    return {one: _either(visit, names) or str(one) for one, names in found.items()}


def level_names(visit: Visit, levels: Sequence[Level]) -> dict[str, str]:
    """Return the levels' names by key, each with the way that leads to it."""
    regions = list_regions(visit.desk, only_seen=False)
    called = {str(one.region_id): visit.name(one) or str(one.region_id) for one in regions}
    lines = {code: _either(visit, names) or code for code, names in list_lines(visit.desk).items()}
    return {one.key: _called(visit, one.key, called, lines) for one in levels}


def _called(visit: Visit, key: str, regions: dict[str, str], lines: dict[str, str]) -> str:
    """Return a name for a key such as 2026/own:7/line:education."""
    year, *rest = key.split("/")
    if not rest:
        return year
    kind, _, of = rest[-1].partition(":")
    if kind == "region":
        return f"{year} · {regions.get(of, of)}"
    own = rest[0].partition(":")[2]
    level = f"{year} · {regions.get(own, own)}{visit.say('run_own_level')}"
    return level if kind == "own" else f"{level} · {lines.get(of, of)}"


def _either(visit: Visit, names: tuple[str | None, str | None]) -> str | None:
    zh, en = names
    return (zh or en) if visit.lang == "zh" else (en or zh)
