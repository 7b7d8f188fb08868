"""A figure that others published, and what it comes to here."""

from dataclasses import dataclass
from typing import Final, Literal

Way = Literal["equal", "most", "least"]
Words = tuple[str, str]
LIKE_PRINTED: Final = 0.5000001  # of the last digit that was printed


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure of one case.

    within: how far it may be off, absolute. way: whether it must be equal, at most or at least
    what was published. why: (zh, en) why it may differ, where that is known.
    """

    source: str
    case: str
    figure: str
    published: float | str
    found: float | str
    within: float = 0.0
    way: Way = "equal"
    why: Words | None = None

    @property
    def off(self) -> float:
        """How far it is off; 0 where words are equal, and endless where they differ."""
        if isinstance(self.published, str) or isinstance(self.found, str):
            return 0.0 if self.published == self.found else float("inf")
        if self.way == "most":
            return max(self.found - self.published, 0.0)
        if self.way == "least":
            return max(self.published - self.found, 0.0)
        return abs(self.found - self.published)

    @property
    def met(self) -> bool:
        """Whether it is what was published, within what was allowed."""
        return self.off <= self.within


def printed(text: float | str) -> float:
    """Return half of the last digit with which a number was printed."""
    digits = str(text).partition(".")[2]
    return LIKE_PRINTED * 10.0 ** -len(digits) if "e" not in digits else 0.0


def relative(value: float, by: float = 1e-6) -> float:
    """Return a part of a number."""
    return by * abs(value)
