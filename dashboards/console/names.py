"""What people call the institutions and levels that runs know by their permanent ids."""

from collections.abc import Sequence

from actions.compact.runs import Level
from actions.registry.institutions import names_of
from actions.registry.regions import list_lines, list_regions
from dashboards.console.seat import Seat
from storage.compact.runs import Share


async def institution_names(seat: Seat, shares: Sequence[Share]) -> dict[int, str]:
    """Return the names of the institutions of some shares."""
    ids = [one.institution_id for one in shares]
    found = await seat.ask(lambda desk: names_of(desk, ids))
    return {one: seat.either(zh, en, str(one)) for one, (zh, en) in found.items()}


async def level_names(seat: Seat, levels: Sequence[Level]) -> dict[str, str]:
    """Return the levels' names by key, each with the way that leads to it set in."""
    regions = await seat.ask(lambda desk: list_regions(desk, only_seen=False))
    called = {str(one.region_id): seat.either(one.name_zh, one.name_en) for one in regions}
    lines = {
        code: seat.either(*names, code) for code, names in (await seat.ask(list_lines)).items()
    }
    return {one.key: _called(seat, one.key, called, lines) for one in levels}


def _called(seat: Seat, key: str, regions: dict[str, str], lines: dict[str, str]) -> str:
    """Return a name for a key such as 2026/own:7/line:education."""
    year, *rest = key.split("/")
    if not rest:
        return year
    kind, _, of = rest[-1].partition(":")
    if kind == "region":
        return f"{year} · {regions.get(of, of)}"
    own = rest[0].partition(":")[2]
    level = f"{year} · {regions.get(own, own)}{seat.say('own_level')}"
    return level if kind == "own" else f"{level} · {lines.get(of, of)}"
