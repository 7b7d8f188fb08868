"""The forms of files of readings that we describe, or write."""

from collections.abc import Mapping, Sequence
from typing import Final

OWN: Final = frozenset(  # of a file that we describe, and of one that we wrote
    (
        "gateway", "channel", "channel_id", "key", "from", "at", "value", "unit", "seq", "quanta",
        "rank",
    )
)  # fmt: skip
# Of exports of readings for people, by language; whoever writes them reads them here.
FOR_PEOPLE: Final[Mapping[str, tuple[str, ...]]] = {
    "zh": (
        "机构编号", "机构名称", "表计名称", "采集网关", "通道", "时间", "数值", "单位",
        "起始时间",
    ),
    "en": (
        "institution id", "institution", "meter name", "gateway", "channel", "time", "value",
        "unit", "from",
    ),
}  # fmt: skip
_AS: Final = (
    "institution_id", "institution", "meter", "gateway", "channel", "at", "value", "unit", "from",
)  # fmt: skip
OWN_ROLES: Final = frozenset((*_AS, "seq", "channel_id"))  # of a file that is streamed
_EXPORTED: Final = tuple(map(set, FOR_PEOPLE.values()))


def is_own(heads: set[str]) -> bool:
    """Return whether headings are those of the documented form, or of our own exports."""
    return heads <= OWN or heads in _EXPORTED


def roles_of(heads: Sequence[str]) -> list[str]:
    """Return what the columns of one of our own forms hold; of another, the headings as they are.

    heads: in lower case.
    """
    for names in FOR_PEOPLE.values():
        if set(heads) == set(names):
            known = dict(zip(names, _AS, strict=True))
            return [known[one] for one in heads]
    return list(heads)
