"""What a wrong clock had set aside is taken at the times that are meant, seen before it is done."""

import pytest
from pydantic import ValidationError

from actions.actor import DeniedError
from actions.readings.replay_rejected import Again, replay_rejected
from actions.readings.shift_rejected import shift_as_operator
from collector.codecs import native
from collector.intake import take_in
from collector.routing import NATIVE, PUSHED, Routing
from metering.clocks import shift_of, shift_text
from metering.errors import ConflictError, InputError
from metering.messages import Message
from storage.readings.store import Store
from tests.actions.settling import shift_rejected
from tests.actions.world import HOUR_MS, START_MS

GATEWAY = "demo-a/g3"
NOW_MS = START_MS + 30 * 24 * HOUR_MS
ROUTES = Routing((NATIVE, PUSHED))
WAITING = "SELECT seq FROM rejected_message WHERE resolved_at IS NULL ORDER BY seq"
READINGS = "SELECT storage.ms(at), value, seq FROM reading ORDER BY at"


@pytest.fixture
def alone(world):
    """Bind a gateway to open institutions alone: of others, few see what was refused."""
    world.admin("INSERT INTO gateway (name) VALUES (%s)", GATEWAY)
    for key in ("office e", "shared e"):
        bind(world, key)


def bind(world, key: str) -> None:
    world.admin(
        """INSERT INTO binding (gateway_id, key, channel_id, valid_from, source, known_by)
           SELECT id, %s, %s, '-infinity', 'test', 'test' FROM gateway WHERE name = %s""",
        key,
        world.channel[key],
        GATEWAY,
    )


@pytest.fixture
def store(world, alone):
    made = Store(world.database.url("collector"), "test")
    yield made
    made.close()


def send(store, seq: int, *readings: tuple[str, int, float], received_ms: int = NOW_MS) -> None:
    payload = native.encode_many(seq, [(key, at_ms, value) for key, at_ms, value in readings])
    take_in([Message(f"cw/v1/{GATEWAY}/data", GATEWAY, payload, received_ms)], native.decode, store)


def eight_hours_ahead(store) -> None:
    for hour in range(10):
        arrival = NOW_MS + hour * HOUR_MS
        send(store, 1 + hour, ("office e", arrival + 8 * HOUR_MS - 9, 100.0 + hour),
             received_ms=arrival)  # fmt: skip


def test_local_time_sent_as_utc_is_taken_eight_hours_earlier(world, store):
    eight_hours_ahead(store)
    assert world.admin(READINGS) == []
    preview = shift_rejected(world.actor("of the office"), store, GATEWAY, dry_run=True)

    assert world.admin(READINGS) == []
    assert len(world.admin(WAITING)) == 10
    assert (preview.shift, preview.messages, preview.taken, preview.misfits) == ("-8h", 10, 10, 0)
    (channel,) = preview.channels
    assert (channel.first - channel.first_shifted).total_seconds() == 8 * 3600

    done = shift_rejected(world.actor("of the office"), store, GATEWAY)
    assert done == preview
    assert world.admin(READINGS) == [
        (NOW_MS + hour * HOUR_MS - 9, 100_000 + 1000 * hour, 1 + hour) for hour in range(10)
    ]
    assert world.admin(WAITING) == []
    ((actor, subject, detail),) = world.admin(
        "SELECT actor, subject, detail FROM audit_entry WHERE act = 'rejected.shift'"
    )
    number = world.admin("SELECT id::text FROM gateway WHERE name = %s", GATEWAY)[0][0]
    assert (actor, subject) == (f"user:{world.user['of the office']}", number)
    assert (detail["gateway"], detail["shift"]) == (GATEWAY, "guess")
    told = detail["shifted"]
    assert (told["shift"], told["inserted"], len(told["rejects"])) == ("-8h", 10, 10)
    assert world.admin("SELECT DISTINCT shift_ms FROM rejected_message") == [(-8 * HOUR_MS,)]


def test_what_was_taken_so_is_not_set_aside_again_when_it_is_sent_again(world, store):
    eight_hours_ahead(store)
    shift_rejected(world.actor(), store, GATEWAY)
    before = world.admin(READINGS)
    eight_hours_ahead(store)

    assert world.admin(READINGS) == before
    assert world.admin(WAITING) == []


def test_a_clock_that_fell_back_is_put_forward_by_the_operator(world, store):
    back = 20 * 24 * HOUR_MS
    for hour in range(6):
        at_ms = NOW_MS + (hour - 6) * HOUR_MS
        fell = back if hour in (3, 4) else 0
        send(store, 1 + hour, ("office e", at_ms - fell, 100.0 + hour))
    assert world.admin(WAITING) == [(4,), (5,)]
    url = world.database.url("collector")

    assert replay_rejected(url, ROUTES) == Again(0, 2, {"clock.behind": 2})
    done = shift_as_operator(url, ROUTES, GATEWAY, "+20d")

    assert (done.taken, done.misfits) == (2, 0)
    assert [row[1] for row in world.admin(READINGS)] == [100_000 + 1000 * n for n in range(6)]
    assert world.admin(WAITING) == []
    assert world.admin("SELECT actor FROM audit_entry WHERE act = 'rejected.shift'") == [
        ("user:1",)
    ]


