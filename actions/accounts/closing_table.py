"""The table of the closing of a year: where each institution stands, and what comes next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from actions.accounts.close_year import CloseYear, RestateYear
from actions.accounts.closing_fields import STATES, Year
from actions.accounts.estimate_account import EstimateAccount
from actions.accounts.profiles import known_profile
from actions.accounts.verify_year import VerifyYear
from actions.fields import Acting, Lang, Words, field
from actions.figures import in_units
from actions.filled import address_of
from actions.kinds import Id
from actions.registry.institutions import institution_name
from actions.registry.institutions_table import WhichInstitutions
from actions.registry.named import institution_columns
from actions.registry.things import every_carrier
from actions.tables import Column, Table, attribute
from compact.closing import Closing
from storage.accounts import closing
from storage.accounts.closing import ClosingRow
from storage.pages import Page, cursor_of, key_of
from storage.registry import institutions

_AT_A_TIME: Final = 1_000
_OPEN: Final = (Closing.MISSING, Closing.PARTIAL, Closing.READY)
_LOOKS: Final = {
    Closing.MISSING: "tag warn",
    Closing.PARTIAL: "tag warn",
    Closing.VERIFIED: "tag ok",
    Closing.RESTATEMENT_DUE: "tag warn",
}
_NEXT: Final = {
    Closing.MISSING: Words("估算所缺月份", "Estimate the months"),
    Closing.PARTIAL: Words("估算所缺月份", "Estimate the months"),
    Closing.READY: Words("锁定", "Lock it"),
    Closing.LOCKED: Words("由另一人核验", "Another person verifies it"),
    Closing.RESTATED: Words("由另一人核验", "Another person verifies it"),
    Closing.RESTATEMENT_DUE: Words("更正", "Restate it"),
}


@dataclass(frozen=True, slots=True)
class ClosingShown:
    """Where an institution's year stands, with what it is called."""

    year: int
    row: ClosingRow
    name_zh: str | None
    name_en: str | None
    carriers: Mapping[str, Words]

    @property
    def institution_id(self) -> int:
        """Whose year it is."""
        return self.row.institution_id

    @property
    def state(self) -> Closing:
        """Where it stands."""
        return Closing(self.row.state)

    @property
    def to_do(self) -> str:
        """The address of the form of what comes next, empty for nothing."""
        whose = {"year": self.year, "institution": self.institution_id}
        if self.state in (Closing.MISSING, Closing.PARTIAL):
            carrier, month = self.row.wants[0].split()
            asked = {"month": month} | ({"carrier": carrier} if carrier in self.carriers else {})
            return f"/do/{EstimateAccount.about.code}/{self.institution_id}?{urlencode(asked)}"
        if self.state is Closing.READY:
            return address_of(CloseYear.model_validate(whose), None)
        if self.state in (Closing.LOCKED, Closing.RESTATED):
            return address_of(VerifyYear.model_validate(whose), None)
        if self.state is Closing.RESTATEMENT_DUE:
            query = f"?year={self.year}&institution={self.institution_id}"
            return f"/do/{RestateYear.about.code}{query}"
        return ""

    def wants(self, lang: Lang) -> list[str]:
        """Return the months that are unknown, a line for each carrier."""
        months: dict[str, list[str]] = {}
        for one in self.row.wants:
            carrier, month = one.split()
            months.setdefault(carrier, []).append(month)
        none = Words("无能源台账", "no energy in account")
        return [
            f"{self.carriers.get(carrier, none).say(lang)}: {', '.join(_spans(listed))}"
            for carrier, listed in months.items()
        ]


class WhichClosing(WhichInstitutions):
    """Of which year, institutions and state the closing is wanted."""

    year: Year | None = field(
        zh="年度", en="Year", hint=("不填为上一年", "Left open: last year"), default=None
    )
    state: Closing | None = field(zh="状态", en="State", names=STATES, default=None)
    institution: Id | None = field(
        zh="机构编号", en="Institution id", called=institution_name, default=None
    )


def _ask(at: Acting, asked: WhichClosing, after: str | None, limit: int) -> Page[ClosingShown]:
    """Return a page; where a state is asked for, so many at a time are looked through."""
    (last,) = key_of(after, 0)
    year = asked.year or at.today.year - 1
    profile = known_profile(at.connection, None)
    ids = [one for one in _ids(at, asked, year) if one > int(last)]
    found: list[ClosingRow] = []
    at_a_time = _AT_A_TIME if asked.state else limit + 1
    while ids and len(found) <= limit:
        some, ids = ids[:at_a_time], ids[at_a_time:]
        rows = closing.listed(at.connection, some, year, profile)
        found += [one for one in rows if asked.state in (None, one.state)]
    names = institutions.names(at.connection, [one.institution_id for one in found[:limit]])
    carriers = {one.value: one.words for one in every_carrier(at)}
    shown = [
        ClosingShown(year, one, *names.get(one.institution_id, (None, None)), carriers)
        for one in found[:limit]
    ]
    more = len(found) > limit
    return Page(shown, cursor_of(shown[-1].institution_id) if more else None)


