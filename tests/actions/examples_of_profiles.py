"""What can be said of a region's own profile."""

from itertools import count
from typing import Final

_AGAIN: Final = count(1)
EXAMPLES: Final = {
    "region.profile": lambda world: (None, {
        "region": world.region["city 1"], "profile": "DB37-2019", "valid_from": "2015-01-01",
        "source": f"notice {next(_AGAIN)}"}),
}  # fmt: skip
