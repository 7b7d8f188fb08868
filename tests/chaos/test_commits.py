"""The n-th commit fails, for n = 1, 2, … until none does: on the wire, and in the database."""

import itertools
from collections import deque

import psycopg
import pytest

from collector.codecs import native
from collector.delivery.effects import Batch, Settled, Taken
from collector.settings import CollectorSettings
from collector.tally import Tally
from collector.writer import Writer
from metering.messages import Message
from storage.readings.store import Store
from tests.chaos.proxy import Proxy
from tests.collector.rig import until
from tests.storage.world import GATEWAY, START_MS, forget_readings, make_channels

MESSAGES, READINGS = 9, 2
QUICK = CollectorSettings(
    "mqtt://broker",
    receive_maximum=10,
    batch_messages=5,
    write_readings=4,
    receipt_ms=0,
    retry_first_s=0.01,
    retry_most_s=0.05,
)
# Fails the n-th reading at its commit, as a full disk does; the sequence outlives what is undone.
_FAULT = """
    CREATE SEQUENCE tried;
    CREATE TABLE fault (n bigint);
    CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
        BEGIN
            IF nextval('tried') = (SELECT n FROM fault) THEN
                RAISE EXCEPTION 'No space left on device' USING ERRCODE = 'disk_full';
            END IF;
            RETURN NULL;
        END $$;
    CREATE CONSTRAINT TRIGGER fails AFTER INSERT ON reading DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION fail();
"""


def messages() -> list[Message]:
    """Return messages of two registers; one of them cannot be read."""
    made = []
    for seq in range(1, MESSAGES + 1):
        first = START_MS + seq * READINGS * 60_000
        at_ms = [first + place * 60_000 for place in range(READINGS)]
        payload = native.encode_columns(seq, f"k{seq % 2}", at_ms, [float(seq)] * READINGS)
        made.append(payload if seq != 7 else b'{"seq":7,"channel":"k1"')
    topic = f"cw/v1/{GATEWAY}/data"
    return [Message(topic, GATEWAY, one, START_MS + 10**9) for one in made]


def written(url: str) -> list[Settled]:
    """Write all messages as the collector does; return what was settled, in order."""
    return written_to(Store(url, "test"))


def written_to(store: Store, within_s: float = 20.0) -> list[Settled]:
    """The same to a store that may be connected already; it is closed in the end."""
    told: deque[object] = deque()
    writer = Writer(QUICK, store, Tally(), lambda: None)
    writer.told = told
    writer.start()
    all_of_them = messages()
    for first in range(0, MESSAGES, QUICK.batch_messages):
        batch = all_of_them[first : first + QUICK.batch_messages]
        mids = range(first + 1, first + 1 + len(batch))
        writer.give(Batch(1, mids, batch, native.decode))
    batches = len(range(0, MESSAGES, QUICK.batch_messages))
    until(lambda: sum(isinstance(one, Taken) for one in told) == batches, within_s)
    writer.finish()
    until(lambda: not writer.alive)
    store.close()
    return [one for one in told if isinstance(one, Settled)]


def assert_all_is_there_once(database, settled: list[Settled]) -> None:
    """Hold what is stored against what was said."""
    assert [mid for one in settled for mid in one.mids] == list(range(1, MESSAGES + 1))
    with psycopg.connect(database.admin_url) as connection:
        rows = connection.execute(
            "SELECT (extract(epoch FROM at) * 1000)::bigint, value FROM reading ORDER BY at"
        ).fetchall()
        (revised,) = connection.execute("SELECT count(*) FROM reading_revision").fetchone()
        kept = connection.execute("SELECT seq FROM rejected_message").fetchall()
    said = [
        (START_MS + (seq * READINGS + place) * 60_000, seq)
        for seq in range(1, MESSAGES + 1)
        for place in range(READINGS)
        if seq != 7
    ]
    assert rows == said
    assert revised == 0
    assert kept == [(7,)]


@pytest.mark.parametrize("how", ["before", "after"])
def test_a_cable_cut_at_the_nth_commit_loses_and_doubles_nothing(database, how):
    make_channels(database.admin_url, [0, 0])
    parts = psycopg.conninfo.conninfo_to_dict(database.url("collector"))
    proxy = Proxy(int(parts["port"]))
    url = psycopg.conninfo.make_conninfo(
        database.url("collector"), host="127.0.0.1", port=proxy.port
    )
    for n in itertools.count(1):
        forget_readings(database.admin_url)
        proxy.fail_commit(n, how)
        settled = written(url)
        assert_all_is_there_once(database, settled)
        if not proxy.failed:
            break
    proxy.close()

    assert n > MESSAGES * READINGS / QUICK.write_readings


def test_a_disk_that_is_full_at_the_nth_reading_loses_and_doubles_nothing(database):
    make_channels(database.admin_url, [0, 0])
    with psycopg.connect(database.admin_url, autocommit=True) as connection:
        connection.execute(_FAULT)
        for n in itertools.count(1):
            forget_readings(database.admin_url)
            connection.execute("SELECT setval('tried', 1, false)")
            connection.execute("DELETE FROM fault")
            connection.execute("INSERT INTO fault VALUES (%s)", [n])
            assert_all_is_there_once(database, written(database.url("collector")))
            (tried,) = connection.execute("SELECT last_value FROM tried").fetchone()
            if tried < n:
                break

    assert n == (MESSAGES - 1) * READINGS + 1
