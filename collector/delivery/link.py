"""When to try the broker again: each time longer, until a connection has held."""

from dataclasses import dataclass
from typing import Final

_STABLE_S: Final = 10.0  # a connection that held so long starts the back-off anew


@dataclass(slots=True)
class Link:
    """The connection as the machine knows it: whether there is one, and when to ask for one.

    first_s, most_s: the wait after the first failure, and at most.
    """

    first_s: float
    most_s: float
    asked: bool = False  # for a connection that is not there yet, or not gone yet
    _wait_s: float = 0.0
    _try_at_s: float = float("-inf")
    _up_since_s: float = 0.0

    def __post_init__(self) -> None:
        self._wait_s = self.first_s

    def due(self, now_s: float) -> bool:
        """Return whether to ask for a connection."""
        return not self.asked and now_s >= self._try_at_s

    def tried(self, now_s: float) -> None:
        """Note that a connection is asked for."""
        self.asked = True
        self._try_at_s = now_s + self._wait_s
        self._wait_s = min(2 * self._wait_s, self.most_s)

    def opened(self, now_s: float) -> None:
        """Note that it is there."""
        self._up_since_s = now_s

    def failed(self) -> None:
        """Note that it did not come about."""
        self.asked = False

    def lost(self, now_s: float) -> None:
        """Note that it is gone."""
        self.asked = False
        if now_s - self._up_since_s >= _STABLE_S:
            self._wait_s = self.first_s

    def hurry(self) -> None:
        """Ask again at once."""
        self._try_at_s = float("-inf")
