"""Utility account numbers: registered, shared, ended, withdrawn."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from actions.accounts.utility_account_things import (
    UTILITY_ACCOUNT,
    UtilityAccountNamed,
    already,
    backwards,
    days_of,
    percent,
)
from actions.declared import About, Action, Effect, Opposite
from actions.fields import Acting, Words, field, plain
from actions.kinds import Amount, Day, Id, Line, Row
from actions.registry.institutions import institution_name
from actions.registry.things import INSTITUTION, every_carrier
from actions.rights import Right
from actions.things import every_institution
from metering.errors import ConflictError, InputError
from storage.accounts import utility_accounts
from storage.accounts.utility_accounts import WHOLE, ShareRow, UtilityAccount
from storage.registry.institutions import Institution


class RegisterUtilityAccount(Action[Institution, UtilityAccountNamed]):
    """Register a supplier's number, under which an institution gets its bills, from a day on."""

    about = About(
        code="utility_account.register",
        on=INSTITUTION,
        right=Right.KEEP_ACCOUNTS,
        path="/institutions/{on}/utility-accounts",
        tag="bills",
        zh="登记户号",
        en="Register a utility account number",
        done=("户号已登记。", "The number has been registered."),
    )

    number: Annotated[Line, Field(max_length=64)] = field(
        zh="户号",
        en="Number",
        hint=("账单上的用电户号、用水户号或用气户号", "The supplier's number, as on its bills"),
        examples=["0401234567"],
    )
    supplier: Line = field(zh="供应单位", en="Supplier", examples=["State Grid"])
    carrier: Annotated[str, Field(max_length=64)] = field(
        zh="能源品种", en="Carrier", choices=every_carrier, examples=["electricity"]
    )
    valid_from: Day = field(zh="起始日期", en="From", examples=["2015-01-01"])
    valid_to: Day | None = field(
        zh="截止日期(不含)", en="Until, not included", default=None, examples=["2030-01-01"]
    )
    source: Line = field(zh="依据", en="Source", examples=["first bill"])

    def check(self, on: Institution, at: Acting) -> None:
        """Refuse a number that is somebody's on one of these days."""
        if self.valid_to is not None and self.valid_to <= self.valid_from:
            raise backwards(self.valid_from, self.valid_to)
        held = utility_accounts.taken(at.connection, self._key(), self.valid_from, self.valid_to)
        if held:
            raise already(at, self.number, days_of(self.valid_from, self.valid_to), held[0])

    def foresee(self, on: Institution, at: Acting) -> list[Effect]:
        """Return the number that there would be."""
        days = days_of(self.valid_from, self.valid_to)
        after = Words(f"{self.number},{days.zh}", f"{self.number}, {days.en}")
        return [Effect("utility_account", UTILITY_ACCOUNT.words, None, after)]

    def do(self, on: Institution, at: Acting) -> UtilityAccountNamed:
        """Register it, whole for this institution."""
        made = utility_accounts.add(at.connection, self._key(), at.actor)
        whole = ShareRow(on.institution_id, WHOLE, self.valid_from, self.valid_to, self.source)
        utility_accounts.share(at.connection, made, [whole], at.actor)
        return UtilityAccountNamed(utility_account_id=made)

    def opposite(self, on: Institution, result: UtilityAccountNamed) -> Opposite:
        """Return its withdrawal."""
        back = WithdrawUtilityAccount(day=self.valid_from)
        return Opposite(back, result.utility_account_id)

    @classmethod
    def where_to(cls, on: Institution, result: UtilityAccountNamed) -> str:
        """Return where its bills are entered."""
        return f"/bills?utility_account={result.utility_account_id}"

    def _key(self) -> tuple[str, str, str]:
        return self.number, self.supplier, self.carrier


class SharedBy(Row):
    """What an institution takes of a number's bills."""

    institution: Id = field(zh="机构", en="Institution", choices=every_institution, examples=[1])
    percent: Amount = field(zh="占比", en="Share", unit="%", examples=["100"])

    @property
    def millionths(self) -> Decimal:
        """The share in millionths, whole where it can be kept."""
        return self.percent * 10_000


