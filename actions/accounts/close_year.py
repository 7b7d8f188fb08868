"""Locking a year of accounts, and locking it anew where it was verified, declared once."""

from pydantic import BaseModel, Field

from actions.accounts.closing_fields import (
    STATES,
    Year,
    YearOf,
    coal,
    coal_effects,
    counted,
    must_be_over,
    nothing,
    of_year,
    one_field,
    region_field,
    summed,
    those,
    unknown_months,
    year_field,
)
from actions.accounts.converting import must_be_converted
from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field
from actions.figures import in_units
from actions.kinds import Id, Line
from actions.rights import Right
from compact.closing import Closing
from metering.errors import ConflictError
from storage.accounts import closing, submissions
from storage.accounts.closing import ClosingGroup

_UNKNOWN = (Closing.MISSING, Closing.PARTIAL)
_CLOSED = (Closing.LOCKED, Closing.RESTATED, Closing.VERIFIED, Closing.RESTATEMENT_DUE)


class YearLocked(BaseModel):
    """Of how many institutions a year is locked now; another person verifies it."""

    year: int
    institutions: int
    kgce: str | None = Field(description="Of all of them, under the default profile.")


def only_ready_field() -> bool:
    """Return the field that leaves those alone of whom months are unknown."""
    return field(
        zh="只锁定已齐备的",
        en="Lock only those that are ready",
        hint=(
            "有月份未知的机构留待以后;不勾选则有一家不齐即不办理",
            "Whoever has unknown months is left for later; unticked, one of them stops it all",
        ),
        default=False,
    )


class CloseYear(Action[None, YearLocked]):
    """Lock the accounts of a year that is over, of a region's institutions or of one.

    What is locked never changes, whatever comes later; another person of the authority verifies it.
    """

    about = About(
        code="year.close",
        right=Right.KEEP_ACCOUNTS,
        path="/years/close",
        tag="accounts",
        zh="锁定年度台账",
        en="Lock a year's accounts",
        done=("已锁定,待另一人核验。", "Locked; another person verifies it."),
    )

    year: Year = year_field()
    region: Id | None = region_field()
    institution: Id | None = one_field()
    only_ready: bool = only_ready_field()

    def check(self, on: None, at: Acting) -> None:
        """Refuse a year that runs, months that are unknown, and what is locked already."""
        self._ready(at)

    def foresee(self, on: None, at: Acting) -> list[Effect]:
        """Return how many are locked with which sum, and who stays as they are."""
        found, ready = self._ready(at)
        return [
            *counted("institutions", Words("将锁定的机构", "Institutions to be locked"), ready),
            *coal_effects(ready),
            *_left(found, _UNKNOWN),
            *_left(found, _CLOSED),
        ]

    def do(self, on: None, at: Acting) -> YearLocked:
        """Lock them, all or none."""
        _, ready = self._ready(at)
        many = closing.lock(at.connection, those(ready), self.year)
        return _locked(self.year, many, ready, at)

    @classmethod
    def where_to(cls, on: None, result: YearLocked) -> str:
        """Return the table of the year."""
        return f"/years?year={result.year}"

    def _ready(self, at: Acting) -> tuple[YearOf, list[ClosingGroup]]:
        must_be_over(self.year, at)
        must_be_converted(at)
        found = of_year(at, self.year, self.region, self.institution)
        if found.one is not None and (closed := found.of(*_CLOSED)):
            raise _closed_already(self.year, closed[0])
        unknown = found.of(*_UNKNOWN)
        if unknown and not (self.only_ready and found.one is None):
            raise unknown_months(at, self.year, those(unknown))
        ready = found.of(Closing.READY)
        if waiting := submissions.on_their_way(at.connection, self.year, those(ready)):
            raise _on_their_way(self.year, waiting)
        if not ready:
            zh, en = "没有可锁定的台账。", "no accounts are ready to be locked."
            raise nothing(self.year, zh, en)
        return found, ready


