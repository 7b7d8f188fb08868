"""What happens on the way: messages twice, in another order, late, and connections that break."""

import random
from collections.abc import Sequence
from typing import Final, TypeVar

M = TypeVar("M")

_TWICE: Final = 0.05
_LATE: Final = 0.05
_MOST_LATE_GROUPS: Final = 8
_CUT: Final = 0.1  # of the groups


class Noise:
    """A seeded disturber; it never touches what a message says."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(f"noise {seed}")

    def scatter(self, messages: Sequence[M]) -> list[tuple[M, int]]:
        """Return messages shuffled, some twice, each with how many groups it comes late."""
        rng = self._rng
        sent = [one for one in messages for _ in range(2 if rng.random() < _TWICE else 1)]
        rng.shuffle(sent)
        return [
            (one, rng.randint(1, _MOST_LATE_GROUPS) if rng.random() < _LATE else 0) for one in sent
        ]

    def cuts(self, links: Sequence[M]) -> list[M]:
        """Return the connections that break now."""
        return [self._rng.choice(links)] if self._rng.random() < _CUT else []
