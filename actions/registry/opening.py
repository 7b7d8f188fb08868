"""Hours of opening and holidays of an institution's own, declared once."""

import re
from datetime import date
from enum import StrEnum
from typing import Annotated, Final

from pydantic import BaseModel, Field

from actions.declared import About, Action, Effect, Opposite, Thing
from actions.fields import Acting, Words, field, plain
from actions.kinds import Day, Line
from actions.registry.things import INSTITUTION
from actions.rights import Right
from metering.errors import ConflictError, InputError
from storage.registry import opening
from storage.registry.institutions import Institution
from storage.registry.opening import Vacation

_MOST: Final = 1000
_HOURS: Final = re.compile(r"(\d{1,2})[:\uff1a](\d{2})\s*[-–~至]\s*(\d{1,2})[:\uff1a](\d{2})")
_CLOSED: Final = ("closed", "关闭", "不开放")
_DAY: Final = 24 * 60


class Days(StrEnum):
    """Days that have hours of their own."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"
    HOLIDAY = "holiday"
    WORKED = "worked"
    VACATION = "vacation"


DAYS: Final = {
    "mon": Words("周一", "Monday"),
    "tue": Words("周二", "Tuesday"),
    "wed": Words("周三", "Wednesday"),
    "thu": Words("周四", "Thursday"),
    "fri": Words("周五", "Friday"),
    "sat": Words("周六", "Saturday"),
    "sun": Words("周日", "Sunday"),
    "holiday": Words("法定节假日", "Public holidays"),
    "worked": Words("调休上班日", "Days worked instead"),
    "vacation": Words("本机构假期(寒暑假)", "Its own holidays (of schools)"),
}


def said(opens: int, closes: int) -> Words:
    """Return hours as people read them."""
    if opens == closes:
        return Words("不开放", "closed")
    return plain(f"{opens // 60:02}:{opens % 60:02}-{closes // 60:02}:{closes % 60:02}")


class HoursStated(BaseModel):
    """What is known now."""

    institution_id: int
    days: list[str]
    hours: str | None
    valid_from: str
    source: str


class StateHours(Action[Institution, HoursStated]):
    """State when an institution is open on some days of the week, from a day on.

    Nights, weekends and holidays that use too much, and zeros while it is open, are judged by it.
    """

    about = About(
        code="hours.state",
        on=INSTITUTION,
        right=Right.REGISTER,
        path="/institutions/{on}/opening-hours",
        tag="institutions",
        zh="登记开放时间",
        en="State hours of opening",
        done=("开放时间已登记。", "The hours have been recorded."),
    )

    days: Annotated[list[Days], Field(min_length=1, max_length=10)] = field(
        zh="日子", en="Days", names=DAYS, examples=[["mon", "tue"]]
    )
    hours: Annotated[str, Field(max_length=40)] = field(
        zh="开放时间",
        en="Hours",
        hint=(
            "如 08:00-18:00;全天 00:00-24:00;不开放填“不开放”;不填则恢复通常时间",
            "As 08:00-18:00; all day 00:00-24:00; “closed”; left empty: as usual again",
        ),
        default="",
        examples=["08:00-18:00"],
    )
    valid_from: Day = field(zh="起始日期", en="From", examples=["2026-01-01"])
    source: Line = field(
        zh="依据", en="Source", hint=("公告或作息规定", "Notice or timetable"),
        examples=["作息规定"],
    )  # fmt: skip

    @classmethod
    def copies(cls) -> bool:
        """Return that facts are brought by COPY."""
        return True

    def check(self, on: Institution, at: Acting) -> None:
        """Refuse what are no hours of a day."""
        self._minutes()

    def foresee(self, on: Institution, at: Acting) -> list[Effect]:
        """Return the hours that held on the first day before, and will."""
        held = {
            one.days: said(one.opens, one.closes)
            for one in opening.stated(at.connection, most=_MOST, institution=on.institution_id)
            if one.holds_on(self.valid_from)
        }
        opens, closes = self._minutes()
        after = None if opens is None or closes is None else said(opens, closes)
        usual = Words("通常时间", "as usual")
        return [
            Effect("hours", DAYS[one], held.get(one, usual), after or usual)
            for one in dict.fromkeys(self.days)
        ]

    def do(self, on: Institution, at: Acting) -> HoursStated:
        """State it; hours that held before stay on record, and findings are looked at anew."""
        days = list(dict.fromkeys(one.value for one in self.days))
        opening.state(
            at.connection, on.institution_id, days, self._minutes(), self.valid_from,
            self.source, at.actor,
        )  # fmt: skip
        return HoursStated(
            institution_id=on.institution_id,
            days=days,
            hours=self.hours.strip() or None,
            valid_from=self.valid_from.isoformat(),
            source=self.source,
        )

    def _minutes(self) -> tuple[int | None, int | None]:
        """Return when it opens and closes; None and None: as usual."""
        text = self.hours.strip()
        if not text:
            return None, None
        if text.lower() in _CLOSED:
            return 0, 0
        found = _HOURS.fullmatch(text)
        if found is None:
            raise _no_hours(text)
        hours = [int(one) for one in found.groups()]
        opens, closes = hours[0] * 60 + hours[1], hours[2] * 60 + hours[3]
        if max(hours[1], hours[3]) > 59 or not opens < closes <= _DAY:
            raise _no_hours(text)
        return opens, closes


def _no_hours(text: str) -> InputError:
    return InputError(
        "hours.no_hours",
        zh=f"“{text}”不是一天之内的开放时间。",
        en=f"“{text}” are no hours of a day.",
        next_zh="请写成 08:00-18:00;过夜的写到 24:00,次日另起。",
        next_en="Write 08:00-18:00; what goes past midnight ends at 24:00, and begins anew.",
        where={"field": "hours", "value": text},
    )


class VacationNamed(BaseModel):
    """A holiday as it is recorded."""

    vacation_id: int


class StateVacation(Action[Institution, VacationNamed]):
    """State days on which an institution is on holiday by itself, as schools are in summer."""

    about = About(
        code="vacation.state",
        on=INSTITUTION,
        right=Right.REGISTER,
        path="/institutions/{on}/vacations",
        tag="institutions",
        zh="登记本机构假期",
        en="State its own holidays",
        done=("假期已登记。", "The holidays have been recorded."),
    )

    name: Line = field(zh="名称", en="Name", examples=["暑假"])
    first: Day = field(zh="首日", en="First day", examples=["2026-07-11"])
    until: Day = field(zh="截止日期(不含)", en="Until, not included", examples=["2026-08-31"])
    source: Line = field(zh="依据", en="Source", examples=["校历"])

    def check(self, on: Institution, at: Acting) -> None:
        """Refuse days that are none, and days that are a holiday already."""
        if self.until <= self.first:
            raise _backwards(self.first, self.until)
        for one in opening.vacations(at.connection, most=_MOST, institution=on.institution_id):
            if one.first < self.until and self.first < one.until:
                raise _overlaps(self.name, self.first, self.until, one)

    def foresee(self, on: Institution, at: Acting) -> list[Effect]:
        """Return the holiday that there would be."""
        after = plain(f"{self.name} {self.first} – {self.until}")
        return [Effect("vacation", VACATION.words, None, after)]

    def do(self, on: Institution, at: Acting) -> VacationNamed:
        """Record it; findings are looked at anew."""
        days = (self.first, self.until)
        made = opening.add_vacation(
            at.connection, on.institution_id, self.name, days, self.source, at.actor
        )
        return VacationNamed(vacation_id=made)

    def opposite(self, on: Institution, result: VacationNamed) -> Opposite:
        """Take it back."""
        return Opposite(WithdrawVacation(), result.vacation_id)


def _vacation(at: Acting, vacation_id: int) -> Vacation | None:
    return next(iter(opening.vacations(at.connection, most=1, one=vacation_id)), None)


VACATION: Final = Thing[Vacation](
    "vacation",
    Words("本机构假期", "holiday of its own"),
    Vacation,
    find=_vacation,
    name=lambda one, _: f"{one.name} {one.first}",
    page=lambda one: f"/vacations?institution={one.institution_id}",
    covered="(SELECT v.institution_id FROM vacation v WHERE v.id = %(on)s::integer)"
    " IN (SELECT * FROM access.covers(%(right)s))",
    way=Words("打开“本机构假期”列表", "open the list of holidays"),
    way_from="/vacations",
)


class WithdrawVacation(Action[Vacation, VacationNamed]):
    """Take back holidays that were stated by mistake."""

    about = About(
        code="vacation.withdraw",
        on=VACATION,
        right=Right.REGISTER,
        path="/vacations/{on}/withdrawal",
        tag="institutions",
        zh="撤销本机构假期",
        en="Withdraw holidays",
        done=("假期已撤销。", "The holidays have been withdrawn."),
    )

    def foresee(self, on: Vacation, at: Acting) -> list[Effect]:
        """Return that there would be none."""
        before = plain(f"{on.name} {on.first} – {on.until}")
        return [Effect("vacation", VACATION.words, before, None)]

    def do(self, on: Vacation, at: Acting) -> VacationNamed:
        """Withdraw it; that it was stated stays on record."""
        opening.retire_vacation(at.connection, on)
        return VacationNamed(vacation_id=on.vacation_id)


def _backwards(first: date, until: date) -> InputError:
    return InputError(
        "vacation.backwards",
        zh=f"截止日期 {until} 应晚于首日 {first}。",
        en=f"The end {until} comes after the first day {first}.",
        next_zh="请核对日期。",
        next_en="Check the days.",
        where={"field": "until"},
    )


def _overlaps(name: str, first: date, until: date, held: Vacation) -> ConflictError:
    return ConflictError(
        "vacation.overlaps",
        zh=f"“{name}”{first} 至 {until} 与已登记的“{held.name}”{held.first} 至 {held.until}"
        f"({held.source})重叠。",
        en=f"“{name}” from {first} to {until} overlaps “{held.name}” from {held.first} to "
        f"{held.until} ({held.source}).",
        next_zh="请核对日期,或先撤销已登记的假期。",
        next_en="Check the days, or withdraw the holidays that are stated.",
        where={"field": "first", "vacation_id": held.vacation_id},
    )
