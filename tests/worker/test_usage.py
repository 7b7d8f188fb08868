"""Promise 2: whatever order, batches, repetition, conflict, exchange or worker, one result."""

import threading
from collections import Counter

import psycopg
import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from storage.readings.store import Store
from tests.storage.world import START_MS, SentReading, batch_of, forget_readings, make_channels
from tests.worker import model
from worker.loop import Worker, WorkSettings
from worker.usage import Limits

MINUTE_MS = 60_000
HOUR_MS = 3_600_000

# Instants on a grid that meets hours, crosses midnight and the clock change of 27 March 2016.
AT = st.one_of(
    st.integers(0, 60).map(lambda n: START_MS + n * 20 * MINUTE_MS),
    st.integers(0, 40).map(lambda n: START_MS + 25 * 24 * HOUR_MS + n * HOUR_MS),
    st.integers(0, 3 * HOUR_MS).map(lambda ms: START_MS + ms),
)
SENT = st.builds(
    SentReading,
    key=st.sampled_from(["k0", "k1", "k2"]),
    at_ms=AT,
    value=st.integers(0, 999).map(float),
    seq=st.integers(1, 3),
)


def quiet(*_: object, **__: object) -> None:
    pass


def worker(database, **limits: int) -> Worker:
    return Worker(database.url("worker"), WorkSettings(limits=Limits(**limits)), quiet)


def rows(database, table: str) -> list:
    order = {"usage_hour": "hour", "usage_day": "day", "usage_month": "month"}[table]
    with psycopg.connect(database.admin_url) as c:
        c.execute("SET timezone = 'UTC'")
        key = f"storage.ms({order})" if table == "usage_hour" else f"{order}::text"
        return c.execute(
            f"SELECT channel_id, {key}, used, measured_s, known_s FROM {table} ORDER BY 1, 2"
        ).fetchall()


def modelled(database, ids: list[int], kinds: list[int], *, wraps_at: int, zone: str) -> dict:
    """Return each channel as the model sees it: effective readings out of the database."""
    found = {}
    with psycopg.connect(database.admin_url) as c:
        for channel_id, kind in zip(ids, kinds, strict=True):
            settings_ = c.execute(
                """SELECT storage.ms(valid_from), factor, under, period_s, max_per_hour,
                          wraps_at
                     FROM channel_setting WHERE channel_id = %s AND known_until IS NULL
                    ORDER BY valid_from""",
                [channel_id],
            ).fetchall()
            exchanges = c.execute(
                """SELECT storage.ms(at), final, initial FROM exchange
                    WHERE channel_id = %s AND known_until IS NULL""",
                [channel_id],
            ).fetchall()
            readings = c.execute(
                """SELECT storage.ms(at), value FROM reading
                    WHERE channel_id = %s AND value IS NOT NULL""",
                [channel_id],
            ).fetchall()
            found[channel_id] = model.Channel(
                kind,
                zone,
                settings_,
                {at: (final, initial) for at, final, initial in exchanges},
                dict(readings),
            )
    return found


def assert_as_modelled(database, channels: dict) -> None:
    by_hour = {channel_id: model.hours(channel) for channel_id, channel in channels.items()}
    wanted_hours = [
        (channel_id, hour, *figures)
        for channel_id, of in by_hour.items()
        for hour, figures in of.items()
    ]
    wanted_days = [
        (channel_id, day, *figures)
        for channel_id, of in by_hour.items()
        for day, figures in model.days(of, channels[channel_id].zone).items()
    ]
    assert rows(database, "usage_hour") == sorted(wanted_hours)
    assert rows(database, "usage_day") == sorted(wanted_days)
    months: dict = {}
    for channel_id, day, used, measured, known in wanted_days:
        key = channel_id, day[:8] + "01"
        so_far, measured_so_far, known_so_far = months.get(key, (None, 0, 0))
        total = so_far if used is None else (so_far or 0) + used
        months[key] = (total, measured_so_far + measured, known_so_far + known)
    assert rows(database, "usage_month") == sorted((*key, *value) for key, value in months.items())


