"""A file of any length is stored as a whole or not at all, as a small one is, and tells how far."""

import gzip
import hashlib
import io
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime

import psycopg
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from actions.actor import DeniedError
from actions.readings.import_readings import import_readings
from actions.readings.large_imports import LargeFile, progress, receive, take
from collector.files.streamed import Streaming
from metering.errors import NotFoundError
from storage.readings import staged
from storage.readings.large_store import LargeStore
from tests.actions.world import GATEWAY, HOUR_MS, START_MS
from tests.storage.world import forget_readings

NOW_MS = START_MS + 40 * 24 * HOUR_MS
HEADER = "gateway,channel,at,value\n"
SMALL = Streaming(rows=7)
STATE = """
    SELECT (SELECT array_agg((channel_id, at, value, seq) ORDER BY channel_id, at) FROM reading),
           (SELECT array_agg((channel_id, at, value, seq) ORDER BY channel_id, at, value, seq)
              FROM reading_revision),
           (SELECT array_agg((channel_id, mark, readings, first, last) ORDER BY 1)
              FROM intake_mark)
"""
QUEUED = "SELECT channel_id, first, last, added FROM stale_usage ORDER BY 1, 2"


def at(hour: float) -> str:
    then = datetime.fromtimestamp((START_MS + int(hour * HOUR_MS)) / 1000, UTC)
    return f"{then:%Y-%m-%dT%H:%M:%S}Z"


def rows(channel: str, hours: range, gateway: str = GATEWAY, plus: float = 100) -> str:
    return "".join(f"{gateway},{channel},{at(hour)},{plus + hour}\n" for hour in hours)


def file_of(text: str | bytes, name: str = "big.csv") -> LargeFile:
    body = text if isinstance(text, bytes) else text.encode()
    return LargeFile(io.BytesIO(body), name, hashlib.sha256(body).digest(), len(body))


def sent(world, text: str | bytes, who: str = "system", bounds: Streaming = SMALL):
    """Send a file and have it taken; return what its handle says."""
    file = file_of(text)
    import_id = receive(world.actor(who), file)
    with closing(LargeStore(world.database.url("collector"), import_id)) as sink:
        take(world.actor(who), sink, file, now_ms=NOW_MS, bounds=bounds)
    return progress(world.actor(who), import_id)


def test_a_file_is_stored_told_and_in_the_accounts_once_they_are_made(world):
    text = HEADER + rows("office e", range(30)) + rows("clinic e", range(2), "demo-a/g2")
    stored = sent(world, gzip.compress(text.encode()))

    assert (stored.state, stored.of.rows_read, stored.of.channels) == ("stored", 32, 2)
    assert stored.of.counts == {
        "inserted": 32, "revised": 0, "duplicates": 0, "rounded": 0, "outdone": 0, "behind": 0,
    }  # fmt: skip
    assert stored.usage_waits == 2
    assert stored.of.bytes_read == stored.of.bytes
    world.work()
    done = progress(world.actor(), stored.of.id, wait_s=5)
    assert done.ended
    assert done.state == "in_accounts"
    ((actor, detail),) = world.admin(
        "SELECT actor, detail FROM audit_entry WHERE act = 'readings.import'"
    )
    assert (actor, detail["inserted"], detail["sha256"]) == ("user:1", 32, stored.of.sha256)


def test_the_same_file_again_changes_nothing(world):
    text = HEADER + rows("office e", range(30)) + f"{GATEWAY},office e,{at(20)},999\n"
    sent(world, text)
    before, queued = world.admin(STATE), world.admin(QUEUED)
    again = sent(world, text)

    assert (again.of.counts["inserted"], again.of.counts["revised"]) == (0, 0)
    assert again.of.counts["duplicates"] == 31
    assert (world.admin(STATE), world.admin(QUEUED)) == (before, queued)


LINES = st.lists(
    st.tuples(
        st.sampled_from(["office e", "office gas"]),
        st.integers(0, 8),
        st.sampled_from([1.0, 2.0, 2.0005, 2.00049, 900]),
        st.integers(0, 2),
    ),
    min_size=1,
    max_size=24,
)


@settings(max_examples=12)
@example(
    first=[("office gas", 1, 2.0, 0)], second=[("office gas", 1, 1.0, 1), ("office gas", 1, 2.0, 0)]
)
@given(first=LINES, second=LINES)
def test_it_leaves_what_the_importer_of_small_files_leaves(world, first, second):
    found = []
    for large in (True, False):
        forget_readings(world.database.admin_url)
        world.admin("TRUNCATE reading_import, intake_mark")
        for lines in (first, second):
            text = "gateway,channel,at,value,seq\n" + "".join(
                f"{GATEWAY},{key},{at(hour * 20)},{value},{seq}\n"
                for key, hour, value, seq in lines
            )
            if large:
                kept = sent(world, text, bounds=Streaming(rows=5))
                assert kept.state == "stored", kept.of.errors
                counts = dict(kept.of.counts)
            else:
                done = import_readings(
                    world.actor(), world.sink, io.BytesIO(text.encode()), "x.csv", now_ms=NOW_MS
                )
                counts = {name: getattr(done, name) for name in counts}
            found.append((counts, world.admin(STATE), sorted(world.admin(QUEUED))))
    for large, small in zip(found[:2], found[2:], strict=True):
        assert large[0] == small[0]
        assert large[1:] == small[1:]


