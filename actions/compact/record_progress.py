"""Recording progress, declared once: where everybody is on the path at the end of a day."""

from datetime import date, timedelta

from pydantic import BaseModel, Field

from actions.compact.things import UNION
from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field, plain
from actions.kinds import Day
from actions.rights import Right
from compact.indicators import SHARED
from metering.errors import InputError
from storage.compact import progress, target_progress
from storage.compact.unions import UnionRow


class ProgressRecorded(BaseModel):
    """Up to which day progress was worked out."""

    day: date
    rows: int = Field(description="Of members and institutions, and of targets, that were kept.")


class RecordProgress(Action[UnionRow, ProgressRecorded]):
    """Work out how far targets, members and institutions are, by the accounts as they are.

    Every night this happens by itself.
    """

    about = About(
        code="progress.record",
        on=UNION,
        right=Right.PLAN,
        path="/unions/{on}/progress",
        tag="runs and quotas",
        zh="核算进度",
        en="Work out the progress",
        done=("进度已核算。", "The progress is worked out."),
    )

    day: Day | None = field(
        zh="截至",
        en="Up to the end of",
        hint=(
            "计量表所在时区已结束的一天;留空为最近的一天",
            "A day that is over where the meters are; the last one where left open",
        ),
        default=None,
        examples=["2016-03-10"],
    )

    def check(self, on: UnionRow, at: Acting) -> None:
        """Refuse a day that is not over."""
        today = progress.today(at.connection, on.union_id)
        if self.day is not None and self.day >= today:
            raise _not_over(self.day, today)

    def foresee(self, on: UnionRow, at: Acting) -> list[Effect]:
        """Return up to which day, and how many rows that makes."""
        made = self.do(on, at)
        return [
            Effect("day", Words("截至", "Up to"), None, plain(made.day.isoformat())),
            Effect(
                "rows",
                Words("成员、机构与目标的行数", "Rows of members, institutions and targets"),
                None,
                plain(f"{made.rows:,}"),
            ),
        ]

    def do(self, on: UnionRow, at: Acting) -> ProgressRecorded:
        """Keep it; worked out again for the same day it takes the place of what was kept."""
        last = progress.today(at.connection, on.union_id) - timedelta(days=1)
        day: date = self.day or last
        rows = sum(progress.record(at.connection, on.union_id, one.value, day) for one in SHARED)
        rows += target_progress.record(at.connection, on.union_id, day)
        at.told.update(day=day.isoformat(), rows=rows)
        return ProgressRecorded(day=day, rows=rows)


def _not_over(day: date, today: date) -> InputError:
    return InputError(
        "progress.day_not_over",
        zh=f"{day} 尚未结束,没有该日的进度。",
        en=f"{day} is not over, so there is no progress for it.",
        next_zh=f"请选择 {today} 之前的一天(按计量表所在时区的日历日)。",
        next_en=f"Choose a day before {today}, by the civil days where the meters are.",
        where={"field": "day", "value": day.isoformat()},
    )
