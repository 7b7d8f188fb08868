"""The forms of files of readings that we describe, or write."""

from typing import Final

OWN: Final = frozenset(  # of a file that we describe, and of one that we wrote
    (
        "gateway", "channel", "channel_id", "key", "from", "at", "value", "unit", "seq", "quanta",
        "rank",
    )
)  # fmt: skip
# What our own exports of readings for people are headed with: actions/readings/bulk_columns.py.
_EXPORTED: Final = (
    {"机构编号", "机构名称", "表计名称", "采集网关", "通道", "时间", "数值", "单位", "起始时间"},
    {
        "institution id",
        "institution",
        "meter name",
        "gateway",
        "channel",
        "time",
        "value",
        "unit",
        "from",
    },
)


def is_own(heads: set[str]) -> bool:
    """Return whether headings are those of the documented form, or of our own exports."""
    return heads <= OWN or heads in _EXPORTED
