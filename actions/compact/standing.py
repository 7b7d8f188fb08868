"""Where members and institutions stand on their path, up to a day."""

from datetime import date, timedelta

from actions.desk import Desk
from storage.compact import standing
from storage.compact.standing import Standing, Withheld

__all__ = ["Standing", "Withheld", "last_day", "standing_of", "withheld_of"]


def last_day(desk: Desk, union_id: int) -> date:
    """Return the last day that is over where a union's meters are."""
    with desk.look() as connection:
        return standing.today(connection, union_id) - timedelta(days=1)


def standing_of(
    desk: Desk,
    *,
    union_id: int | None = None,
    institution_id: int | None = None,
    members: bool = True,
    day: date | None = None,
) -> list[Standing]:
    """Return the newest standing up to a day, of members or of institutions the reader sees.

    Only what was worked out under the run in force; an institution that it dropped says so.

    institution_id: of this institution alone, which is no member.
    """
    with desk.look() as connection:
        return standing.newest(
            connection,
            of_members=members and institution_id is None,
            union_id=union_id,
            institution_id=institution_id,
            day=day,
        )


def withheld_of(
    desk: Desk, *, union_id: int | None = None, day: date | None = None
) -> list[Withheld]:
    """Return the members whose standing is withheld from the reader, for it would tell of one."""
    with desk.look() as connection:
        return standing.withheld(connection, union_id=union_id, day=day)
