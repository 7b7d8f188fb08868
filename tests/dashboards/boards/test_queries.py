"""Every panel's and variable's query runs as a member's login and answers in Grafana's form."""

from datetime import UTC, datetime, timedelta

import pytest

from dashboards.boards.catalogue import BOARDS
from dashboards.boards.frames import Frame, faults
from dashboards.boards.macros import Scope, Value, expand

START = datetime(2016, 3, 1, tzinfo=UTC)
RANGES = {
    "hours": (START + timedelta(hours=20), START + timedelta(hours=62)),
    "month": (START, START + timedelta(days=31)),
    "year": (datetime(2015, 5, 1, tzinfo=UTC), datetime(2016, 5, 1, tzinfo=UTC)),
    "across a year": (datetime(2015, 12, 15, tzinfo=UTC), datetime(2017, 2, 3, tzinfo=UTC)),
    "before anything": (datetime(2001, 1, 1, tzinfo=UTC), datetime(2001, 1, 8, tzinfo=UTC)),
    "off the hour": (START + timedelta(minutes=7), START + timedelta(days=3, seconds=11)),
}
INTERVALS = (timedelta(minutes=1), timedelta(minutes=15), timedelta(hours=1), timedelta(days=1))


def run(connection, sql, scope):
    cursor = connection.execute(expand(sql, scope))
    return Frame(tuple(one.name for one in cursor.description), cursor.fetchall())


def first_choices(connection, board, lang, **chosen):
    """Set each variable to its first value, as Grafana does when a board opens."""
    found = {"lang": Value((lang,))} | {name: Value((one,)) for name, one in chosen.items()}
    since, until = RANGES["month"]
    for variable in board.variables:
        if variable.name not in chosen:
            frame = run(connection, variable.sql, Scope(since, until, variables=found))
            assert frame.names[:2] == ("__value", "__text"), variable.name
            values = [row[0] for row in frame.rows]
            assert len(set(values)) == len(values), f"{board.uid}.{variable.name}: twice"
            found[variable.name] = Value((values[0] if values else "",))
    return found


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
def test_every_query_runs_over_every_range_and_answers_in_form(member, board):
    for lang in ("zh", "en"):
        variables = first_choices(member.connection, board, lang)
        for name, (since, until) in RANGES.items():
            for interval in INTERVALS if name == "month" else INTERVALS[:1]:
                scope = Scope(since, until, interval, variables)
                for panel in board.panels():
                    frame = run(member.connection, panel.sql, scope)

                    assert list(faults(panel, frame)) == [], f"{panel.title.en} over {name}"
