"""`commonwatt upload`: a day's hours of accounts to an upper centre, each acknowledged."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from actions.accounts.usage import institution_usage
from actions.actor import Actor
from collector.ministry.upward import Building, Centre, Report, Upward
from metering.errors import UnavailableError

_CHINA: Final = ZoneInfo("Asia/Shanghai")
_HOUR_S: Final = 3600


@dataclass(slots=True)
class Sent:
    """Hours: sent now, acknowledged before, and not wholly known, so left for another run."""

    sent: int = 0
    before: int = 0
    unknown: int = 0


class Journal:
    """What was acknowledged, a line each; a value that has changed since is sent again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        self._known = set(text.splitlines())

    def knows(self, building: Building, report: Report) -> bool:
        """Return whether just this was acknowledged."""
        return _line(building, report) in self._known

    def note(self, building: Building, report: Report) -> None:
        """Write down that it is; synced before this returns."""
        line = _line(building, report)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
            file.flush()
            os.fsync(file.fileno())
        self._known.add(line)


def upload(actor: Actor, centre: Centre, day: date, journal: Journal) -> Sent:
    """Send a civil day of China; UnavailableError where it is to be tried again later."""
    told = Sent()
    for building in centre.building:
        reports, unknown = reports_of(actor, building, day)
        told.unknown += unknown
        left = [one for one in reports if not journal.knows(building, one)]
        told.before += len(reports) - len(left)
        if not left:
            continue
        with Upward(centre, building) as line:
            for report in left:
                line.send(report)
                journal.note(building, report)
                told.sent += 1
    return told


def reports_of(actor: Actor, building: Building, day: date) -> tuple[list[Report], int]:
    """Return the hours of a building's day, and how many values of hours are not wholly known.

    What is unknown is left out, never sent as 0.
    """
    items: dict[int, dict[str, str]] = {}
    unknown = 0
    for carrier, code in building.items.items():
        known = dict(_hours(actor, building.institution, carrier, day))
        for end_ms in _ends(day):
            if end_ms in known:
                items.setdefault(end_ms, {})[code] = known[end_ms]
            else:
                unknown += 1
    return [Report(_time(end_ms), items[end_ms]) for end_ms in sorted(items)], unknown


def _hours(actor: Actor, institution: int, carrier: str, day: date) -> Iterator[tuple[int, str]]:
    """Yield the ends of hours that are wholly known, and what was used, in the carrier's unit."""
    since = datetime(day.year, day.month, day.day, tzinfo=_CHINA)
    found = institution_usage(
        actor, institution, carrier, "hour", since=since, until=since + timedelta(days=1),
        zone="Asia/Shanghai",
    )  # fmt: skip
    if found.waits:
        raise _waits(institution)
    columns = found.columns
    for start_ms, used, known_s, expected_s in zip(
        columns.start_ms, columns.used, columns.known_s, columns.expected_s, strict=True
    ):
        if used is not None and known_s >= expected_s > 0:
            text = format(Decimal(int(used)) / found.per_unit, "f")
            yield int(start_ms) + _HOUR_S * 1000, text


def _ends(day: date) -> Iterator[int]:
    since = datetime(day.year, day.month, day.day, tzinfo=_CHINA)
    for hour in range(1, 25):
        yield int((since + timedelta(hours=hour)).timestamp() * 1000)


def _time(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1000, _CHINA):%Y%m%d%H%M%S}"


def _line(building: Building, report: Report) -> str:
    digest = sha256(report.xml(building)).hexdigest()[:16]
    return f"{report.time} {building.building} {building.gateway} {digest}"


def _waits(institution: int) -> UnavailableError:
    return UnavailableError(
        "upload.not_computed",
        zh=f"机构 {institution} 还有读数未计入用量。",
        en=f"Readings of the institution {institution} are still to be computed.",
        next_zh="请确认 commonwatt work 正在运行,稍后重新运行同一命令。",
        next_en="See that commonwatt work runs, and run the same again later.",
        where={"institution_id": institution},
    )
