"""Which of the sources of a carrier's month counts, where several say something of it."""

from collections.abc import Collection
from typing import Final

METER: Final = "meter"
_OTHERS: Final = ("bill", "typed", "estimate")  # the one that counts before the next


def counted(known: Collection[str], *, enough: bool, first: Collection[str] = ()) -> str | None:
    """Return the source whose amount counts; None where none knows one.

    known: sources that know an amount. enough: whether the meter knows enough of the month; where
    it does not, whatever was billed, typed or estimated goes before it. As storage.source_rank.
    first: those that the rule of the month lets go before a meter all the same.
    """
    before = [source for source in _OTHERS if source in first or not enough]
    order = (*before, METER, *_OTHERS)
    return next((source for source in order if source in known), None)
