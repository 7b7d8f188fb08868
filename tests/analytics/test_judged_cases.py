"""The cases of judged.toml without files and database: what is judged, and what hours hold."""

import tomllib
from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from analytics.balance import balance
from analytics.hours import spread
from analytics.judging import judged, unmeasured
from analytics.steps import Reason
from tests.analytics import byhand
from tests.analytics.byhand import INTERVAL, POWER, REGISTER, Facts, Row

CASES = tomllib.loads((Path(__file__).parent.parent / "cases/judged.toml").read_text())["case"]
KINDS = {"register": REGISTER, "interval": INTERVAL, "power": POWER}
ESTIMATED = (Reason.GAP, Reason.CAUGHT_UP)
ZONE = ZoneInfo("Asia/Shanghai")
every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])


def instant_ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp() * 1000)


def quanta(text: str | Decimal) -> int:
    return int(Decimal(text) * 1000)


def rows_of(case: dict) -> list[Row]:
    """Return the readings of a case in thousandths, its runs written out, and its exchange."""
    facts = Facts(
        period_s=case.get("period_s", 3600),
        most=quanta(case["limit"]) if "limit" in case else None,
        wraps=quanta(case["wraps_at"]) if "wraps_at" in case else None,
    )
    rows = []
    for line in case["readings"].strip().splitlines():
        day, time, value, *run = line.split()
        often, rise = (int(run[1]), Decimal(run[2])) if run else (1, Decimal(0))
        for place in range(often):
            at = instant_ms(f"{day} {time}") + place * facts.period_s * 1000
            shown = quanta(Decimal(value) + place * rise)
            rows.append(Row(at, shown, shown, facts, facts))
    if values := case.get("exchange"):
        final = quanta(values["final"]) if "final" in values else None
        row = Row(instant_ms(values["at"]), final, quanta(values["initial"]), facts, facts)
        rows.append(row)
    return sorted(rows, key=lambda row: row.at)


def written(at_ms: int) -> str:
    at = datetime.fromtimestamp(at_ms / 1000, ZONE)
    return f"{at:%Y-%m-%d %H:%M:%S}" if at.second else f"{at:%Y-%m-%d %H:%M}"


@every_case
def test_what_is_set_aside_unknown_and_estimated(case):
    effective = byhand.effective({1: (KINDS[case.get("kind", "register")], rows_of(case))})
    found = judged(effective)
    spans = unmeasured(effective, found.steps)
    values: dict[bool, list[str]] = defaultdict(list)
    for start, end, reason in zip(
        spans.start_ms.tolist(), spans.end_ms.tolist(), spans.reason.tolist(), strict=True
    ):
        text = f"{written(start)} to {written(end)} {Reason(reason).name.lower()}"
        values[reason in ESTIMATED].append(text)

    assert [written(at) for at in effective.at_ms[~found.stands].tolist()] == case.get("aside", [])
    assert values[False] == case.get("unknown", [])
    assert values[True] == case.get("estimated", [])


@every_case
def test_the_hours_of_a_month_add_up_to_what_a_person_works_out(case):
    made = judged(byhand.effective({1: (KINDS[case.get("kind", "register")], rows_of(case))})).steps
    hours = spread(made)
    months: dict[str, Decimal] = defaultdict(Decimal)
    for at, used, known in zip(
        hours.hour_ms.tolist(), hours.used.tolist(), hours.known.tolist(), strict=True
    ):
        if known:
            month = datetime.fromtimestamp(at / 1000, ZONE)
            months[f"{month:%Y-%m}"] += Decimal(used) / 1000

    assert months == {month: Decimal(total) for month, total in case["months"].items()}


@every_case
def test_the_values_at_the_ends_say_the_same(case):
    if case.get("kind", "register") != "register":
        return
    effective = byhand.effective({1: (REGISTER, rows_of(case))})
    result = balance(
        effective, judged(effective), int(effective.at_ms[0]), int(effective.at_ms[-1])
    )

    assert (result is None) == (len(effective.at_ms) < 2)
    assert result is None or result.agrees
    assert result is None or result.known == sum(map(quanta, case["months"].values()))
