"""Which simulated gateway stands where: one in each building, in a demo province for each site."""

import re
from collections.abc import Sequence
from typing import Final

from simulators.datasets import Building, MeterRows

_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_UNFIT: Final = re.compile(r"[^A-Za-z0-9_.-]")  # for a level of an MQTT topic


def provinces(meters: Sequence[MeterRows]) -> dict[str, str]:
    """Return the letter of each site's demo province: most carriers first, then by name."""
    carriers: dict[str, set[str]] = {}
    for meter in meters:
        carriers.setdefault(meter.building.site, set()).add(meter.utility)
    sites = sorted(carriers, key=lambda site: (-len(carriers[site]), site))
    return {site: _lettered(place) for place, site in enumerate(sites)}


def gateway_of(building: Building, letter: str) -> str:
    """Return the name under which a building's gateway publishes: province/gateway."""
    return f"demo-{letter}/{_UNFIT.sub('-', building.name)}"


def _lettered(place: int) -> str:
    more, last = divmod(place, len(_LETTERS))
    return (_lettered(more - 1) if more else "") + _LETTERS[last]