BAD = [
    (f"{GATEWAY},nobody's,{at(3)},1", "reading.unknown_key", "channel"),
    (f"{GATEWAY},office e,2015-01-01T00:00:00Z,1", "reading.before_since", "at"),
    (f"{GATEWAY},office e,2099-01-01T00:00:00Z,1", "clock.ahead", "at"),
    (f"{GATEWAY},office e,{at(3)},-1", "reading.impossible_value", "value"),
    (f"{GATEWAY},office e,2016-03-01T03:00:00,1", "file.no_offset", "at"),
    (f"{GATEWAY},office e,{at(3)},12 kWh", "file.not_a_number", "value"),
    (f"{GATEWAY},office e,{at(3)}", "file.row", ""),
]


def test_all_mistakes_are_told_by_line_and_nothing_is_kept(world):
    before = world.admin(STATE)
    text = HEADER + "".join(rows("office e", range(9)) + row + "\n" for row, _, _ in BAD)
    refused = sent(world, text)

    assert refused.state == "refused"
    assert refused.of.error_count == len(BAD)
    assert [(one["line"], one["code"], one["field"]) for one in refused.of.errors] == [
        (11 + 10 * n, code, field) for n, (_, code, field) in enumerate(BAD)
    ]
    assert all(one["zh"] and one["en"] and one["next_zh"] for one in refused.of.errors)
    assert world.admin(STATE) == before
    assert world.admin("SELECT count(*) FROM stale_usage") == [(0,)]


def test_who_may_not_write_for_a_channel_learns_nothing_of_it_and_keeps_nothing(world):
    text = HEADER + rows("office e", range(3)) + rows("police e", range(3))
    refused = sent(world, text, "of the office")

    assert [one["code"] for one in refused.of.errors] == ["reading.unknown_key"]
    assert world.admin("SELECT count(*) FROM reading") == [(0,)]
    with pytest.raises(DeniedError):
        receive(world.actor("city reader"), file_of(text))
    with pytest.raises(NotFoundError):
        progress(world.actor("city reader"), refused.of.id)


@pytest.mark.parametrize("text", ["", HEADER, HEADER.encode() + b"\xff", b"\x1f\x8bno"])
def test_what_holds_nothing_is_refused(world, text):
    refused = sent(world, text)

    assert (refused.state, refused.of.error_count) == ("refused", 1)


def test_a_channel_that_is_sealed_meanwhile_stops_the_file(world, monkeypatch):
    sort = staged.sort

    def sealed_first(connection):
        world.admin("UPDATE channel SET sealed_before = '2016-03-02+00'")
        return sort(connection)

    monkeypatch.setattr(staged, "sort", sealed_first)
    refused = sent(world, HEADER + rows("office e", range(30)))

    assert [one["code"] for one in refused.of.errors] == ["import.channels_changed"]
    assert world.admin("SELECT count(*) FROM reading") == [(0,)]


def test_a_unit_is_converted_or_refused_by_its_line(world):
    head = "gateway,channel,at,value,unit\n"
    stored = sent(world, head + f"{GATEWAY},office e,{at(1)},1.5,MWh\n")
    refused = sent(world, head + f"{GATEWAY},office e,{at(2)},1.5,m³\n")

    assert stored.state == "stored"
    assert world.admin("SELECT value FROM reading") == [(1_500_000,)]
    assert [(one["code"], one["line"]) for one in refused.of.errors] == [("reading.other_unit", 2)]


def test_several_at_once_with_the_same_instants_leave_what_they_leave_one_by_one(world):
    hours = list(range(60))
    texts = [
        "gateway,channel,at,value,seq\n"
        + "".join(
            f"{GATEWAY},{key},{at(hour)},{100 + hour + n},{(hour * 7 + n) % 5}\n"
            for hour in (hours if n % 2 else reversed(hours))
            for key in ("office gas", "shared e")
        )
        for n in range(3)
    ]
    for text in texts:
        assert sent(world, text).state == "stored"
    alone = world.admin(STATE)
    for _ in range(3):
        forget_readings(world.database.admin_url)
        with ThreadPoolExecutor(len(texts)) as several:
            found = list(several.map(lambda text: sent(world, text).of.state, texts))
        assert found == ["stored"] * len(texts)
        assert world.admin(STATE) == alone


def test_what_breaks_off_says_why_and_leaves_nothing(world, monkeypatch):
    def broken(*_):
        raise psycopg.errors.DiskFull("no space left")

    monkeypatch.setattr(staged, "sort", broken)
    with pytest.raises(psycopg.errors.DiskFull):
        sent(world, HEADER + rows("office e", range(3)))
    ((state, errors),) = world.admin("SELECT state, errors FROM reading_import")

    assert state == "interrupted"
    assert "no space left" in errors[0]["en"]
    assert world.admin("SELECT count(*) FROM reading") == [(0,)]
    monkeypatch.undo()
    assert sent(world, HEADER + rows("office e", range(3))).state == "stored"
