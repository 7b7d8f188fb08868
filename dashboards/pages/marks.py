"""Marks of a figure: how its factors are evidenced, and whether they are of its time."""

from collections.abc import Iterable

# Of a figure the worst of its factors counts.
_WORST_FIRST = ("no", "secondary")
_KEYS = {"no": "unverified", "secondary": "secondary"}


def marks(evidence: Iterable[str | None], outside: bool) -> tuple[str, ...]:
    """Return the words' keys of the marks; none where all was read in the documents themselves."""
    held = set(evidence)
    worst = next((_KEYS[one] for one in _WORST_FIRST if one in held), None)
    return (*((worst,) if worst else ()), *(("outside",) if outside else ()))
