"""What late readings cost: the days they touch are recomputed, not the years between them."""

import psycopg
import pytest

from storage.readings.store import Store
from tests.storage.world import START_MS, SentReading, batch_of, make_channels
from worker.loop import Worker, WorkSettings

HOUR_MS = 3_600_000
HOURS = 2 * 365 * 24


@pytest.mark.parametrize("together", [True, False])
def test_the_first_and_the_last_day_of_two_years_do_not_read_the_years_between(database, together):
    make_channels(database.admin_url, [0], wraps_at=10_000_000, max_per_hour=200)
    store = Store(database.url("collector"), "test")
    readings = [
        SentReading("k0", START_MS + hour * HOUR_MS, 100.0 * hour, hour + 1)
        for hour in range(HOURS)
    ]
    for first in range(0, HOURS, 5000):
        store.write(*batch_of(readings[first : first + 5000]), [])
    worker = Worker(database.url("worker"), WorkSettings(), lambda *_, **__: None)
    worker.drain()
    before = worker.tally.readings

    late = [
        SentReading("k0", readings[place].at_ms + 60_000, readings[place].value, 9)
        for place in (5, -5)
    ]
    for batch in [late] if together else [late[:1], late[1:]]:
        store.write(*batch_of(batch), [])
    worker.drain()

    assert before >= HOURS
    assert worker.tally.readings - before < 1000
    with psycopg.connect(database.admin_url) as c:
        total = c.execute("SELECT sum(used) FROM usage_hour").fetchone()
    assert total == (100 * (HOURS - 1),)
