"""A thousand gateways that send for ten minutes: readings a second, and how late accounts are."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks import ground, watching
from benchmarks.district import District
from benchmarks.figures import Figure, Section, peaks
from benchmarks.ground import Crew, Tables
from benchmarks.watching import Seen, Watch, p99
from cli import services

_GATEWAYS: Final = 1_000
_METERS: Final = 10  # of each
_RATE: Final = 10_000.0
_P99_S: Final = 5.0
_FLAT: Final = 1.05
_TOLERANCE: Final = 0.995  # of the rate: what the sender's own pace may miss
_QUICK_S: Final = 20.0
_MOST_MB: Final = {"collector": 150.0, "worker": 400.0}
_STORED: Final = "SELECT coalesce(sum(stored), 0)::bigint FROM intake_tally"


@dataclass(slots=True)
class Lived:
    """What came of it: rates and times are of the time in which gateways sent.

    busy: processors that each process took. grown: the whole peak over that of the first two
    thirds. unstored: readings that were sent.
    """

    rate: float
    seen: Seen
    busy: dict[str, float]
    grown: dict[str, float]
    peaks_mb: dict[str, float]
    unstored: int
    settled_s: float


def run(root: Path, *, runs: int, quick: bool, minutes: float = 10.0) -> list[Section]:
    """Let every gateway send a reading of each of its meters once a second."""
    del runs
    lasts_s = _QUICK_S if quick else 60 * minutes
    district = District(_GATEWAYS * _METERS, 1, _METERS, 500)
    with (
        ground.postgres(root / "live") as server,
        ground.registered(server.url, district.registry()) as tables,
        ground.broker(root, "auto") as known,
        ground.crew(root / "crew", broker=known.broker_pid, postgres=server.pid) as crew,
    ):
        district.fill(tables)
        environment = {"COMMONWATT_DATABASE_URL": tables.logins["worker"]}
        crew.start("worker", ["work"], environment)
        crew.collect(known, tables.logins["collector"])
        watching.settled(tables, crew)
        lived = _lived(known, tables, crew, district, lasts_s)
        return [_section(lived, lasts_s, known.broker)]


def _lived(
    known: services.Running, tables: Tables, crew: Crew, district: District, lasts_s: float
) -> Lived:
    """Look on while gateways send."""
    before = tables.ask(_STORED)
    with watching.sending(known, district, lasts_s) as (sent_s, _):
        watch = Watch(tables.admin_url, district, district.watched(tables), sent_s)
        busy_s = dict(crew.busy_s)
        watching.watched_for(watch, crew, lasts_s * 2 / 3)
        earlier = dict(crew.peaks_mb)
        watching.watched_for(watch, crew, lasts_s / 3)
        rate = (tables.ask(_STORED) - before) / lasts_s
        busy = {name: (crew.busy_s[name] - then) / lasts_s for name, then in busy_s.items()}
    settled_s = watching.settled(tables, crew)
    unstored = watching.sent(sent_s) * _METERS - (tables.ask(_STORED) - before)
    grown = {name: crew.peaks_mb[name] / earlier[name] for name in _MOST_MB}
    return Lived(rate, watch.seen, busy, grown, crew.peaks_mb, unstored, settled_s)


def _section(lived: Lived, lasts_s: float, broker: str) -> Section:
    late_s, queryable_s = p99(lived.seen.counted_s), p99(lived.seen.queryable_s)
    return Section(
        f"live, {_GATEWAYS:,} gateways, {broker}",
        [
            f"Each sends a reading of its {_METERS} meters once a second for {lasts_s:,.0f} s,",
            "over one connection; collector, worker, broker, database and sender share it all.",
            "Twenty meters are looked at ten times a second: from the sending of each reading",
            "until it can be queried, and until its account holds it.",
        ],
        [
            Figure("stored", "readings/s", [lived.rate], _RATE * _TOLERANCE),
            Figure("reading to account, p99", "s", [late_s], _P99_S, "most"),
            Figure("reading to account", "s", lived.seen.counted_s),
            Figure("reading to queryable, p99", "s", [queryable_s]),
            Figure("readings sent and not stored", "", [lived.unstored], 0, "most"),
            Figure("until nothing waited, afterwards", "s", [lived.settled_s]),
            *(
                Figure(f"growth in the last third, {name}", "", [one], _FLAT, "most")
                for name, one in lived.grown.items()
            ),
            *(Figure(f"processors, {name}", "", [taken]) for name, taken in lived.busy.items()),
            *peaks([lived.peaks_mb], _MOST_MB),
        ],
    )
