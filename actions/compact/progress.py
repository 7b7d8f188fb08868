"""How far members and institutions are on their path, up to a day."""

from datetime import date, timedelta

from actions.actor import Actor
from storage.compact import progress
from storage.compact.progress import Progress, Withheld

__all__ = ["Progress", "Withheld", "last_day", "progress_of", "withheld_of"]


def last_day(actor: Actor, union_id: int) -> date:
    """Return the last day that is over where a union's meters are."""
    with actor.look() as connection:
        return progress.today(connection, union_id) - timedelta(days=1)


def progress_of(
    actor: Actor,
    *,
    union_id: int | None = None,
    institution_id: int | None = None,
    members: bool = True,
    day: date | None = None,
) -> list[Progress]:
    """Return the newest progress up to a day, of members or of institutions the reader sees.

    Only what was worked out under the run in force; an institution that it dropped says so.

    institution_id: of this institution alone, which is no member.
    """
    with actor.look() as connection:
        return progress.newest(
            connection,
            of_members=members and institution_id is None,
            union_id=union_id,
            institution_id=institution_id,
            day=day,
        )


def withheld_of(
    actor: Actor, *, union_id: int | None = None, day: date | None = None
) -> list[Withheld]:
    """Return the members whose progress is withheld from the reader, for it would tell of one."""
    with actor.look() as connection:
        return progress.withheld(connection, union_id=union_id, day=day)
