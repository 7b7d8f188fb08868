"""The first page: what needs whoever logged in today, by role, each with where to go on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from fastapi import APIRouter, Response

from actions.accounts.balances_table import curve_link as balance_href
from actions.accounts.balances_table import node_of, rest_percent
from actions.accounts.findings import KINDS, house_of, meter_of
from actions.accounts.findings_table import curve_link
from actions.boards.today import (
    Closed,
    Lacking,
    MonthOf,
    OfInstitutions,
    OfPlatform,
    OfUnion,
    Today,
    change_of,
    today_of,
)
from actions.boards.waiting import Approval
from actions.compact.movement_things import MOVEMENT
from actions.compact.target_words import amount_words
from dashboards.pages import writing
from dashboards.pages.boards.unknown_steps import unknown_row
from dashboards.pages.boards.year_ends import Forecast, year_end
from dashboards.pages.viewer import Reader, Viewer
from metering.days import civil_day
from storage.accounts.findings import FindingRow
from storage.compact.progress import Progress

router = APIRouter(include_in_schema=False)

_PATH_BAD: Final = Decimal(1)
_MOST_EFFECTS: Final = 8  # of an issue that waits; its form tells all


@dataclass(frozen=True, slots=True)
class MonthRow:
    """An institution's month: its energy, the change on the year before, the share of its path.

    forecast: of its year, None where there is none.
    """

    name: str
    href: str
    kgce: str
    change: str
    state: str
    days: tuple[int, int] | None
    path: str
    path_state: str
    forecast: Forecast | None


@dataclass(frozen=True, slots=True)
class WasteRow:
    """Electricity used while closed beyond the quiet load."""

    name: str
    href: str
    kind: str
    kwh: str
    above: str
    yuan: str
    quiet: str


@dataclass(frozen=True, slots=True)
class FoundRow:
    """Something that stood out and that nobody has answered."""

    name: str
    meter: str
    href: str
    kind: str
    since: str
    size: str
    unit: str
    yuan: str
    confirm: str
    dismiss: str
    answers: bool


@dataclass(frozen=True, slots=True)
class LackingRow:
    """A channel of which something is not known, and where that is settled."""

    name: str
    meter: str
    href: str
    hours: str
    share: float | None
    last: str


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member of a union on its path."""

    name: str
    year: int
    path: str
    state: str
    used: str


@router.get("/")
def get_today(viewer: Reader) -> Response:
    """Return the page."""
    found = today_of(viewer.actor)
    own = found.institutions
    return viewer.page(
        "today.html",
        found=found,
        day=writing.day_name(found.day, viewer.lang),
        months=[_month(viewer, own, one) for one in own.rows] if own else [],
        chart=_chart(viewer, own.rows) if own else None,
        wastes=[_waste(viewer, own, one) for one in own.wastes] if own else [],
        standing_out=[_stood_out(viewer, own, one) for one in own.findings] if own else [],
        balance_href=balance_href,
        balance_node=node_of,
        balance_percent=rest_percent,
        lacking=[_lacking(viewer, one) for one in own.lacking] if own else [],
        lacking_all=own.lacking[0].all if own and own.lacking else 0,
        unknown=[unknown_row(viewer, one) for one in own.unknown] if own else [],
        priced=bool(own and all(one.above_yuan is not None for one in own.wastes)),
        unions=_planned(viewer, found),
        approvals=[_approval(viewer, one) for one in found.books.approvals],
        most_effects=_MOST_EFFECTS,
        gateways=_silent(viewer, found.platform),
        rejected=sum(one.messages for one in found.platform.rejects) if found.platform else 0,
        still=_still(found.platform),
    )


def _planned(viewer: Viewer, found: Today) -> list[tuple[OfUnion, list[MemberRow]]]:
    """Return the unions that the reader plans for, each with its members' progress."""
    return [(of, [_member(viewer, of, one) for one in of.members]) for of in found.unions or ()]


def _approval(viewer: Viewer, one: Approval) -> tuple[str, str]:
    """Return where a movement that waits is looked at, and what is said of it."""
    row, lang = one.movement, viewer.lang
    said = {
        "name": MOVEMENT.name(row, lang),
        "amount": amount_words(row.amount_g, row.indicator).en,
        "by": one.by,
        "at": writing.moment(row.made_at, lang),
    }
    words = viewer.say("todo_proposed" if one.own else "todo_approve", **said)
    return f"/movements/{row.movement_id}", words


def _named(viewer: Viewer, both: tuple[str | None, str | None], otherwise: int) -> str:
    zh, en = both
    return (zh or en if viewer.lang == "zh" else en or zh) or str(otherwise)


