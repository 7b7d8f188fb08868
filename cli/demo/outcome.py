"""What a run without serving came to: one object of figures, and whether they all agree."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cli.demo import figures, told, union
from cli.demo.figures import Source, Verdict
from cli.demo.run import Demo
from cli.services.words import say
from storage import migrate
from storage.accounts import usage
from storage.registry import table


@dataclass(frozen=True, slots=True)
class Outcome:
    """The figures of a run, and what is wrong with them."""

    values: dict[str, Any]
    faults: Sequence[str]


def judged(demo: Demo, sources: Sequence[Source]) -> Outcome:
    """Count everything in the database, and hold it against what the meters showed."""
    demo.look()
    with (
        demo.stages.stage("check", say("核对每块表、每本账……", "Checking meters and accounts …")),
        usage.connect(demo.admin_url) as connection,
    ):
        counts = figures.counts(connection)
        verdict = figures.judge(connection, sources)
        engine, versions = migrate.engine_of(connection)
        quanta = table.quanta(connection)
        shared = union.judge(connection)
    found = demo.told()
    sent, receipted = demo.heard.made, demo.heard.receipted
    faults = [*verdict.faults, *_unexplained(verdict), *_lost(sent, receipted, counts, sources)]
    faults += [*told.unexplained(found), *shared.faults]
    values = {
        "sent": sent,
        "receipted": receipted,
        "withheld": sum(source.withheld for source in sources),
        **{name: counts[name] for name in ("stored", "duplicates", "revised", "rejected")},
        "carriers": _carriers(verdict, quanta),
        "meters_complete": verdict.complete,
        "meters_explained": verdict.explained,
        "meters_unexplained": len(verdict.unexplained),
        **told.figures(found),
        **{name: counts[name] for name in ("hours", "days", "months", "accounts")},
        **shared.figures,
        "seconds": {},
        "peak_mb": _peaks(demo),
        "engine": {"name": engine, "versions": versions},
        "broker": demo.running.running.broker,
    }
    return Outcome(values, faults)


def _carriers(verdict: Verdict, quanta: dict[str, str]) -> dict[str, dict[str, Any]]:
    """Return of each carrier what the meters showed, beside what its accounts hold."""
    return {
        carrier: {
            "quantum": quanta.get(carrier, ""),
            "source_quanta": source,
            "account_quanta": account,
        }
        for carrier, (source, account) in sorted(verdict.carriers.items())
    }


def _peaks(demo: Demo) -> dict[str, float]:
    """Return the most memory each process held; of PostgreSQL, its largest one."""
    seen = {child.name: child.peak_mb() for child in demo.children}
    services = {name: round(peak / 1e6, 1) for name, peak in demo.peaks.items()}
    return {name: peak for name, peak in seen.items() if peak is not None} | services


def _unexplained(verdict: Verdict) -> list[str]:
    return [
        say(f"计量表 {meter} 有未说明的时段", f"meter {meter} has a span without a reason")
        for meter in verdict.unexplained
    ]


def _lost(
    sent: int, receipted: int, counts: dict[str, int], sources: Sequence[Source]
) -> list[str]:
    """Find readings that nobody can account for."""
    faults = []
    if sent != (made := sum(source.readings for source in sources)):
        faults.append(
            say(f"应发 {made} 条,实发 {sent} 条", f"{made} readings were to be sent, {sent} were")
        )
    if receipted != sent:
        faults.append(
            say(f"{sent - receipted} 条没有回执", f"{sent - receipted} readings have no receipt")
        )
    taken = counts["stored"] + counts["revised"] + counts["rejected"]
    if taken != sent:
        faults.append(
            say(
                f"发送 {sent} 条,入库、修订、拒收合计 {taken} 条",
                f"{sent} readings were sent; stored, revised and rejected they are {taken}",
            )
        )
    return faults
