"""Verifying a locked year by a second person, and sending it back, declared once."""

from pydantic import BaseModel, Field

from actions.accounts.closing_fields import (
    Year,
    coal,
    coal_effects,
    counted,
    nothing,
    of_year,
    one_field,
    region_field,
    summed,
    versions_of,
    year_field,
)
from actions.actor import SYSTEM
from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field
from actions.figures import in_units
from actions.kinds import Id, Line
from actions.refusals import changed, same_person
from actions.rights import Right
from compact.closing import Closing
from storage.access import people
from storage.accounts import closing
from storage.accounts.closing import ClosingGroup

_WAITS = (Closing.LOCKED, Closing.RESTATED)


class YearAnswered(BaseModel):
    """Of how many institutions what was locked is verified, or sent back."""

    year: int
    institutions: int
    kgce: str | None = Field(description="What was locked of them, under the default profile.")


class VerifyYear(Action[None, YearAnswered]):
    """Verify what another person has locked: from then on the year's use is final.

    Whoever locked it is refused, under all log-ins of the person, and so is the operator's account.
    """

    about = About(
        code="year.verify",
        right=Right.KEEP_ACCOUNTS,
        path="/years/verify",
        tag="accounts",
        zh="核验年度台账",
        en="Verify a year's accounts",
        done=("已核验。", "Verified."),
        log_in_again=True,
    )

    year: Year = year_field()
    region: Id | None = region_field()
    institution: Id | None = one_field()

    def check(self, on: None, at: Acting) -> None:
        """Refuse where nothing waits, and whoever locked it."""
        self._waiting(at)

    def foresee(self, on: None, at: Acting) -> list[Effect]:
        """Return of how many which sum becomes final, and what has changed since it was locked."""
        waiting, own = self._waiting(at)
        words = Words("将核验的机构", "Institutions to be verified")
        return [
            *counted("institutions", words, waiting),
            *coal_effects(waiting, locked=True),
            *_changed(waiting),
            *counted("own", Words("不变:由您本人锁定", "Stay: you locked them yourself"), own),
        ]

    def do(self, on: None, at: Acting) -> YearAnswered:
        """Verify them."""
        waiting, _ = self._waiting(at)
        at.told["locked_by"] = sorted({one.locked_by or "" for one in waiting})
        return _answered(self.year, waiting, "verified", at)

    @classmethod
    def where_to(cls, on: None, result: YearAnswered) -> str:
        """Return the table of the year."""
        return f"/years?year={result.year}"

    def _waiting(self, at: Acting) -> tuple[list[ClosingGroup], list[ClosingGroup]]:
        """Return what waits for this person, and what this person has locked."""
        found = of_year(at, self.year, self.region, self.institution).of(*_WAITS)
        if not found:
            raise _nothing_waits(self.year)
        own = [one for one in found if _is_own(at, one)]
        if len(own) == len(found):
            raise same_person()
        return [one for one in found if one not in own], own


class ReturnYear(Action[None, YearAnswered]):
    """Send back what is locked and not verified, with a reason; it is locked anew afterwards.

    Whoever locked it may take it back so, too. What is verified is restated instead.
    """

    about = About(
        code="year.return",
        right=Right.KEEP_ACCOUNTS,
        path="/years/return",
        tag="accounts",
        zh="退回年度台账",
        en="Send a locked year back",
        done=("已退回,可重新锁定。", "Sent back; it may be locked anew."),
    )

    year: Year = year_field()
    region: Id | None = region_field()
    institution: Id | None = one_field()
    reason: Line = field(zh="退回理由", en="Reason", examples=["March is read again first"])

    def check(self, on: None, at: Acting) -> None:
        """Refuse where nothing is locked that is not verified."""
        self._waiting(at)

    def foresee(self, on: None, at: Acting) -> list[Effect]:
        """Return of how many."""
        waiting = self._waiting(at)
        words = Words("将退回的机构", "Institutions sent back")
        return [*counted("institutions", words, waiting), *coal_effects(waiting, locked=True)]

    def do(self, on: None, at: Acting) -> YearAnswered:
        """Send them back; the version stays on record, and never counts."""
        return _answered(self.year, self._waiting(at), "returned", at, self.reason)

    @classmethod
    def where_to(cls, on: None, result: YearAnswered) -> str:
        """Return the table of the year."""
        return f"/years?year={result.year}"

    def _waiting(self, at: Acting) -> list[ClosingGroup]:
        found = of_year(at, self.year, self.region, self.institution).of(*_WAITS)
        if not found:
            raise _nothing_waits(self.year)
        return found


def _is_own(at: Acting, group: ClosingGroup) -> bool:
    """Return whether the actor locked it; the operator's account is no other person than any."""
    return people.is_one_of(at.connection, [group.locked_by or "", SYSTEM])


def _nothing_waits(year: int) -> Exception:
    zh, en = "没有已锁定待核验的台账。", "nothing is locked that waits to be verified."
    return nothing(year, zh, en)


def _changed(groups: list[ClosingGroup]) -> list[Effect]:
    """Warn where accounts are otherwise by now than what is locked of them."""
    many = sum(one.differing for one in groups)
    if not many:
        return []
    words = Words(f"{many} 家机构的台账在锁定后有变", f"Accounts of {many} have changed since")
    difference = coal(summed(groups, "difference_g"))
    return [Effect("changed_since", words, None, difference, warns=True)]


def _answered(
    year: int, groups: list[ClosingGroup], word: str, at: Acting, reason: str | None = None
) -> YearAnswered:
    versions = versions_of(groups)
    many = closing.answer(at.connection, versions, word, reason)
    if many != len(versions):  # somebody answered in between
        raise changed()
    at.told["institutions"] = many
    whole = in_units(summed(groups, "locked_kgce_g"), 1000)
    return YearAnswered(year=year, institutions=many, kgce=whole)