class ShareUtilityAccount(Action[UtilityAccount, UtilityAccountNamed]):
    """State by which shares institutions take a number's bills, from a day on.

    Shares are whole millionths and add to 100 %; bills of the days from then on are taken anew.
    """

    about = About(
        code="utility_account.share",
        on=UTILITY_ACCOUNT,
        right=Right.KEEP_ACCOUNTS,
        path="/utility-accounts/{on}/shares",
        tag="bills",
        zh="登记户号分摊",
        en="State the shares of a number",
        done=("分摊已登记。", "The shares have been recorded."),
    )

    valid_from: Day = field(zh="起始日期", en="From", examples=["2015-02-01"])
    shares: Annotated[list[SharedBy], Field(min_length=1, max_length=50)] = field(
        zh="分摊",
        en="Shares",
        hint=("合计 100%", "100 % together"),
        examples=[[{"institution": 1, "percent": "100"}]],
    )
    source: Line = field(zh="依据", en="Source", examples=["agreement of the compound"])

    def check(self, on: UtilityAccount, at: Acting) -> None:
        """Refuse shares that are no whole, and days before the number is anybody's."""
        if any(not 0 < one.millionths <= WHOLE or one.millionths % 1 for one in self.shares):
            raise _no_share()
        if len({one.institution for one in self.shares}) < len(self.shares):
            raise _twice()
        if (whole := sum(one.millionths for one in self.shares)) != WHOLE:
            raise _no_whole(int(whole))
        if on.whole_on(self.valid_from) != WHOLE:
            raise _not_all_seen(on)

    def foresee(self, on: UtilityAccount, at: Acting) -> list[Effect]:
        """Return what each institution would take."""
        before = {
            who: share
            for who, share, since, until in zip(
                on.institutions, on.shares, on.since, on.until, strict=True
            )
            if since <= self.valid_from and (until is None or self.valid_from < until)
        }
        after = {one.institution: int(one.millionths) for one in self.shares}
        return [
            Effect(
                "share",
                institution_name(at, who) or plain(str(who)),
                plain(percent(before[who])) if who in before else None,
                plain(percent(after[who])) if who in after else None,
                {"institution_id": who},
            )
            for who in sorted({*before, *after})
        ]

    def do(self, on: UtilityAccount, at: Acting) -> UtilityAccountNamed:
        """Let them hold until the number ends."""
        kept = utility_accounts.retire(at.connection, on.utility_account_id, self.valid_from)
        fresh = [
            ShareRow(
                one.institution, int(one.millionths), self.valid_from, on.valid_to, self.source
            )
            for one in self.shares
        ]
        utility_accounts.share(at.connection, on.utility_account_id, [*kept, *fresh], at.actor)
        return UtilityAccountNamed(utility_account_id=on.utility_account_id)


class EndUtilityAccount(Action[UtilityAccount, UtilityAccountNamed]):
    """State before which day a number ended for those who have it now."""

    about = About(
        code="utility_account.end",
        on=UTILITY_ACCOUNT,
        right=Right.KEEP_ACCOUNTS,
        path="/utility-accounts/{on}/end",
        tag="bills",
        zh="登记户号截止",
        en="End a utility account number",
        done=("户号截止日已登记。", "The end of the number has been recorded."),
    )

    day: Day = field(zh="截止日期(不含)", en="Until, not included", examples=["2016-02-01"])

    def check(self, on: UtilityAccount, at: Acting) -> None:
        """Refuse an end before it began, or before a day that is billed."""
        if self.day <= on.valid_from:
            raise backwards(on.valid_from, self.day)
        _refuse_billed(on, self.day)

    def foresee(self, on: UtilityAccount, at: Acting) -> list[Effect]:
        """Return its days before and after."""
        before, after = days_of(on.valid_from, on.valid_to), days_of(on.valid_from, self.day)
        return [Effect("utility_account", UTILITY_ACCOUNT.words, before, after)]

    def do(self, on: UtilityAccount, at: Acting) -> UtilityAccountNamed:
        """Let its shares end."""
        kept = utility_accounts.retire(at.connection, on.utility_account_id, self.day)
        utility_accounts.share(at.connection, on.utility_account_id, kept, at.actor)
        return UtilityAccountNamed(utility_account_id=on.utility_account_id)


