"""Where members and institutions stand on their path, up to a day."""

from datetime import date

from actions.desk import Desk
from actions.unions import must_plan
from compact.targets import Indicator
from storage import standing
from storage.standing import Standing

__all__ = ["Standing", "stand", "standing_of"]


def stand(desk: Desk, union_id: int, day: date) -> int:
    """Keep where everybody stands at the end of a day, by the accounts as they are now."""
    with desk.act("standing.make", union_id, {"day": day.isoformat()}) as connection:
        must_plan(connection, union_id, "standing.make")
        return standing.stand(connection, union_id, Indicator.TOTAL_KGCE.value, day)


def standing_of(
    desk: Desk,
    *,
    union_id: int | None = None,
    institution_id: int | None = None,
    members: bool = True,
    day: date | None = None,
) -> list[Standing]:
    """Return the newest standing up to a day, of members or of institutions the reader sees.

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
