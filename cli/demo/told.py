"""What befell the demo's meters: exchanges are recorded, and each incident is found on its page."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
from psycopg import Connection

from actions.actor import Actor
from actions.doing import carry_out
from actions.readings.evidence import evidence_of
from actions.readings.exchanges import list_exchanges
from actions.readings.record_exchange import RecordExchange
from cli.demo import world
from cli.demo.figures import NAMESPACE
from cli.demo.world import Plan
from cli.services.words import say
from metering.channels import Kind
from simulators.datasets import HOUR_MS
from simulators.incidents import Incident, Kinds
from simulators.series import PER_KWH, Series

_HOLE: Final = "hole"
_SHOWN_AS: Final[dict[str, str]] = {
    Kinds.OUTAGE: "gap",
    Kinds.MISREAD: "set_aside",
    Kinds.ZEROS: "set_aside",
    Kinds.WRAP: "wrapped",
    Kinds.EXCHANGE: "exchange",
    Kinds.FROZEN: "caught_up",
    _HOLE: "missing",
}
WORDS: Final[dict[str, tuple[str, str]]] = {
    Kinds.OUTAGE: ("网关断线,总量已知、曲线为估算", "a gateway was silent: estimated, total known"),
    Kinds.MISREAD: ("一位数字误读,已暂存待核", "a misread digit, set aside"),
    Kinds.ZEROS: ("网关上送零值,已暂存待核", "zeros sent by a gateway, set aside"),
    Kinds.WRAP: ("示数翻转归零", "a register that wrapped"),
    Kinds.EXCHANGE: ("换表", "a meter that was exchanged"),
    Kinds.FROZEN: ("示数冻结后补足", "a register that stood still, then caught up"),
    _HOLE: ("源数据缺失:未知,不是零", "a hole of the source: unknown, not zero"),
}

_CHANNELS: Final = """
    SELECT m.code, c.id, m.institution_id
      FROM institution_code i
      JOIN meter m ON m.institution_id = i.institution_id
      JOIN channel c ON c.meter_id = m.id
     WHERE i.namespace = %s
"""


@dataclass(frozen=True, slots=True)
class ExplainedIncident:
    """An incident, the page of the account that explains it, and whether that page names it.

    officers: whether it befell the officer's province, so that the officer may open the page.
    """

    kind: str
    meter: str
    institution_id: int
    carrier: str
    month: str
    explained: bool
    officers: bool = True

    @property
    def page(self) -> str:
        """The path of the explanation page."""
        return f"/institutions/{self.institution_id}/accounts/{self.carrier}/{self.month}"


def record(actor: Actor, plan: Plan) -> None:
    """Record the exchanges of meters, as an officer does who was there; each once."""
    with actor.look() as connection:
        channels = _channels(connection)
    for one in plan.incidents:
        if one.kind is not Kinds.EXCHANGE:
            continue
        channel_id, _ = channels[one.meter]
        at = _instant(one.start_ms)
        if any(known.at == at for known in list_exchanges(actor, channel_id)[1]):
            continue
        exchange = RecordExchange(
            at=at,
            final=Decimal(one.final) / PER_KWH,
            initial=Decimal(one.initial) / PER_KWH,
            source="演示:换表记录单",
        )
        carry_out(actor, exchange, channel_id)


def judge(actor: Actor, plan: Plan) -> list[ExplainedIncident]:
    """Return every incident, and one hole of the source for each meter that has some."""
    of_officer = world.officers_site(plan)
    with actor.look() as connection:
        channels = _channels(connection)
    series = {one.meter.name: one for one in plan.series}
    befell: list[Incident | _Hole] = [*plan.incidents, *map(_first_hole, _with_holes(plan.series))]
    return [
        replace(
            _told(actor, one, series[one.meter], *channels[one.meter]),
            officers=series[one.meter].meter.building.site == of_officer,
        )
        for one in sorted(befell, key=lambda one: (one.meter, one.start_ms))
    ]


def figures(found: Sequence[ExplainedIncident]) -> dict[str, Any]:
    """Return how many incidents of each kind their pages explain, and where to look at them."""
    explained = Counter(one.kind for one in found if one.explained)
    pages = [
        {"kind": one.kind, "meter": one.meter, "page": one.page, "explained": one.explained}
        for one in found
        if one.kind != _HOLE
    ]
    return {"explained": dict(sorted(explained.items())), "incidents": pages}


def unexplained(found: Sequence[ExplainedIncident]) -> list[str]:
    """Return what is wrong: incidents that no page tells."""
    return [
        say(
            f"计量表 {one.meter} 的“{WORDS[one.kind][0]}”未见于 {one.page}",
            f"meter {one.meter}: “{WORDS[one.kind][1]}” is not told by {one.page}",
        )
        for one in found
        if not one.explained
    ]


def lines(found: Sequence[ExplainedIncident], url: str) -> str:
    """Return for each kind how often it is there, and the address of one page that tells it.

    That is one which the officer may open, of the meter with most to tell, where there is one.
    """
    first: dict[str, ExplainedIncident] = {}
    most = Counter(one.meter for one in found)
    for one in sorted(found, key=lambda one: (not one.officers, -most[one.meter])):
        first.setdefault(one.kind, one)
    often = Counter(one.kind for one in found)
    return "\n".join(
        f"    {say(*WORDS[kind])} ({often[kind]}): {url}{first[kind].page}{_by(first[kind])}"
        for kind in WORDS
        if kind in first
    )


def _by(one: ExplainedIncident) -> str:
    """Return who may open a page, where the officer may not."""
    return "" if one.officers else say("(以 admin 登录)", "  (as admin)")


def _told(
    actor: Actor, one: "Incident | _Hole", series: Series, channel_id: int, institution_id: int
) -> ExplainedIncident:
    zone = ZoneInfo(series.meter.building.zone)
    local = _instant(one.start_ms).astimezone(zone)
    first = datetime(local.year, local.month, 1, tzinfo=zone)
    following = (first + timedelta(days=32)).replace(day=1)
    first_ms, until_ms = (round(edge.timestamp() * 1000) for edge in (first, following))
    with actor.look() as connection:
        evidence = evidence_of(connection, channel_id, first_ms, until_ms)
    shown_as = _SHOWN_AS[one.kind]
    told = [(each.kind, each.start_ms) for each in evidence.occurred]
    spans = [(each.reason, each.start_ms) for each in evidence.unmeasured]
    return ExplainedIncident(
        str(one.kind),
        one.meter,
        institution_id,
        series.carrier,
        f"{first:%Y-%m}",
        (shown_as, one.start_ms) in [*told, *spans],
    )


@dataclass(frozen=True, slots=True)
class _Hole:
    """Hours of which a source says nothing."""

    meter: str
    start_ms: int
    kind: str = _HOLE


def _with_holes(series: Sequence[Series]) -> list[Series]:
    return [one for one in series if one.kind is Kind.INTERVAL]


def _first_hole(one: Series) -> _Hole:
    place = int(np.flatnonzero(np.diff(one.at_ms) > HOUR_MS)[0])
    return _Hole(one.meter.name, int(one.at_ms[place]))


def _channels(connection: Connection[Any]) -> Mapping[str, tuple[int, int]]:
    """Return the channel and the institution of each meter."""
    rows = connection.execute(_CHANNELS, [NAMESPACE]).fetchall()
    return {code: (int(channel), int(institution)) for code, channel, institution in rows}


def _instant(at_ms: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at_ms)