def _ids(at: Acting, asked: WhichClosing, year: int) -> list[int]:
    """Return whose year may be meant; a version or none rules most of them out at once."""
    ids = institutions.matching(at.connection, asked.wanted())
    if asked.institution is not None:
        ids = [one for one in ids if one == asked.institution]
    if asked.state is None:
        return ids
    held = closing.with_version(at.connection, year)
    return [one for one in ids if (one in held) is (asked.state not in _OPEN)]


def _spans(months: Sequence[str]) -> list[str]:
    """Return months of a year, those one after the other as a span: 2015-03 – 2015-12."""
    spans: list[list[str]] = []
    for month in months:
        if spans and int(month[-2:]) == int(spans[-1][-1][-2:]) + 1:
            spans[-1].append(month)
        else:
            spans.append([month])
    return [one[0] if len(one) == 1 else f"{one[0]} – {one[-1]}" for one in spans]


def _state(row: ClosingShown, lang: Lang) -> list[str]:
    lines = [STATES[row.state].say(lang)]
    if row.row.returned:
        back = Words("已退回:{why}", "sent back: {why}")
        lines.append(back.say(lang, why=row.row.returned))
    return lines


def _grams(name: str, zh: str, en: str, hint: tuple[str, str] | None = None) -> Column:
    return Column(
        name,
        Words(zh, en),
        lambda row: in_units(getattr(row.row, f"{name}_g"), 1000),
        "number",
        unit="kgce",
        hint=Words(*hint) if hint else None,
    )


def _of(name: str, zh: str, en: str, kind: str = "line", **more: object) -> Column:
    return attribute(f"row.{name}", zh, en, kind, called=name, **more)  # type: ignore[arg-type]


CLOSING: Final = Table[ClosingShown, WhichClosing](
    code="years",
    path="/years",
    words=Words("年度结账", "Closing of the year"),
    about="Where the accounts of a year stand, institution by institution: months missing or known "
    "in part, ready, locked, verified, restatement due with the difference; under the default "
    "profile. Last year's, if none is named.",
    tag="accounts",
    columns=(
        *institution_columns(),
        attribute("year", "年度", "Year", "whole", apart=True),
        Column(
            "state",
            Words("状态", "State"),
            lambda row: row.state.value,
            shown=_state,
            look=lambda row: _LOOKS.get(row.state, "tag"),
            hint=Words(
                "缺月份、有月份数据不足、可锁定、已锁定待核验、已核验、应更正或更正版待核验",
                "missing, partial, ready, locked, verified, restatement_due or restated",
            ),
        ),
        Column(
            "next",
            Words("下一步", "Next step"),
            shown=lambda row, lang: _NEXT[row.state].say(lang) if row.state in _NEXT else "",
            link=lambda row: row.to_do,
            only="page",
        ),
        _of(
            "wants",
            "缺失或不足的月份",
            "Months unknown",
            "several",
            shown=lambda row, lang: row.wants(lang),
            hint=("- 为全无能源台账", "Carrier and month; - where no energy is in account at all"),
        ),
        _of("known_months", "已知月数", "Months known", "whole", apart=True),
        _of("estimated_months", "其中估算或账单", "Estimated or billed", "whole"),
        _grams("kgce", "现在的台账", "Accounts now"),
        _grams("estimated_kgce", "其中估算或账单", "Of which estimated"),
        _of(
            "version",
            "版本",
            "Version",
            "whole",
            link=lambda row: (
                f"/years/months?year={row.year}&institution={row.institution_id}"
                if row.row.version
                else ""
            ),
        ),
        _grams("locked_kgce", "锁定数", "Locked"),
        _grams(
            "difference",
            "差额",
            "Difference",
            ("现在的台账减锁定数", "What accounts are now beyond what is locked"),
        ),
        _of("locked_at", "锁定时间", "Locked at", "instant", apart=True),
        _of("locked_by", "锁定人", "Locked by", apart=True),
        _of("verified_at", "核验时间", "Verified at", "instant"),
        _of("verified_by", "核验人", "Verified by", apart=True),
        _of("reason", "更正理由", "Reason of the restatement", apart=True),
        _of("sha256", "摘要", "Digest", apart=True),
    ),
    filter=WhichClosing,
    ask=_ask,
    page="/years",
    actions=("year.close", "year.verify", "year.restate", "year.return"),
    empty=Words("没有应结账的机构。", "Nobody has a year to close here."),
    then=Words(
        "请登记机构和计量通道,或放宽条件。",
        "Register institutions and their meters, or ask for more.",
    ),
    hint=Words(
        "先补齐未知月份(补采或估算),再锁定,由另一人核验;之后台账再变,锁定数不变,显示应更正。",
        "Bring or estimate the months that are unknown, lock the year, another person verifies. "
        "What changes later leaves the locked figure as it is: a restatement is due.",
    ),
    at_once=_AT_A_TIME,
)
