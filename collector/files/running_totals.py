"""Statistics of Home Assistant: of a running total, a state and a change only one is the use.

Its sum is a register from an arbitrary beginning that never falls; its state is what the meter
showed, which may begin anew; both are of the end of the hour that starts beside them. Its change is
the use of that hour.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from collector.files.answers import IGNORE
from collector.files.headings import Heading, plain
from collector.files.questions import statistic
from collector.files.refusals import Place, asked
from collector.files.tables import Cell, text_of

_MEANT: Final = ("sum", "state", "change", "delta")
_BESIDE: Final = frozenset(("mean", "min", "max", "lastreset", "createdts", "metadataid"))
_WHOSE: Final = frozenset(("statisticid", "entityid"))


def statistic_of(
    headings: list[Heading],
    sample: Sequence[list[Cell]],
    place: Place,
    told: Mapping[str, str],
) -> list[Heading]:
    """Return the headings of which one holds the value; asked, where several could.

    told: what a person said of headings; of those that may hold it, the one told is meant.
    """
    words = [plain(one.text) for one in headings]
    if not (_WHOSE & set(words) and {"start", "startts"} & set(words)):
        return headings
    may = [n for n, word in enumerate(words) if word in _MEANT and _filled(sample, n)]
    if not may or all(words[n] == "state" for n in may):
        return headings
    meant = [n for n in may if told.get(headings[n].text) == "value"] or may
    if len(meant) > 1:
        texts = {headings[n].text: words[n] for n in meant}
        raise asked(statistic(texts), place, ", ".join(texts))
    return [
        replace(one, role="value" if n == meant[0] else IGNORE)
        if words[n] in _BESIDE or words[n] in _MEANT
        else one
        for n, one in enumerate(headings)
    ]


def _filled(sample: Sequence[list[Cell]], at: int) -> bool:
    return any(len(row) > at and text_of(row[at]) for row in sample)
