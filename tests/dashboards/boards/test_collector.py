"""The board of collectors against minutes whose sums are worked out by hand."""

from datetime import timedelta

import pytest

from dashboards.boards.catalogue import COLLECTOR
from dashboards.boards.macros import Scope
from tests.dashboards.boards.test_queries import START, first_choices, run

MINUTE = timedelta(minutes=1)
# minute, collector, messages, stored, revised, duplicates, refused, commits, write, most, lag
ROWS = (
    (0, "main", 10, 500, 0, 0, 1, 5, 100, 40, 300),
    (1, "main", 20, 700, 10, 90, 0, 5, 200, 90, 900),
    (1, "push", 1, 60, 0, 40, 2, 0, 0, 0, 20),
    (5, "main", 99, 999, 0, 0, 9, 9, 9, 999, 9999),  # at the end of the period: not in it
)


@pytest.fixture
def asked(member):
    member.world.admin("TRUNCATE intake_minute, intake_tally, collector_beat")
    for minute, *rest in ROWS:
        member.world.admin(
            f"INSERT INTO intake_minute VALUES (%s{', %s' * len(rest)})",
            START + minute * MINUTE,
            *rest,
        )
    for name, age_s, state in (
        ("main", 3, "connected"),
        ("old", 60, "connected"),
        ("off", 9, "stopped"),
    ):
        member.world.admin(
            """INSERT INTO collector_beat VALUES (%s, now(), now() - make_interval(secs => %s), %s,
                   2, now() - interval '45 s', 7, 700)""",
            name, age_s, state,
        )  # fmt: skip
    member.world.admin("INSERT INTO intake_tally VALUES ('main', 30, 1200, 10, 90, now())")
    variables = first_choices(member.connection, COLLECTOR, "en")
    scope = Scope(START, START + 5 * MINUTE, MINUTE, variables)
    return lambda panel: run(member.connection, COLLECTOR.panel(panel).sql, scope).rows


def test_figures_of_the_period_and_of_now(asked):
    assert asked(1) == [(1,)]
    assert asked(2) == [(1260,)]
    assert float(asked(3)[0][0]) == 130 / (1260 + 10 + 130)
    assert 45 <= asked(4)[0][0] < 90
    assert float(asked(5)[0][0]) == 0.09
    assert asked(6) == [(0,)]


def test_courses_are_by_collector_and_minute(asked):
    def of(panel: int) -> dict[tuple[int, str], float]:
        return {
            ((at - START) // MINUTE, who): None if value is None else float(value)
            for at, who, value in asked(panel)
        }

    first, second, pushed = (0, "main"), (1, "main"), (1, "push")
    assert of(7) == pytest.approx({first: 500 / 60, second: 700 / 60, pushed: 1})
    assert of(8) == {first: 1, second: 0, pushed: 2}
    assert of(9) == {first: pytest.approx(0.02), second: pytest.approx(0.04), pushed: None}
    assert of(10) == pytest.approx({first: 0.3, second: 0.9, pushed: 0.02})


def test_who_is_silent_or_only_delivers_is_told(asked):
    told = {row[0]: (row[1], row[3], row[6]) for row in asked(11)}
    assert told == {
        "main": ("connected", 1200, 2),
        "old": ("silent", None, 2),
        "off": ("stopped", None, 2),
    }
    assert [row[0] for row in asked(13)] == ["accounts", "tasks", "usage"]
