"""What tables of channels have alike: whose one is, where its curve is, which are wanted."""

from collections.abc import Callable
from typing import Any

from actions.fields import Lang, Words, field
from actions.kinds import Id
from actions.registry.institutions import institution_name
from actions.registry.named import in_words
from actions.tables import Column, Filter


class OfChannel(Filter):
    """Of which institution or channel rows are wanted."""

    institution: Id | None = field(
        zh="机构编号", en="Institution id", called=institution_name, default=None
    )
    channel: Id | None = field(zh="通道编号", en="Channel id", default=None)


def curve_of(row: Any) -> str:
    """Return the address of a channel's curve on its institution's page."""
    return f"/institutions/{row.institution_id}?curve={row.channel_id}#curve"


def house_of(row: Any) -> str:
    """Return the address of a channel's institution."""
    return f"/institutions/{row.institution_id}"


def house_column(link: Callable[[Any], str] = house_of) -> Column:
    """Return the column of a channel's institution, which rows have as house_zh and house_en."""
    return Column(
        "institution_id",
        Words("机构", "Institution"),
        lambda row: row.institution_id,
        "whole",
        named=lambda row, lang: in_words(row.house_zh, row.house_en, lang),
        link=link,
    )


def channel_column(
    zh: str,
    en: str,
    named: Callable[[Any, Lang], str],
    *,
    link: Callable[[Any], str] = curve_of,
) -> Column:
    """Return the column of a channel, which leads to its curve."""
    return Column(
        "channel_id", Words(zh, en), lambda row: row.channel_id, "whole", named=named, link=link
    )