class RestateYear(Action[None, YearLocked]):
    """Lock a verified year anew, with a reason, where its accounts have changed since.

    The version before stays as it was, and holds until another person has verified this one.
    """

    about = About(
        code="year.restate",
        right=Right.KEEP_ACCOUNTS,
        path="/years/restate",
        tag="accounts",
        zh="更正年度台账",
        en="Restate a year's accounts",
        done=("更正版已锁定,待另一人核验。", "Locked anew; another person verifies it."),
    )

    year: Year = year_field()
    region: Id | None = region_field()
    institution: Id | None = one_field()
    reason: Line = field(
        zh="更正理由",
        en="Reason",
        hint=("写入新版本,长期留痕", "It stays on record with the new version"),
        examples=["the grid's bill of March came late"],
    )

    def check(self, on: None, at: Acting) -> None:
        """Refuse where no difference is due, or months have become unknown."""
        self._due(at)

    def foresee(self, on: None, at: Acting) -> list[Effect]:
        """Return of how many, and by how much their use differs from what was verified."""
        due = self._due(at)
        before, after = summed(due, "locked_kgce_g"), summed(due, "kgce_g")
        words = Words("用能合计", "Energy in all")
        where = {"digest": [one.digest for one in due], "difference_g": after - before}
        return [
            *counted("institutions", Words("将更正的机构", "Institutions to be restated"), due),
            Effect("kgce", words, coal(before), coal(after), where),
            Effect("difference", Words("差额", "Difference"), None, coal(after - before)),
        ]

    def do(self, on: None, at: Acting) -> YearLocked:
        """Lock them anew, all or none."""
        due = self._due(at)
        many = closing.lock(at.connection, those(due), self.year, self.reason)
        at.told["difference_kgce"] = in_units(summed(due, "difference_g"), 1000)
        return _locked(self.year, many, due, at)

    @classmethod
    def where_to(cls, on: None, result: YearLocked) -> str:
        """Return the table of the year."""
        return f"/years?year={result.year}"

    def _due(self, at: Acting) -> list[ClosingGroup]:
        found = of_year(at, self.year, self.region, self.institution)
        due = found.of(Closing.RESTATEMENT_DUE)
        if unknown := [one for one in due if not one.ready]:
            raise unknown_months(at, self.year, those(unknown))
        if not due:
            zh = "没有应更正的台账:已核验的与现在的台账一致。"
            en = "no restatement is due: what is verified agrees with the accounts as they are."
            raise nothing(self.year, zh, en)
        return due


def _left(found: YearOf, states: tuple[Closing, ...]) -> list[Effect]:
    """Return how many stay as they are, by state."""
    return [
        effect
        for state in states
        for effect in counted(state.value, _stays(STATES[state]), found.of(state))
    ]


def _stays(state: Words) -> Words:
    return Words(f"不变:{state.zh}", f"Stay as they are: {state.en}")


def _locked(year: int, many: int, groups: list[ClosingGroup], at: Acting) -> YearLocked:
    at.told["institutions"] = many
    return YearLocked(year=year, institutions=many, kgce=in_units(summed(groups, "kgce_g"), 1000))


def _on_their_way(year: int, waiting: list[int]) -> ConflictError:
    return ConflictError(
        "year.return_on_its_way",
        zh=f"{len(waiting)} 家机构 {year} 年的年报已开启,尚未接收。",
        en=f"The returns of {len(waiting)} institutions for {year} are opened and not received.",
        next_zh="请待年报逐级接收后锁定(submission.receive)。",
        next_en="Lock their year once their returns are received: submission.receive.",
        where={"institutions": waiting[:5], "year": year},
    )


def _closed_already(year: int, group: ClosingGroup) -> ConflictError:
    state = STATES[Closing(group.state)]
    waits = group.state in (Closing.LOCKED, Closing.RESTATED)
    return ConflictError(
        "year.locked_already",
        zh=f"该机构 {year} 年的台账{state.zh}。",
        en=f"This institution's {year} is {state.en}.",
        next_zh="由另一人核验(year.verify),或退回后重新锁定(year.return)。"
        if waits
        else "台账有变的,写明理由更正(year.restate)。",
        next_en="Another person verifies it (year.verify), or sends it back (year.return)."
        if waits
        else "Where its accounts have changed, restate it with a reason: year.restate.",
        where={"institutions": group.institutions[:1], "year": year, "state": group.state},
    )
