"""Reading what boards show, as whoever looks; their queries are ours, their rows the viewer's."""

from dataclasses import dataclass
from typing import Any, Final

from actions.actor import Actor
from storage.access import grants
from storage.boards import queries

MOST_ROWS: Final = 100_000
Rights = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query answered: the names of its columns, and its rows."""

    names: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def rights_of(actor: Actor) -> Rights:
    """Return all that decides what the reader sees: equal rights see equal boards."""
    with actor.look() as connection:
        return grants.rights(connection)


def answer_of(actor: Actor, query: str) -> Answer:
    """Return what a board's query answers this reader."""
    with actor.look() as connection:
        names, rows = queries.answer(connection, query, MOST_ROWS)
    return Answer(names, tuple(rows))