def assert_accounts_are_sums(database) -> None:
    with psycopg.connect(database.admin_url) as c:
        stale = c.execute(
            "SELECT (SELECT count(*) FROM stale_usage), (SELECT count(*) FROM stale_account)"
        ).fetchone()
        accounts = c.execute(
            "SELECT sum(quanta), sum(measured_s), sum(known_s) FROM account"
        ).fetchone()
        days = c.execute(
            "SELECT sum(used), sum(measured_s), sum(known_s) FROM usage_day"
        ).fetchone()
    assert stale == (0, 0)
    assert accounts == days


@pytest.mark.slow
def test_any_history_of_any_kind_gives_what_a_recomputation_gives(database):
    kinds = [0, 1, 2]
    ids = make_channels(
        database.admin_url, kinds, wraps_at=1000, max_per_hour=900, factor=3, period_s=1800
    )
    seen: Counter[str] = Counter()

    @settings(max_examples=40)
    @given(st.lists(SENT, min_size=1, max_size=25), st.data())
    def holds(sent, data):
        forget_readings(database.admin_url)
        order = data.draw(st.permutations(sent))
        store = Store(database.url("collector"), "test")
        while order:
            size = data.draw(st.integers(1, len(order)))
            store.write(*batch_of(order[:size]), [])
            order = order[size:]
            if data.draw(st.booleans()):
                worker(database, channels=data.draw(st.integers(1, 3))).drain()
        store.close()
        worker(database, readings=data.draw(st.sampled_from([8, 40, 300_000]))).drain()
        channels = modelled(database, ids, kinds, wraps_at=1000, zone="Europe/London")
        for channel in channels.values():
            for step in model.steps(channel):
                seen[step.why] += 1
        note(str(channels))
        assert_as_modelled(database, channels)
        assert_accounts_are_sums(database)

    holds()
    assert min(seen[why] for why in ("KNOWN", "FALL", "OVER_LIMIT")) > 0, seen


@pytest.mark.parametrize("readings", [1, 2, 3])
def test_the_least_piece_still_gets_on(database, readings):
    ids = make_channels(database.admin_url, [0], wraps_at=1000, period_s=1800)
    store = Store(database.url("collector"), "test")
    sent = [SentReading("k0", START_MS + hour * HOUR_MS, 7.0 * hour, hour + 1) for hour in range(9)]
    store.write(*batch_of(sent), [])
    store.close()

    worker(database, readings=readings).drain()

    assert_as_modelled(database, modelled(database, ids, [0], wraps_at=1000, zone="Europe/London"))


@pytest.mark.parametrize("final", [None, 80])
def test_voids_exchanges_and_settings_recompute_their_span(database, final):
    kinds = [0]
    ids = make_channels(database.admin_url, kinds, wraps_at=1000, max_per_hour=None)
    store = Store(database.url("collector"), "test")
    values = [10, 20, 35, 900, 40, 70, 5, 15]
    readings = [SentReading("k0", START_MS + h * HOUR_MS, v, h + 1) for h, v in enumerate(values)]
    store.write(*batch_of(readings), [])
    worker(database).drain()

    with psycopg.connect(database.admin_url, autocommit=True) as c:
        at = START_MS + 3 * HOUR_MS
        c.execute("UPDATE reading SET value = NULL, rank = 1 WHERE storage.ms(at) = %s", [at])
        exchanged = START_MS + 5 * HOUR_MS + HOUR_MS // 2
        c.execute(
            """INSERT INTO exchange (channel_id, at, final, initial, source, known_by)
               VALUES (%s, to_timestamp(%s / 1000.0), %s, 0, 'test', 'user:1')""",
            [ids[0], exchanged, final],
        )
        c.execute(
            """INSERT INTO stale_usage (channel_id, first, last)
               SELECT %s, to_timestamp(ms / 1000.0), to_timestamp(ms / 1000.0)
                 FROM unnest(%s::bigint[]) AS ms""",
            [ids[0], [at, exchanged]],
        )
    worker(database).drain()

    channels = modelled(database, ids, kinds, wraps_at=1000, zone="Europe/London")
    assert_as_modelled(database, channels)
    total = sum(used or 0 for used, *_ in model.hours(channels[ids[0]]).values())
    assert total == 10 + 15 + 5 + 30 + (10 if final else 0) + 5 + 10


