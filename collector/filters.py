"""Filters of MQTT: what they match, which of two is the more exact, whether they overlap."""

import re
from typing import Final

from metering.errors import InputError

_OTHER: Final = re.compile(r"(\W)")
# To these the platform publishes; a route that heard them would have it answer itself.
_OURS: Final = ("cw/v1/+/+/receipt", "cw/v1/collector/+/status", "cw/v1/+/+/command")


def valid(topic_filter: str) -> bool:
    """Return whether this is a filter: `+` is a whole level, `#` the last one."""
    levels = topic_filter.split("/")
    return bool(topic_filter) and not any(
        ("#" in level and (level != "#" or place < len(levels) - 1))
        or ("+" in level and level != "+")
        for place, level in enumerate(levels)
    )


def matched(wanted: list[str], levels: list[str]) -> list[str] | None:
    """Return what each `+` stands for, None where the levels do not match."""
    if levels[0].startswith("$") and wanted[0] in {"+", "#"}:
        return None  # topics of the broker itself are never meant by a wildcard
    rest = wanted[-1] == "#"
    if rest:
        wanted = wanted[:-1]
        levels = levels[: len(wanted)]
    if len(wanted) != len(levels):
        return None
    pairs = list(zip(wanted, levels, strict=True))
    if any(want not in {"+", level} for want, level in pairs):
        return None
    return [level for want, level in pairs if want == "+"]


def exactness(topic_filter: str) -> tuple[tuple[int, ...], str]:
    """Return by what filters are put in order: of two that match one topic, the more exact first.

    A level that is named goes before `+`, and that before `#`, from the left.
    """
    return tuple({"+": 1, "#": 2}.get(one, 0) for one in topic_filter.split("/")), topic_filter


def pattern(topic_filter: str) -> str:
    """Return the expression of PostgreSQL that the topics of a filter match."""
    levels = topic_filter.split("/")
    rest = levels[-1] == "#"
    parts = ["[^/]*" if one == "+" else _OTHER.sub(r"\\\1", one) for one in levels]
    if rest:
        parts = parts[:-1]
    body = "/".join(parts)
    return f"^{body}(/.*)?$" if rest and parts else "^.*$" if rest else f"^{body}$"


def overlap(one: str, other: str) -> bool:
    """Return whether there is a topic that both filters match."""
    left, right = one.split("/"), other.split("/")
    for place, (a, b) in enumerate(zip(left, right, strict=False)):
        if "#" in (a, b):
            return True
        if a != b and "+" not in (a, b):
            return False
        shorter = min(len(left), len(right)) == place + 1
        if shorter and len(left) != len(right):
            longer = left if len(left) > len(right) else right
            return longer[place + 1 :] == ["#"]
    return True


def must_not_hear_us(topic_filter: str) -> None:
    """Refuse a filter that matches a topic to which the platform publishes."""
    ours = next((one for one in _OURS if overlap(topic_filter, one)), None)
    if ours is not None:
        raise InputError(
            "route.hears_us",
            zh=f"过滤器“{topic_filter}”也会收到平台自己发出的 {ours}。",
            en=f"The filter “{topic_filter}” would also hear {ours}, which the platform sends.",
            next_zh="请写明第一级,例如 shellies/#。",
            next_en="Name the first level, such as shellies/#.",
            where={"field": "topic", "value": topic_filter},
        )
