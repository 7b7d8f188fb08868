"""Splitting a shared compound's meters among those who use it, declared once."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Final

from pydantic import BaseModel, Field

from actions.actor import denied
from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field, plain
from actions.kinds import Amount, Day, Id, Line, Row
from actions.registry import split_refusals as refusals
from actions.registry.institutions import institution_name
from actions.registry.roster_refusals import account_changes_later
from actions.registry.sizes import on_day
from actions.registry.things import INSTITUTION, every_carrier
from actions.rights import Right
from actions.things import every_institution
from analytics.splitting import Place, split, weighed
from storage.registry import compounds, roster
from storage.registry.compounds import CompoundUser
from storage.registry.institutions import Institution

_HUNDRED: Final = 100


class Basis(StrEnum):
    """By what the part that no sub-meter measures is split."""

    AREA = "area"
    PERSONS = "persons"
    AGREEMENT = "agreement"
    SUB_METER = "sub_meter"


BASES: Final = {
    "area": Words("按建筑面积", "by floor area"),
    "persons": Words("按用能人数", "by persons"),
    "agreement": Words("按协议比例", "by agreement"),
    "sub_meter": Words("全部按分表", "by sub-meters alone"),
}


class UsedBy(Row):
    """Who uses a part of the compound."""

    institution: Id = field(zh="机构", en="Institution", choices=every_institution, examples=[1])
    percent: Amount | None = field(
        zh="协议比例", en="Share by agreement", unit="%", default=None, examples=["40"]
    )
    sub_meter: Annotated[str, Field(max_length=120)] = field(
        zh="分表通道",
        en="Sub-meter",
        hint=("计量表代码/通道代码;无分表不填", "Meter/channel, by their codes; empty without one"),
        default="",
    )


class CompoundSplit(BaseModel):
    """A split as it is recorded."""

    split_id: int
    shares: list[list[int]] = Field(
        description="Institution, channel, millionths from the day on, where they changed."
    )


class SplitCompound(Action[Institution, CompoundSplit]):
    """Let the meters of a shared compound count for those who use it, from a day on.

    Whoever has a sub-meter takes what it measures; the rest is split by floor area, persons or an
    agreement. Of each meter the shares add to what it counted before: nobody pays twice.
    """

    about = About(
        code="compound.split",
        on=INSTITUTION,
        right=Right.REGISTER,
        path="/institutions/{on}/compound-splits",
        tag="institutions",
        zh="分摊集中办公区用能",
        en="Split a shared compound",
        done=("分摊已登记。", "The split has been recorded."),
        by_file=False,  # its users are no one row
    )

    carrier: Annotated[str, Field(max_length=64)] = field(
        zh="能源品种", en="Carrier", choices=every_carrier, examples=["electricity"]
    )
    basis: Basis = field(zh="分摊依据", en="Split by", names=BASES, examples=["area"])
    users: Annotated[list[UsedBy], Field(min_length=1, max_length=100)] = field(
        zh="使用单位",
        en="Who uses it",
        hint=("本机构也使用的,一并列出", "With this institution, if it uses a part itself"),
        examples=[[{"institution": 1}]],
    )
    valid_from: Day = field(zh="起始日期", en="From", examples=["2026-01-01"])
    source: Line = field(zh="依据", en="Source", examples=["集中办公区用能分摊协议"])

    @classmethod
    def copies(cls) -> bool:
        """Return that facts are brought by COPY."""
        return True

    def check(self, on: Institution, at: Acting) -> None:
        """Refuse users twice, shares that are no whole, and what contradicts the accounts."""
        rest = [one.institution for one in self.users if not one.sub_meter]
        if len(set(rest)) < len(rest):
            raise refusals.twice()
        for one in roster.standings(at.connection, self._whom(on), self.valid_from):
            if not one.kept:
                raise denied(self.about.code)
        self._changed(on, at)

    def foresee(self, on: Institution, at: Acting) -> list[Effect]:
        """Return how much of each meter counts for whom, before and after."""
        held, fresh = self._changed(on, at)
        codes = self._codes(on, at)
        name = {channel: code for code, channel in codes.items()}
        effects = []
        for who, channel in sorted({*held, *fresh}, key=lambda place: (place[1], place[0])):
            before, after = held.get((who, channel), 0), fresh.get((who, channel), 0)
            if before != after:
                what = institution_name(at, who) or plain(str(who))
                words = Words(f"{what.zh} · {name[channel]}", f"{what.en} · {name[channel]}")
                where = {"institution": who, "channel": channel, "millionths": after}
                effects.append(Effect("share", words, _percent(before), _percent(after), where))
        return effects

    def do(self, on: Institution, at: Acting) -> CompoundSplit:
        """Record it; accounts from the day on are made anew."""
        held, fresh = self._changed(on, at)
        changed = {
            place: fresh.get(place, 0)
            for place in {*held, *fresh}
            if held.get(place, 0) != fresh.get(place, 0)
        }
        users = self._users(on, self._parts(on, at))
        whose = on.institution_id, self.carrier, self.basis.value
        made = compounds.record(
            at.connection, whose, users, changed, self.valid_from, self.source, at.actor
        )
        rows = [[who, channel, share] for (who, channel), share in sorted(changed.items())]
        return CompoundSplit(split_id=made, shares=rows)

    def _whom(self, on: Institution) -> list[int]:
        return sorted({on.institution_id, *(one.institution for one in self.users)})

    def _codes(self, on: Institution, at: Acting) -> dict[str, int]:
        found = compounds.channels(at.connection, on.institution_id, self.carrier)
        return {one.code: one.channel_id for one in found}

    def _changed(self, on: Institution, at: Acting) -> tuple[dict[Place, int], dict[Place, int]]:
        """Return the shares of the compound's channels, as they are and as they would be."""
        codes = self._codes(on, at)
        subs = self._subs(codes)
        held: dict[Place, int] = {}
        for one in compounds.terms(at.connection, sorted(codes.values()), self.valid_from):
            if one.valid_from > self.valid_from or one.valid_to is not None:
                raise account_changes_later(one, self.valid_from)
            held[one.institution_id, one.channel_id] = one.share
        totals: dict[int, int] = {}
        for (_, channel), share in held.items():
            totals[channel] = totals.get(channel, 0) + share
        name = {channel: code for code, channel in codes.items()}
        for channel in subs:
            if totals.get(channel):
                raise refusals.counts_already(name[channel], held, channel)
        mains = {channel: total for channel, total in totals.items() if total}
        if not mains:
            raise refusals.no_meter(self.carrier)
        return held, split(mains, subs, self._parts(on, at))

    def _subs(self, codes: Mapping[str, int]) -> dict[int, int]:
        """Return whose each sub-meter is."""
        found: dict[int, int] = {}
        for one in self.users:
            if not one.sub_meter:
                continue
            channel = codes.get(one.sub_meter.strip())
            if channel is None:
                raise refusals.no_sub_meter(one.sub_meter, codes)
            if channel in found:
                raise refusals.sub_meter_twice(one.sub_meter)
            found[channel] = one.institution
        return found

    def _parts(self, on: Institution, at: Acting) -> dict[int, Fraction]:
        """Return who takes which part of what no sub-meter measures."""
        rest = [one for one in self.users if not one.sub_meter]
        if any((one.percent is not None) != (self.basis is Basis.AGREEMENT) for one in rest):
            raise refusals.percent_asked(agreed=self.basis is Basis.AGREEMENT)
        if not rest or self.basis is Basis.SUB_METER:
            others = [one.institution for one in rest if one.institution != on.institution_id]
            if others:
                raise refusals.without_sub_meter(others[0])
            return {on.institution_id: Fraction(1)}
        if self.basis is Basis.AGREEMENT:
            return _agreed(rest)
        return self._by_size(at, [one.institution for one in rest])

    def _by_size(self, at: Acting, whom: Sequence[int]) -> dict[int, Fraction]:
        size = "area_m2" if self.basis is Basis.AREA else "persons"
        sizes: dict[int, Fraction] = {}
        for who in whom:
            number = on_day(at, who, size, self.valid_from)
            if not number:
                raise refusals.no_size(institution_name(at, who), who, size, self.valid_from)
            sizes[who] = Fraction(number)
        return weighed(sizes)

    def _users(self, on: Institution, parts: Mapping[int, Fraction]) -> list[CompoundUser]:
        subs = [
            CompoundUser(one.institution, Fraction(0), one.sub_meter.strip())
            for one in self.users
            if one.sub_meter
        ]
        return [*(CompoundUser(who, part, "") for who, part in parts.items()), *subs]


def _agreed(rest: Sequence[UsedBy]) -> dict[int, Fraction]:
    percents = {one.institution: one.percent or Decimal(0) for one in rest}
    whole = sum(percents.values(), Decimal(0))
    if whole != _HUNDRED or any(one <= 0 for one in percents.values()):
        raise refusals.no_whole(whole)
    return {who: Fraction(one) / _HUNDRED for who, one in percents.items()}


def _percent(millionths: int) -> Words | None:
    return plain(f"{Decimal(millionths) / 10_000:f}%") if millionths else None