def test_two_workers_and_two_collectors_at_once_give_the_same(database):
    kinds = [0] * 6
    ids = make_channels(database.admin_url, kinds, wraps_at=1000, max_per_hour=900)
    readings = [
        SentReading(f"k{key}", START_MS + hour * HOUR_MS, float((key + 1) * hour * 37 % 1000), seq)
        for hour in range(60)
        for key in range(6)
        for seq in (1, 2)
    ]
    stop = threading.Event()
    workers = [worker(database, channels=2) for _ in range(2)]
    threads = [threading.Thread(target=w.run, args=(stop,)) for w in workers]

    def send(part: list[SentReading]) -> None:
        store = Store(database.url("collector"), "test")
        for first in range(0, len(part), 23):
            store.write(*batch_of(part[first : first + 23]), [])
        store.close()

    senders = [threading.Thread(target=send, args=(p,)) for p in (readings[::-1], readings)]
    for thread in threads + senders:
        thread.start()
    for thread in senders:
        thread.join()
    stop.set()
    for thread in threads:
        thread.join()
    worker(database).drain()

    assert_as_modelled(
        database, modelled(database, ids, kinds, wraps_at=1000, zone="Europe/London")
    )
    assert_accounts_are_sums(database)


def test_shares_that_add_to_one_add_to_the_day(database):
    ids = make_channels(database.admin_url, [0], wraps_at=1000, max_per_hour=None)
    with psycopg.connect(database.admin_url, autocommit=True) as c:
        c.execute("UPDATE account_term SET known_until = now()")
        for share in (333_333, 333_333, 333_334):
            c.execute(
                """WITH made AS (INSERT INTO institution DEFAULT VALUES RETURNING id)
                   INSERT INTO account_term (institution_id, carrier, channel_id, share,
                       valid_from, source, known_by)
                   SELECT id, 'electricity', %s, %s, '2016-01-01', 'test', 'user:1' FROM made""",
                [ids[0], share],
            )
    store = Store(database.url("collector"), "test")
    values = [0, 1, 3, 10, 11, 12, 500]
    store.write(
        *batch_of(
            [SentReading("k0", START_MS + n * 17 * HOUR_MS, v, n + 1) for n, v in enumerate(values)]
        ),
        [],
    )
    worker(database).drain()

    with psycopg.connect(database.admin_url) as c:
        accounts = c.execute(
            "SELECT institution_id, quanta FROM account ORDER BY institution_id"
        ).fetchall()
        amounts = [row[0] for row in c.execute("SELECT used FROM usage_day ORDER BY day")]
    shares, wanted = [333_333, 333_333, 333_334], []
    for place, share in enumerate(shares):
        before = sum(shares[:place])
        wanted.append(sum(model.account_part(a, before, share) for a in amounts))
    assert [quanta for _, quanta in accounts] == wanted
    assert sum(wanted) == 500


def test_a_channel_that_fails_is_put_off_and_the_others_go_on(database):
    ids = make_channels(database.admin_url, [0, 0], wraps_at=1000, max_per_hour=None)
    store = Store(database.url("collector"), "test")
    store.write(
        *batch_of(
            [SentReading(f"k{k}", START_MS + h * HOUR_MS, h, h + 1) for k in (0, 1) for h in (0, 1)]
        ),
        [],
    )
    with psycopg.connect(database.admin_url, autocommit=True) as c:
        c.execute("UPDATE channel SET zone = 'Nowhere/At_all' WHERE id = %s", [ids[0]])
    messages = []
    one = Worker(
        database.url("worker"),
        WorkSettings(),
        lambda event, **facts: messages.append((event, facts)),
    )

    one.drain()

    assert {row[0] for row in rows(database, "usage_hour")} == {ids[1]}
    assert messages
    assert messages[0][0] == "usage.failed"
    assert messages[0][1]["key"] == ids[0]
