"""Why a figure is what it is: the channels, readings, factors and steps behind one account."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Query, Response

from actions.accounts.estimate_account import WAYS
from actions.accounts.explanations import ExplainedTerm, Explanation, explain_account
from actions.accounts.overview import months_before
from actions.figures import instant
from actions.readings.evidence import Occurrence, Unmeasured
from actions.readings.evidence_words import OCCURRED, WORDS
from actions.registry.institutions import institution
from actions.registry.meters import ratio_in
from actions.registry.regions import list_carriers
from analytics.coverage import coverage
from dashboards.pages import writing
from dashboards.pages.readings.settling import Link, may_correct, settles
from dashboards.pages.viewer import Reader, Viewer
from storage.accounts.documents import Document
from storage.accounts.explanations import EffectiveReading
from storage.registry.meters import DatedSetting

router = APIRouter(include_in_schema=False)

_HOUR_MS: Final = 3_600_000
_MINUTE_MS: Final = 60_000


class Evident:
    """A channel's part in an account, as the page writes it."""

    def __init__(self, viewer: Viewer, term: ExplainedTerm, per_unit: int) -> None:
        self.term = term
        self.viewer = viewer
        self._per_unit = per_unit
        self._may = term.channel is not None and may_correct(viewer, term.channel_id)
        self.places = writing.places_for([self.units(term.quanta)])

    def units(self, quanta: int | None) -> Decimal | None:
        """Return quanta of the carrier in its unit."""
        return writing.exact(quanta, self._per_unit)

    @property
    def share(self) -> str:
        """The share in percent, with the digits it has."""
        if self.term.share is None:
            return writing.DASH
        return f"{(Decimal(self.term.share) / 10_000).normalize():f}%"

    def at(self, at_ms: int) -> str:
        """Return an instant in the channel's civil zone."""
        zone = self.term.channel.zone if self.term.channel else "UTC"
        return _written(instant(at_ms).astimezone(ZoneInfo(zone)))

    def reading(self, reading: EffectiveReading | None) -> str:
        """Return a reading with its instant, in the meter's unit."""
        if reading is None or self.term.channel is None:
            return writing.DASH
        per_unit, unit = self.term.channel.per_unit, self.term.channel.unit
        value = writing.number(writing.exact(reading.value, per_unit), len(str(per_unit)) - 1)
        return f"{value} {writing.unit_name(unit)} · {self.at(reading.at_ms)}"

    def ratio(self, setting: DatedSetting) -> str:
        """Return the transformers' ratio."""
        one = self.term.channel
        return writing.DASH if one is None else str(ratio_in(setting, one))

    def wraps(self, setting: DatedSetting) -> str | None:
        """Return where the register begins anew, in the meter's unit."""
        if setting.wraps_at is None or self.term.channel is None:
            return None
        value = writing.number(writing.exact(setting.wraps_at, self.term.channel.per_unit))
        return f"{value} {writing.unit_name(self.term.channel.unit)}"

    def limit(self, setting: DatedSetting) -> str | None:
        """Return what the connection can carry in an hour, in the meter's unit."""
        if setting.max_per_hour is None or self.term.channel is None:
            return None
        per_unit, unit = self.term.channel.per_unit, self.term.channel.unit
        most = writing.stated(Decimal(setting.max_per_hour) / per_unit)
        return f"{most} {writing.unit_name(unit)}/h"

    @property
    def balance(self) -> str | None:
        """How the known use follows from the values at its ends, of a register."""
        found = self.term.evidence.balance if self.term.evidence else None
        if found is None:
            return None
        parts = (found.difference, found.wrapped, found.unknown, found.known)
        difference, wrapped, unknown, known = (
            writing.number(self.units(part), self.places) for part in parts
        )
        return self.viewer.say(
            "balance", difference=difference, wrapped=wrapped, unknown=unknown, known=known
        )

    def occurrence(self, one: Occurrence) -> str:
        """Return what occurred and when, with the reading that was set aside."""
        zh, en = OCCURRED[one.kind]
        words = zh if self.viewer.lang == "zh" else en
        if one.by:
            words = f"{words} ({self.viewer.person(one.by)}: {one.source})"
        when = self.at(one.start_ms)
        if one.end_ms != one.start_ms:
            when = f"{when} – {self.at(one.end_ms)}"
        if one.value is None or self.term.channel is None:
            return f"{when}: {words}"
        per_unit, unit = self.term.channel.per_unit, self.term.channel.unit
        value = writing.number(writing.exact(one.value, per_unit), len(str(per_unit)) - 1)
        return f"{when}: {value} {writing.unit_name(unit)}, {words}"

    def act(self, one: Occurrence) -> str | None:
        """Return where what people said of the channel stands: who, when and why."""
        return None if one.correction is None else f"/channels/{self.term.channel_id}/corrections"

    def settles(self, one: Occurrence | Unmeasured) -> list[Link]:
        """Return the forms that settle it, for whoever may."""
        channel = self.term.channel
        return settles(self.viewer, channel, one) if channel and self._may else []

    def length(self, stretch: Unmeasured, say: Callable[..., str]) -> str:
        """Return how long a stretch is: in hours, or in minutes where it is less than one."""
        lasts_ms = Decimal(stretch.end_ms - stretch.start_ms)
        if lasts_ms < _HOUR_MS:
            return say("minutes", count=writing.number(max(lasts_ms / _MINUTE_MS, Decimal(1)), 0))
        return say("hours", count=writing.number(lasts_ms / _HOUR_MS, 1))

    def in_hours(self, seconds: int | None) -> Decimal | None:
        """Return seconds as hours."""
        return None if seconds is None else Decimal(seconds) / 3600

    def reason(self, stretch: Unmeasured) -> str:
        """Return why a stretch was not measured."""
        zh, en = WORDS.get(stretch.reason, (stretch.reason, stretch.reason))
        return zh if self.viewer.lang == "zh" else en


