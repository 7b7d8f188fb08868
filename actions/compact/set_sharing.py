"""What a member shows of its figures to whom: stated and revoked by its own people, dated."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Final

from pydantic import BaseModel, Field

from actions.compact.commitment_things import asked_members, member_region
from actions.compact.found_union import source_field
from actions.compact.things import MEMBER
from actions.declared import About, Action, Effect
from actions.fields import Acting, Option, Words, field
from actions.kinds import Day, Line
from actions.rights import Right
from metering.errors import ConflictError, InputError
from storage.compact import sharing, unions
from storage.compact.memberships import MembershipRow
from storage.compact.sharing import TermRow, Word
from storage.registry import regions

EVERY: Final = "every"
Months = Annotated[int, Field(ge=0, le=120)]


class Shown(StrEnum):
    """Which figure is shown."""

    TOTAL_KGCE = "total_kgce"
    TOTAL_KGCO2 = "total_kgco2"
    WATER = "water"


class Level(StrEnum):
    """Down to where."""

    MEMBER = "member"
    LINE = "line"
    INSTITUTION = "institution"


class Grain(StrEnum):
    """Of which spans of time."""

    MONTH = "month"
    YEAR = "year"


SHOWN: Final = {
    "total_kgce": Words("综合能耗", "Total energy"),
    "total_kgco2": Words("二氧化碳排放(可由其推知综合能耗)", "CO2, which all but tells energy"),
    "water": Words("用水量", "Water"),
}
LEVELS: Final = {
    "member": Words("成员合计", "the member as a whole"),
    "line": Words("主管部门(系统)合计", "by department line"),
    "institution": Words("各公开机构", "each open institution"),
}
GRAINS: Final = {"month": Words("逐月", "by month"), "year": Words("逐年", "by year")}
EVERYONE: Final = Words("全体成员", "every member")


class SharingStated(BaseModel):
    """What holds from a day on."""

    word_id: int
    membership_id: int


def receivers(at: Acting) -> Sequence[Option]:
    """Return every member, each of them, and the authorities that guide unions."""
    guides = {one.guide_id for one in unions.listed(at.connection)}
    names = [
        Option(str(one.region_id), Words(one.name_zh, one.name_en or one.name_zh))
        for one in regions.tree(at.connection, only_seen=False)
        if one.region_id in guides
    ]
    return [Option(EVERY, EVERYONE), *asked_members(at), *names]


def _receiver(on: MembershipRow, at: Acting, code: str) -> int | None:
    """Return the region that is meant, None for every member."""
    if code == EVERY:
        return None
    region = member_region(at, on.union_id, code)
    union = next(iter(unions.listed(at.connection, on.union_id)), None)
    if region is None and union is not None and code == str(union.guide_id):
        region = union.guide_id
    if region is None or region == on.region_id:
        raise InputError(
            "sharing.no_receiver",
            zh=f"“{code}”不是该联合体的其他成员单位或指导机关。",
            en=f"{code} is no other member of this union, nor its guiding authority.",
            next_zh="请从成员单位中选择,或选全体成员。",
            next_en="Choose one of its members, or every member.",
            where={"field": "to", "value": code},
        )
    return region


def _held(on: MembershipRow, at: Acting, receiver: int | None, indicator: str) -> TermRow | None:
    found = sharing.terms(at.connection, on.union_id, held=True)
    alike = (on.region_id, receiver, indicator)
    return next(
        (one for one in found if (one.region_id, one.with_id, one.indicator) == alike), None
    )


def in_words(term: TermRow | None) -> Words:
    """Return a term in a sentence."""
    if term is None or not term.shown or term.level is None or term.grain is None:
        return Words("不共享", "not shown")
    level, grain = LEVELS[term.level], GRAINS[term.grain]
    lag = term.held_lag_months or 0
    return Words(
        f"{level.zh},{grain.zh},滞后 {lag} 个月", f"{level.en}, {grain.en}, {lag} months later"
    )


class SetSharing(Action[MembershipRow, SharingStated]):
    """State what the member shows of its figures to whom, from a day on.

    Until a member states anything, members know its totals of quotas and progress alone, and
    whoever holds a grant of the union sees its open institutions. Then both go by what it states.
    Sums of few institutions are withheld, and restricted institutions are never shown.
    """

    about = About(
        code="sharing.set",
        on=MEMBER,
        right=Right.PLAN,
        path="/members/{on}/sharing",
        tag="sharing",
        zh="设定共享约定",
        en="State what is shown",
        done=("已记录。", "Recorded."),
    )

    indicator: Shown = field(zh="指标", en="Figure", names=SHOWN, examples=["total_kgce"])
    to: Line = field(
        zh="共享对象", en="To whom", choices=receivers, examples=[EVERY],
        hint=("对个别成员的约定优先于对全体成员的约定", "A term to one goes before one to all"),
    )  # fmt: skip
    level: Level = field(zh="层级", en="Down to", names=LEVELS, examples=["member"])
    grain: Grain = field(zh="时间粒度", en="By", names=GRAINS, examples=["month"])
    lag_months: Months = field(
        zh="滞后月数", en="Months later", default=0,
        hint=("协议规定更长的,从其规定", "Where the agreement asks for more, that holds"),
    )  # fmt: skip
    since: Day = field(zh="自何日起", en="From which day", examples=["2026-01-01"])
    source: Line = source_field()

    def check(self, on: MembershipRow, at: Acting) -> None:
        """Refuse a receiver that is not in the union."""
        _receiver(on, at, self.to)

    def foresee(self, on: MembershipRow, at: Acting) -> list[Effect]:
        """Return what is shown to them before and after."""
        receiver = _receiver(on, at, self.to)
        before = _held(on, at, receiver, self.indicator.value)
        self.do(on, at)
        after = _held(on, at, receiver, self.indicator.value)
        return [
            Effect(
                "sharing", SHOWN[self.indicator.value], in_words(before), in_words(after),
                warns=self.level is Level.INSTITUTION,
            )
        ]  # fmt: skip

    def do(self, on: MembershipRow, at: Acting) -> SharingStated:
        """Keep it; what was said before stays on record."""
        word = Word(
            on.union_id,
            on.region_id,
            _receiver(on, at, self.to),
            self.indicator.value,
            self.since,
            self.source,
            self.level.value,
            self.grain.value,
            self.lag_months,
        )
        made = sharing.add(at.connection, word, at.actor)
        return SharingStated(word_id=made, membership_id=on.membership_id)


class RevokeSharing(Action[MembershipRow, SharingStated]):
    """Show no more to somebody, or to every member, from a day on; what they saw stays theirs."""

    about = About(
        code="sharing.revoke",
        on=MEMBER,
        right=Right.PLAN,
        path="/members/{on}/sharing/revocation",
        tag="sharing",
        zh="撤销共享约定",
        en="Revoke what is shown",
        done=("已撤销,今后不再共享。", "Revoked; nothing is shown from then on."),
    )

    indicator: Shown = field(zh="指标", en="Figure", names=SHOWN, examples=["total_kgce"])
    to: Line = field(zh="共享对象", en="To whom", choices=receivers, examples=[EVERY])
    since: Day = field(zh="自何日起", en="From which day", examples=["2026-01-01"])
    source: Line = source_field()

    def check(self, on: MembershipRow, at: Acting) -> None:
        """Refuse where nothing is shown to them that could be revoked."""
        receiver = _receiver(on, at, self.to)
        named = _held(on, at, receiver, self.indicator.value)
        general = _held(on, at, None, self.indicator.value)
        if not any(one is not None and one.shown for one in (named, general)):
            raise ConflictError(
                "sharing.nothing_shown",
                zh="没有可撤销的共享约定。",
                en="Nothing is shown to them that could be revoked.",
                next_zh="请核对共享对象和指标。",
                next_en="Look at to whom, and which figure.",
                where={"field": "to", "value": self.to},
            )

    def foresee(self, on: MembershipRow, at: Acting) -> list[Effect]:
        """Return what is shown to them before and after."""
        before = _held(on, at, _receiver(on, at, self.to), self.indicator.value)
        return [Effect("sharing", SHOWN[self.indicator.value], in_words(before), in_words(None))]

    def do(self, on: MembershipRow, at: Acting) -> SharingStated:
        """Keep it."""
        receiver = _receiver(on, at, self.to)
        word = Word(
            on.union_id, on.region_id, receiver, self.indicator.value, self.since, self.source
        )
        made = sharing.add(at.connection, word, at.actor)
        return SharingStated(word_id=made, membership_id=on.membership_id)
