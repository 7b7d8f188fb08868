"""Doctor says which queue does not move, and what was set aside while the rest went on."""

from datetime import UTC, datetime

import psycopg
import pytest

from cli import settings
from cli.checkup import checks
from tests.storage.world import START_MS, make_channels

STALE = """
    INSERT INTO stale_usage (channel_id, first, last, queued_at)
    VALUES (%(channel)s, %(at)s, %(at)s, now() - make_interval(mins => %(minutes)s))
"""
ASIDE = """
    INSERT INTO set_aside (stage, key, channel_id, reason, error, retry_at)
    VALUES ('usage', %(channel)s, %(channel)s, 'computed.failed', 'x', now() + interval '1 h')
"""


@pytest.fixture
def told(database, tmp_path):
    """What doctor says of the database that is not good."""
    found = settings.load(
        state=tmp_path, database_url=database.admin_url, broker_url="mqtt://127.0.0.1:1"
    )
    return lambda: [one.en for one in checks(found) if one.state != "good"]


def test_a_queue_that_does_not_move_is_named_with_since_when(database, told):
    (channel,) = make_channels(database.admin_url, [0])
    at = datetime.fromtimestamp(START_MS / 1000, UTC)
    with psycopg.connect(database.admin_url, autocommit=True) as admin:
        admin.execute(STALE, {"channel": channel, "at": at, "minutes": 2})
        assert not any("Nothing moves" in one for one in told())
        admin.execute(STALE, {"channel": channel, "at": at, "minutes": 15})
        assert any("queue of usage since" in one for one in told())

        admin.execute("INSERT INTO worker_lane VALUES ('usage', now(), now())")
        assert not any("Nothing moves" in one for one in told())
        admin.execute("DELETE FROM worker_lane")
        admin.execute(ASIDE, {"channel": channel})
        now = told()
    assert not any("Nothing moves" in one for one in now)
    assert any(one.startswith("1 could not be computed and were set aside") for one in now)