def test_of_a_message_only_what_was_set_aside_is_shifted(world, store):
    send(
        store,
        1,
        ("office e", NOW_MS, 100.0),
        ("office e", NOW_MS + 8 * HOUR_MS, 108.0),
        ("office e", NOW_MS - HOUR_MS, 99.0),
    )
    done = shift_rejected(world.actor(), store, GATEWAY, "-7h50m")

    assert (done.readings, done.inserted) == (1, 1)
    assert [row[0] for row in world.admin(READINGS)] == [
        NOW_MS - HOUR_MS,
        NOW_MS,
        NOW_MS + HOUR_MS // 6,
    ]


def test_what_is_still_refused_waits_on(world, store):
    eight_hours_ahead(store)
    done = shift_rejected(world.actor(), store, GATEWAY, "-1h")

    assert (done.taken, done.refused, done.reasons) == (0, 10, {"clock.ahead": 10})
    assert len(world.admin(WAITING)) == 10


def test_plain_replay_leaves_them_as_they_are(world, store):
    eight_hours_ahead(store)
    again = replay_rejected(world.database.url("collector"), ROUTES)

    assert again == Again(0, 10, {"clock.ahead": 10})
    assert len(world.admin(WAITING)) == 10


def test_the_preview_tells_what_does_not_fit_there(world, store):
    send(store, 1, ("office e", NOW_MS - 2 * HOUR_MS, 500.0))
    send(store, 2, ("office e", NOW_MS - HOUR_MS, 501.0))
    send(store, 3, ("office e", NOW_MS + 8 * HOUR_MS, 502.0))

    preview = shift_as_operator(
        world.database.url("collector"), ROUTES, GATEWAY, "-9h30m", dry_run=True
    )
    assert (preview.taken, preview.misfits) == (1, 1)
    assert shift_rejected(world.actor(), store, GATEWAY, "-8h", dry_run=True).misfits == 0


def test_who_may_not_write_for_the_channels_shifts_nothing(world, store):
    eight_hours_ahead(store)
    with pytest.raises(DeniedError):
        shift_rejected(world.actor("city reader"), store, GATEWAY)
    assert world.admin(READINGS) == []


def test_what_the_actor_does_not_see_waits_on(world, store):
    eight_hours_ahead(store)
    send(store, 50, ("shared e", NOW_MS + 8 * HOUR_MS, 5.0))
    done = shift_rejected(world.actor("of the office"), store, GATEWAY)

    assert (done.taken, done.refused, done.reasons) == (10, 1, {"reading.unknown_key": 1})
    assert world.admin(WAITING) == [(50,)]
    assert [one.channel for one in done.channels] == ["office e"]


def test_who_may_not_see_what_was_refused_shifts_nothing(world, store):
    eight_hours_ahead(store)
    bind(world, "police e")
    with pytest.raises(InputError) as caught:
        shift_rejected(world.actor("of the office"), store, GATEWAY)
    assert caught.value.code == "rejects.nothing_to_shift"


def test_bytes_that_no_route_takes_any_more_wait_on(world, store):
    eight_hours_ahead(store)
    nowhere = Routing((PUSHED,))
    done = shift_as_operator(world.database.url("collector"), nowhere, GATEWAY, "-8h")

    assert (done.messages, done.taken, done.reasons) == (10, 0, {"topic.no_route": 10})
    assert len(world.admin(WAITING)) == 10


@pytest.mark.parametrize("shift", ["8", "-h", "", "0h", "+2h", "tomorrow"])
def test_a_shift_that_means_nothing_is_refused(world, store, shift):
    eight_hours_ahead(store)
    with pytest.raises((InputError, ValidationError)):
        shift_rejected(world.actor(), store, GATEWAY, shift)


def test_two_at_once_take_it_once(world, store, monkeypatch):
    eight_hours_ahead(store)
    stale = store.write_shifted

    def late(*fields, **how):
        monkeypatch.undo()
        shift_as_operator(world.database.url("collector"), ROUTES, GATEWAY, "-8h")
        return stale(*fields, **how)

    monkeypatch.setattr(store, "write_shifted", late)
    with pytest.raises(ConflictError):
        shift_rejected(world.actor(), store, GATEWAY, "-9h")
    assert len(world.admin(READINGS)) == 10


@pytest.mark.parametrize("text", ["-8h", "+1d6h", "-5h30m", "+45m", "-3652d", "+1s"])
def test_a_shift_is_said_as_it_is_read(text):
    assert shift_text(shift_of(text)) == text
