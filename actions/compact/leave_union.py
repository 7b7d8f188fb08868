"""A member leaves a union by notice, and may take it back while it is still in."""

from datetime import date
from typing import Final

from actions.compact.found_union import source_field
from actions.compact.join_union import MemberStands, record, stands
from actions.compact.member_words import STANDINGS
from actions.compact.things import MEMBER
from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field, plain
from actions.kinds import Day, Line
from actions.rights import Right
from compact.clauses import Kind
from compact.memberships import Seat, Standing
from metering.errors import ConflictError
from storage.compact import agreements, runs
from storage.compact.memberships import MembershipRow

_DECEMBER: Final = (12, 31)
_MONTHS: Final = 12


class LeaveUnion(Action[MembershipRow, MemberStands]):
    """Give notice: the member is in the union up to its last day, and not after it.

    A full member leaves at the end of a year, its last complete period. The others' quotas stay as
    issued until a new version; the member keeps seeing what was while it was in.
    """

    about = About(
        code="member.leave",
        on=MEMBER,
        right=Right.PLAN,
        path="/members/{on}/leave",
        tag="unions and targets",
        zh="通知退出",
        en="Give notice of leaving",
        done=("已通知退出。", "Notice is given."),
        log_in_again=True,
    )

    last_day: Day = field(
        zh="最后一日",
        en="Last day",
        hint=(
            "正式成员须在年末退出,并遵守协议的提前通知期",
            "A full member leaves at the end of a year, with the notice that is agreed on",
        ),
        examples=["2030-12-31"],
    )
    source: Line = source_field()

    @classmethod
    def fits(cls, on: MembershipRow) -> bool:
        """Return whether it is in, and stays."""
        return on.sits and not on.seat.leaves

    def check(self, on: MembershipRow, at: Acting) -> None:
        """Refuse days that are over, an open period, and too short a notice."""
        self._seat(on, at)
        if on.state != Standing.FULL:
            return
        if (self.last_day.month, self.last_day.day) != _DECEMBER:
            raise _period_open(self.last_day)
        months = _notice_months(on, at)
        if _months_after(at.today, months) > self.last_day:
            raise _short(self.last_day, months)

    def foresee(self, on: MembershipRow, at: Acting) -> list[Effect]:
        """Return the last day and period, and that nobody else's quota changes."""
        last = plain(self.last_day.isoformat())
        found = [
            Effect("last_day", Words("最后一日", "Last day"), None, last),
            Effect("state", Words("成员状态", "The member is"), *_until(on, at, self.last_day)),
        ]
        if on.state == Standing.FULL:
            year = plain(str(self.last_day.year))
            kept = Words("不变,直至新的分解版本下达", "as issued, until a new version is issued")
            count = sum(
                bool(one.in_force) for one in runs.listed(at.connection, union_id=on.union_id)
            )
            found += [
                Effect("last_period", Words("最后完整年度", "Last complete period"), None, year),
                Effect(
                    "others",
                    Words("其他成员的指标", "Quotas of the other members"),
                    None,
                    kept,
                    {"runs_in_force": count},
                ),
            ]
        return found

    def do(self, on: MembershipRow, at: Acting) -> MemberStands:
        """Give notice."""
        return record(on, self._seat(on, at), self.source, at)

    def _seat(self, on: MembershipRow, at: Acting) -> Seat:
        return on.seat.notice(self.last_day, at.today)


class StayInUnion(Action[MembershipRow, MemberStands]):
    """Take the notice of leaving back, while the last day has not passed."""

    about = About(
        code="member.stay",
        on=MEMBER,
        right=Right.PLAN,
        path="/members/{on}/stay",
        tag="unions and targets",
        zh="撤回退出通知",
        en="Take the notice back",
        done=("已撤回退出通知。", "The notice is taken back."),
    )

    source: Line = source_field()

    @classmethod
    def fits(cls, on: MembershipRow) -> bool:
        """Return whether it is in, and on notice."""
        return on.sits and on.seat.leaves

    def check(self, on: MembershipRow, at: Acting) -> None:
        """Refuse where no notice was given, or the member has left."""
        on.seat.stay(at.today)

    def foresee(self, on: MembershipRow, at: Acting) -> list[Effect]:
        """Return that it stays what it is."""
        return stands(on, on.seat.stay(at.today), at)

    def do(self, on: MembershipRow, at: Acting) -> MemberStands:
        """Stay."""
        return record(on, on.seat.stay(at.today), self.source, at)


def _until(on: MembershipRow, at: Acting, last: date) -> tuple[Words, Words]:
    now = STANDINGS[on.seat.standing(at.today)]
    return now, Words(f"{now.zh},{last} 止", f"{now.en} until {last}")


def _notice_months(on: MembershipRow, at: Acting) -> int:
    """Return the notice that the agreement in force asks for, 0 where it says nothing."""
    held = agreements.in_force(agreements.listed(at.connection, on.union_id))
    clauses = () if held is None else held.said.clauses
    found = [one.terms.get("notice_months") for one in clauses if one.kind is Kind.WITHDRAWAL]
    return int(found[0] or 0) if found else 0


def _months_after(day: date, months: int) -> date:
    """Return the same day so many months later, or the last of a shorter month."""
    year, month = divmod(day.year * _MONTHS + day.month - 1 + months, _MONTHS)
    for last in range(day.day, 0, -1):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError  # every month has a first day


def _period_open(last: date) -> ConflictError:
    return ConflictError(
        "membership.period_open",
        zh=f"{last} 在年度之中:正式成员须走完最后一个完整年度。",
        en=f"{last} is within a year: a full member completes its last period.",
        next_zh=f"请改为 {last.year}-12-31 或以后某年的年末。",
        next_en=f"Choose {last.year}-12-31, or the end of a later year.",
        where={"field": "last_day", "value": last.isoformat()},
    )


def _short(last: date, months: int) -> ConflictError:
    return ConflictError(
        "membership.short_notice",
        zh=f"协议约定提前 {months} 个月通知,{last} 太早。",
        en=f"The agreement asks for {months} months of notice; {last} is too soon.",
        next_zh="请改为以后某年的年末。",
        next_en="Choose the end of a later year.",
        where={"field": "last_day", "value": last.isoformat(), "notice_months": months},
    )
