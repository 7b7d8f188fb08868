"""Where members and institutions stand on their path, up to a day."""

from datetime import date, timedelta

from actions.compact.unions import must_plan
from actions.desk import Desk
from compact.targets import Indicator
from metering.errors import InputError
from storage.compact import standing
from storage.compact.standing import Standing, Withheld

__all__ = ["Standing", "Withheld", "last_day", "stand", "standing_of", "withheld_of"]


def stand(desk: Desk, union_id: int, day: date) -> int:
    """Keep where everybody stands at the end of a day that is over, by the accounts as they are."""
    with desk.act("standing.make", union_id, {"day": day.isoformat()}) as connection:
        must_plan(connection, union_id, "standing.make")
        today = standing.today(connection, union_id)
        if day >= today:
            raise _not_over(day, today)
        return standing.stand(connection, union_id, Indicator.TOTAL_KGCE.value, day)


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


def _not_over(day: date, today: date) -> InputError:
    return InputError(
        "standing.day_not_over",
        zh=f"{day} 尚未结束,没有该日的进度。",
        en=f"{day} is not over, so there is no progress for it.",
        next_zh=f"请选择 {today} 之前的一天(按计量表所在时区的日历日)。",
        next_en=f"Choose a day before {today}, by the civil days where the meters are.",
        where={"field": "day", "value": day.isoformat()},
    )
