"""Reading what authorities published, with the document and clause where an auditor finds it."""

from dataclasses import dataclass
from datetime import date, datetime

from actions.actor import Actor
from actions.figures import not_found
from storage.registry import published
from storage.registry.published import BY_CODE, Published

__all__ = ["BY_CODE", "Published", "PublishedTable", "list_published"]


@dataclass(frozen=True, slots=True)
class PublishedTable:
    """The rows of one list as text, under their columns."""

    of: Published
    columns: tuple[str, ...]
    rows: list[tuple[str | None, ...]]


def list_published(
    actor: Actor, code: str, *, day: date | None = None, known_at: datetime | None = None
) -> PublishedTable:
    """Return a list by its code.

    day: the editions that hold on it, else all. known_at: as it was known then.
    """
    one = BY_CODE.get(code)
    if one is None:
        raise not_found("参考数据", "list of published values", {"list": code})
    with actor.look() as connection:
        return PublishedTable(
            one, published.columns(one), published.listed(connection, one, day, known_at)
        )