class Paper:
    """A document behind an account, as the page writes it."""

    def __init__(self, viewer: Viewer, paper: Document, per_unit: int) -> None:
        self.paper = paper
        self.whole = writing.exact(paper.whole, per_unit)
        self.part = writing.exact(paper.part, per_unit)
        self.places = writing.places_for([self.part])
        ways = WAYS if paper.kind == "estimate" else {}
        self.number = ways[paper.number].say(viewer.lang) if ways else paper.number


@router.get("/institutions/{institution_id}/accounts/{carrier}/{month}")
def get_explanation(
    institution_id: Annotated[int, Path(ge=1, le=2**31 - 1)],
    carrier: Annotated[str, Path(max_length=64)],
    month: Annotated[str, Path(pattern=r"^(19|20)\d{2}-(0[1-9]|1[0-2])$")],
    viewer: Reader,
    source: Annotated[str, Query(pattern="^(meter|bill|typed|estimate)$")] = "meter",
    profile: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """Return the page."""
    actor, first = viewer.actor, date.fromisoformat(f"{month}-01")
    one = institution(actor, institution_id).institution
    found = explain_account(actor, institution_id, carrier, first, source, profile or None)
    account = found.account
    known = {each.code: each for each in list_carriers(actor)}
    return viewer.page(
        "explanation.html",
        one=one,
        found=found,
        account=account,
        carrier=known[carrier],
        month=first,
        next_month=months_before(first, -1),
        use=writing.exact(account.quanta, account.per_unit),
        kgce=writing.exact(account.kgce_g, 1000),
        co2=writing.exact(account.co2_g, 1000),
        coverage=coverage(account.known_s, account.expected_s),
        shape=coverage(account.measured_s, account.expected_s),
        terms=[Evident(viewer, term, account.per_unit) for term in found.terms],
        papers=[Paper(viewer, each, account.per_unit) for each in found.documents],
        twice=_twice(found),
        taken=next((each for each in found.grid_chain if each.value is not None), None),
    )


def _twice(found: Explanation) -> list[str]:
    """Return the names of channels that count what others count too."""
    channels = {one.channel_id: one.channel for one in found.terms if one.channel}
    seen = [channels[one] for one in found.counted_twice if one in channels]
    return [f"{one.meter or f'#{one.channel_id}'} · {one.code}" for one in seen]


def _written(at: datetime) -> str:
    """Return an instant to the digit that says something, with its offset."""
    fine = f"{at:%S.%f}".rstrip("0").rstrip(".") if at.second or at.microsecond else ""
    offset = f"{at:%z}"
    return f"{at:%Y-%m-%d %H:%M}{':' + fine if fine else ''} {offset[:3]}:{offset[3:5]}"