class WithdrawUtilityAccount(Action[UtilityAccount, UtilityAccountNamed]):
    """Take back a number that was registered by mistake, from a day on."""

    about = About(
        code="utility_account.withdraw",
        on=UTILITY_ACCOUNT,
        right=Right.KEEP_ACCOUNTS,
        path="/utility-accounts/{on}/withdrawal",
        tag="bills",
        zh="撤销户号登记",
        en="Withdraw a utility account number",
        done=("户号登记已撤销。", "The number has been withdrawn."),
    )

    day: Day = field(zh="自此日起撤销", en="Withdrawn from", examples=["2015-01-01"])

    def check(self, on: UtilityAccount, at: Acting) -> None:
        """Refuse what has bills on those days."""
        _refuse_billed(on, self.day)

    def foresee(self, on: UtilityAccount, at: Acting) -> list[Effect]:
        """Return that nobody would have it on those days."""
        before = days_of(on.valid_from, on.valid_to)
        after = days_of(on.valid_from, self.day) if on.valid_from < self.day else None
        return [Effect("utility_account", UTILITY_ACCOUNT.words, before, after)]

    def do(self, on: UtilityAccount, at: Acting) -> UtilityAccountNamed:
        """Withdraw it; what was registered stays on record."""
        kept = utility_accounts.retire(at.connection, on.utility_account_id, self.day)
        if kept:
            utility_accounts.share(at.connection, on.utility_account_id, kept, at.actor)
        return UtilityAccountNamed(utility_account_id=on.utility_account_id)


def _refuse_billed(on: UtilityAccount, day: object) -> None:
    if on.billed_to is not None and str(on.billed_to) >= str(day):
        raise ConflictError(
            "utility_account.billed",
            zh=f"户号 {on.number} 已有截至 {on.billed_to} 的账单,与 {day} 矛盾。",
            en=f"{on.number} is billed up to {on.billed_to}, which contradicts {day}.",
            next_zh="请核对日期,或先撤销其后的账单。",
            next_en="Check the day, or withdraw the bills after it first.",
            where={"field": "day", "value": f"{day}", "billed_to": f"{on.billed_to}"},
        )


def _no_share() -> InputError:
    return InputError(
        "utility_account.no_share",
        zh="占比应大于 0、不超过 100%,最多四位小数。",
        en="A share lies above 0 and at most at 100 %, with at most four decimals.",
        next_zh="请核对占比。",
        next_en="Check the shares.",
        where={"field": "shares"},
    )


def _twice() -> InputError:
    return InputError(
        "utility_account.twice",
        zh="同一机构列了两次。",
        en="An institution is named twice.",
        next_zh="请合并为一行。",
        next_en="Put its shares into one row.",
        where={"field": "shares"},
    )


def _no_whole(found: int) -> InputError:
    return InputError(
        "utility_account.no_whole",
        zh=f"占比合计 {percent(found)},不是 100%。",
        en=f"The shares add to {percent(found)}, not to 100%.",
        next_zh="请核对各机构占比。",
        next_en="Check each institution's share.",
        where={"field": "shares", "together": found},
    )


def _not_all_seen(on: UtilityAccount) -> ConflictError:
    return ConflictError(
        "utility_account.not_all_seen",
        zh=f"户号 {on.number} 在该日无人使用,或有您无权查看的机构分摊。",
        en=f"On that day {on.number} is nobody's, or shared by one that you may not see.",
        next_zh="请核对日期,或由上级主管部门办理。",
        next_en="Check the day, or let the authority above do it.",
        where={"field": "valid_from"},
    )
