"""Cases of cover: a holder's events one after the other, and its status after each."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, Final

from compact.cover import CoverRecord
from compact.given import Given

Result = dict[str, Any]
Change = Callable[[CoverRecord, Given], CoverRecord]


def _cover_status(given: Given) -> Result:
    record: CoverRecord | None = None
    statuses: list[list[Any]] = []
    for number, event in enumerate(given.objects("events"), 1):
        record = _entered(event) if record is None else _changed(record, event)
        event.refuse_others()
        if record.last_year is not None and record.last_year < record.first_year:
            raise event.refuse(
                "last_year",
                "或 first_year 使末年早于首年",
                "or first_year puts the last year before the first one",
            )
        statuses.append([number, record.status.value])
    return {"statuses": statuses}


def _entered(event: Given) -> CoverRecord:
    if event.word("event") != "enter":
        raise event.refuse("event", "应为 enter:先进入", "must be enter, which comes first")
    return CoverRecord(event.whole("first_year"), _last_year(event, "last_year"), _year(event))


def _changed(record: CoverRecord, event: Given) -> CoverRecord:
    change = _CHANGES.get(event.word("event"))
    if change is None:
        known = ", ".join(_CHANGES)
        raise event.refuse("event", f"应为 {known} 之一", f"must be one of {known}")
    return change(record, event)


def _verified(record: CoverRecord, event: Given) -> CoverRecord:
    return record.verified(_year(event), _amount(event) if "amount" in event else None)


def _covered(record: CoverRecord, event: Given, sign: int = 1) -> CoverRecord:
    return replace(record, covered=record.covered + sign * _amount(event))


def _turned(record: CoverRecord, event: Given) -> CoverRecord:
    if (year := _year(event)) < record.year:
        raise event.refuse("year", "早于当前年份", "is before the current year")
    return replace(record, year=year)


def _amount(event: Given) -> Any:
    if (amount := event.decimal("amount")) < 0:
        raise event.refuse("amount", "不得为负", "must not be negative")
    return amount


def _year(event: Given) -> int:
    return event.whole("year")


def _last_year(event: Given, name: str = "year") -> int | None:
    return event.whole(name) if name in event else None


_CHANGES: Final[dict[str, Change]] = {
    "verified": _verified,
    "cover": _covered,
    "cover_reversed": partial(_covered, sign=-1),
    "exclude": lambda record, event: record.exclude(_year(event)),
    "include_again": lambda record, event: record.include_again(_year(event)),
    "first_year": lambda record, event: replace(record, first_year=_year(event)),
    "last_year": lambda record, event: replace(record, last_year=_last_year(event)),
    "year_turns": _turned,
}

RULES: Final[dict[str, Callable[[Given], Result]]] = {"cover_status": _cover_status}