def _month(viewer: Viewer, own: OfInstitutions, one: MonthOf) -> MonthRow:
    moved = change_of(one)
    before, after = (_kg(one.before_g), _kg(one.after_g))
    path, state = _path(viewer, own.progress.get(one.institution_id))
    return MonthRow(
        _named(viewer, (one.name_zh, one.name_en), one.institution_id),
        f"/institutions/{one.institution_id}",
        writing.number(_kg(one.kgce_g)),
        writing.change(after, before),
        "" if moved is None else "bad" if moved > 0 else "good",
        (one.days, one.of_days) if one.days < one.of_days else None,
        path,
        state,
        year_end(own.forecasts.get(one.institution_id)),
    )


def _chart(viewer: Viewer, rows: Sequence[MonthOf]) -> dict[str, Any] | None:
    """Return the months beside those of the year before as bars, of what both years measured."""
    shown = [one for one in rows if one.before_g and one.after_g is not None]
    if not shown:
        return None
    series = (("before", viewer.say("year_before"), "before_g"),
              ("electricity", viewer.say("this_year"), "after_g"))  # fmt: skip
    return {
        "stack": False,
        "unit": "kgce",
        "names": [_named(viewer, (one.name_zh, one.name_en), one.institution_id) for one in shown],
        "series": [
            {
                "name": name,
                "key": key,
                "values": [float(Decimal(getattr(one, of)) / 1000) for one in shown],
                "partial": [False] * len(shown),
            }
            for key, name, of in series
        ],
    }


def _path(viewer: Viewer, one: Progress | None) -> tuple[str, str]:
    """Return use as a share of the path of the quota, or why there is none."""
    if one is None:
        return viewer.say("no_quota"), ""
    if one.over_g is None:
        return viewer.say("not_enough_measured"), ""
    ratio = 1 + Decimal(one.over_g) / one.compared_path_g
    return f"{writing.number(ratio * 100, 1)}%", "bad" if ratio > _PATH_BAD else "good"


def _kg(grams: int | None) -> Decimal | None:
    return None if grams is None else Decimal(grams) / 1000


def _waste(viewer: Viewer, own: OfInstitutions, one: Closed) -> WasteRow:
    return WasteRow(
        _named(viewer, own.names.get(one.institution_id, (None, None)), one.institution_id),
        f"/boards/commonwatt-building?var-institution={one.institution_id}",
        viewer.say(f"closed_{one.kind}"),
        writing.number(one.kwh),
        writing.number(one.above_kwh),
        writing.number(one.above_yuan),
        writing.number(one.quiet_kw, 1),
    )


def _stood_out(viewer: Viewer, own: OfInstitutions, one: FindingRow) -> FoundRow:
    size = Decimal(one.size) / one.per_unit
    return FoundRow(
        house_of(one, viewer.lang),
        meter_of(one, viewer.lang),
        curve_link(one),
        KINDS[one.kind].say(viewer.lang),
        writing.moment(one.first, viewer.lang),
        f"{'+' if size > 0 else ''}{writing.number(size)}",
        writing.unit_name(one.unit),
        writing.number(one.yuan),
        f"/do/finding.confirm/{one.finding_id}",
        f"/do/finding.dismiss/{one.finding_id}",
        one.finding_id in own.answers,
    )


def _lacking(viewer: Viewer, one: Lacking) -> LackingRow:
    missing_h = Decimal(one.expected_s - one.known_s) / 3600
    meter = _named(viewer, (one.meter_zh, one.meter_en), one.channel_id)
    return LackingRow(
        _named(viewer, (one.name_zh, one.name_en), one.institution_id),
        f"{meter} · {one.channel}",
        f"/institutions/{one.institution_id}?curve={one.channel_id}",
        writing.number(missing_h),
        one.known_s / one.expected_s if one.expected_s else None,
        one.last.isoformat() if one.last else writing.DASH,
    )


def _member(viewer: Viewer, of: OfUnion, one: Progress) -> MemberRow:
    path, state = _path(viewer, one)
    name = _named(viewer, of.names.get(one.member_id, (None, None)), one.member_id)
    return MemberRow(name, one.year, path, state, writing.number(_kg(one.used_g)))


def _silent(viewer: Viewer, of: OfPlatform | None) -> list[tuple[str, str, int]]:
    """Return gateways that are silent, and since when."""
    silent = of.silent if of else ()
    return [(one.name, _since(viewer, one.last_reading_at), one.channels) for one in silent]


def _since(viewer: Viewer, at: datetime | None) -> str:
    if at is None:
        return viewer.say("never_heard")
    return viewer.say("silent_since", day=civil_day(at, viewer.zone).isoformat())


def _still(of: OfPlatform | None) -> list[str]:
    """Return the queues in which something waits and nothing moves."""
    now = datetime.now(UTC)
    return [one.queue for one in (of.queues if of else ()) if one.is_stalled(now)]
