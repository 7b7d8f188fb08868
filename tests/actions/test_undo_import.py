"""A file of readings taken back: all is as if it had never come, whatever came beside it."""

import io
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from actions.doing import carry_out, foresee
from actions.readings.file_answers import answers_of
from actions.readings.file_corrections import correct_by_file
from actions.readings.import_readings import import_readings
from actions.readings.reading_files_table import READING_FILES, WhichFiles
from actions.readings.undo_import import UndoImport
from actions.tables import rows_of
from collector.files.streamed import DEFAULT
from metering.errors import ConflictError, NotFoundError
from storage import connections
from storage.readings import merging, reading_files
from tests.actions import correcting
from tests.actions.test_corrections import accounts, figures
from tests.actions.test_large_imports import SMALL, sent
from tests.actions.world import GATEWAY, HOUR_MS, START_MS, World

NOW_MS = START_MS + 40 * 24 * HOUR_MS
CHANNELS = ("office e", "office gas", "clinic e")
WHY = UndoImport(reason="the wrong file")
# The value that stands, who said it, and all that was said beside it.
SAID = """
    SELECT channel_id, at, rank, seq, value, true FROM reading
     UNION ALL SELECT channel_id, at, rank, seq, value, false FROM reading_revision
     ORDER BY 1, 2, 3, 4, 5
"""
STARTS = "SELECT channel_id, at, from_at, rank, seq FROM reading_start ORDER BY 1, 2, 3, 4, 5"
AGE = "UPDATE reading_file SET made_at = made_at - interval '1 hour' * %s WHERE id = %s"


def gateway_of(channel: str) -> str:
    return "demo-a/g2" if channel == "clinic e" else GATEWAY


def csv(rows: list[tuple[str, int, float]], seq: int = 0) -> io.BytesIO:
    """Return a file of readings of channels at hours."""
    text = "gateway,channel,at,value,seq\n" + "".join(
        f"{gateway_of(channel)},{channel},{at(hour)},{value},{seq}\n"
        for channel, hour, value in rows
    )
    return io.BytesIO(text.encode())


def bring(world: World, rows: list[tuple[str, int, float]], who: str = "system", seq=0, **how):
    """Import readings of channels at hours."""
    return import_readings(
        world.actor(who), world.sink, csv(rows, seq), "july.csv", now_ms=NOW_MS, **how
    )


def at(hour: float) -> str:
    return (datetime.fromtimestamp(START_MS / 1000, UTC) + timedelta(hours=hour)).isoformat()


def undo(world: World, file_id: int | None, who: str = "system"):
    return carry_out(world.actor(who), WHY, file_id).result


def state(world: World) -> tuple:
    return world.admin(SAID), world.admin(STARTS)


def test_what_is_told_happens_and_all_is_as_before(world):
    hours = [(START_MS + hour * HOUR_MS, 100.0 + hour) for hour in range(6)]
    world.say("office e", hours)
    world.work()
    before, figured = state(world), figures(world)
    done = bring(
        world,
        [("office e", 2, 105), ("office e", 3, 101), ("office e", 9, 112), ("office e", 1, 101)],
        seq=1,
    )
    assert (done.inserted, done.revised, done.duplicates) == (1, 2, 1)
    world.work()
    assert figures(world) != figured

    told = foresee(world.actor(), WHY, done.import_id).effects
    assert {one.code: one.after.en for one in told if one.code in ("gone", "back", "beside")} == {
        "gone": "1", "back": "1", "beside": "1",
    }  # fmt: skip
    account = next(one for one in told if one.code == "account")
    result = undo(world, done.import_id)
    assert (result.gone, result.back, result.beside, result.kept) == (1, 1, 1, 0)
    world.work()
    assert (state(world), figures(world)) == (before, figured)
    # By hand: from 100 to 112 before, from 100 to 105 since.
    assert (account.before.en, account.after.en) == ("12.000 kWh", "5.000 kWh")
    assert sorted(accounts(world).values()) == [5_000]


def test_sent_again_it_is_stored_again_and_undone_again(world):
    rows = [("office e", 1, 7.0), ("office gas", 2, 3.0)]
    first = bring(world, rows)
    with_it = state(world)
    undo(world, first.import_id)
    assert state(world) == ([], [])
    again = bring(world, rows)
    assert (again.inserted, state(world)) == (2, with_it)
    undo(world, again.import_id)
    assert state(world) == ([], [])
    with pytest.raises(ConflictError, match="already"):
        undo(world, first.import_id)


def test_a_file_that_says_nothing_new_leaves_nothing_to_take_back(world):
    rows = [("office e", 1, 7.0)]
    world.say("office e", [(START_MS + HOUR_MS, 7.0)], seq=3)
    assert bring(world, rows, seq=3).import_id is None
    assert bring(world, rows, seq=3, dry_run=True).import_id is None
    assert bring(world, [("office e", 2, 8.0)], dry_run=True).import_id is None
    assert world.admin("SELECT count(*) FROM reading_file") == [(0,)]


def test_bills_lose_their_beginnings_too(world):
    text = (
        "网关,通道,开始时间,结束时间,用量\n"
        f"{GATEWAY},office gas,2016-03-02,2016-03-18,40\n"
        f"{GATEWAY},office gas,2016-03-18,2016-04-01,9\n"
    )
    done = import_readings(
        world.actor(), world.sink, io.BytesIO(text.encode()), "bills.csv",
        answers_of({"zone": "Asia/Shanghai"}), now_ms=NOW_MS,
    )  # fmt: skip
    assert world.admin("SELECT count(*) FROM reading_start") == [(2,)]
    undo(world, done.import_id)
    world.work()
    assert state(world) == ([], [])
    assert accounts(world) == {}


def test_after_a_day_it_is_too_late_and_what_it_said_is_said_for_good(world):
    old = bring(world, [("office e", 1, 7.0), ("office e", 2, 8.0)])
    young = bring(world, [("office e", 2, 8.0), ("office e", 3, 9.0)])
    world.admin(AGE, 25.5, old.import_id)
    with pytest.raises(ConflictError, match="24 hours"):
        undo(world, old.import_id)
    with connections.writer(world.database.url("worker"), "test") as connection:
        assert reading_files.settle(connection, 10) == 1
    assert undo(world, young.import_id).gone == 1
    assert [value for *_, value, _ in world.admin(SAID)] == [7_000, 8_000]
    assert world.admin("SELECT count(*) FROM reading_of_file") == [(0,)]
    assert world.admin("SELECT count(*) FROM run_of_file") == [(0,)]


def test_what_a_person_said_of_its_reading_since_goes_first(world):
    actor, channel = world.actor(), world.channel["office e"]
    steady = [(START_MS + hour * HOUR_MS, 100.0 + 10 * hour) for hour in range(13) if hour != 6]
    world.say("office e", steady)
    done = bring(world, [("office e", 6, 16.0), ("office e", 14, 250.0)])
    said = correcting.reinstate_reading(
        actor, channel, datetime.fromisoformat(at(6)), reason="it was so"
    )
    with pytest.raises(ConflictError, match=f"Correction {said.correction.id}"):
        undo(world, done.import_id)
    correcting.undo(actor, channel, said.correction.id, reason="no")
    assert undo(world, done.import_id).gone == 2


def test_what_is_sealed_stays(world):
    done = bring(world, [("office e", 1, 7.0)])
    world.admin("UPDATE channel SET sealed_before = %s", at(48))
    with pytest.raises(ConflictError, match="sealed"):
        undo(world, done.import_id)
    world.admin("UPDATE channel SET sealed_before = NULL")


def test_who_may_not_write_for_all_of_its_channels_takes_none_of_it_back(world):
    done = bring(world, [("office e", 1, 7.0), ("clinic e", 1, 7.0)])
    for who in ("of the office", "outsider"):
        with pytest.raises(NotFoundError):
            undo(world, done.import_id, who)
    own = bring(world, [("office e", 2, 8.0)], "of the office")
    (row,) = rows_of(world.actor("of the office"), READING_FILES, WhichFiles(), None, 9).rows
    assert (row.id, row.readings, row.open) == (own.import_id, 1, True)
    assert undo(world, own.import_id, "of the office").gone == 1


def test_what_a_gateway_says_while_it_is_taken_back_stays_and_is_counted(world):
    """The gateway's message was there already, so nothing of it is new; yet it may not be lost."""
    done = bring(world, [("office e", 1, 7.0), ("office e", 2, 9.0)], seq=1)
    world.work()
    with ThreadPoolExecutor(1) as pool:
        with world.actor().change() as connection:
            channel = world.channel["office e"]
            assert reading_files.take_back(connection, done.import_id, channel).gone == 2
            says = pool.submit(world.say, "office e", [(START_MS + HOUR_MS, 7.0)])
            wait({says}, timeout=0.5)
            assert not says.done()
            reading_files.undone(connection, done.import_id, "user:1")
        says.result(10)
    assert [value for *_, value, _ in world.admin(SAID)] == [7_000]
    assert world.admin("SELECT count(*) FROM stale_usage") == [(2,)]  # of each of the two


def test_what_a_large_file_says_too_is_kept_until_that_is_taken_back_too(world):
    """Of a register that a large file says again, and of what stood beside it."""
    world.say("office e", [(START_MS + 2 * HOUR_MS, 9.0)], seq=5)
    done = bring(world, [("office e", 1, 7.0), ("office e", 2, 9.0), ("office e", 3, 10.0)])
    large = large_of(world, [("office e", 1, 7.0), ("office e", 2, 9.0)])
    result = undo(world, done.import_id)
    assert (result.gone, result.beside, result.kept) == (1, 0, 2)
    assert [row[2:] for row in world.admin(SAID)] == [
        (0, 0, 7_000, True), (0, 0, 9_000, False), (0, 5, 9_000, True),
    ]  # fmt: skip
    result = undo(world, large)
    assert (result.gone, result.beside, result.kept) == (1, 1, 0)
    assert [row[2:] for row in world.admin(SAID)] == [(0, 5, 9_000, True)]


def large_of(world: World, rows: list[tuple[str, int, float]], seq: int = 0) -> int | None:
    """Send readings as a large file; return by what it is taken back."""
    text = csv(rows, seq).read().replace(b",0\n", b",\n")
    handle = sent(world, text, bounds=DEFAULT if len(rows) > 100 else SMALL)
    assert handle.state == "stored"
    return handle.of.file_id


def test_a_file_of_many_thousand_readings_is_noted_in_few_rows_and_goes_a_part_at_a_time(world):
    """Of 21,000 readings a gateway says three too, one says another value, and a file says one."""
    minutes = [("office e", n / 60, 100.0 + n) for n in range(20_500)]
    minutes += [("clinic e", n / 60, 5.0 + n) for n in range(500)]
    two = [("office e", 5, 400.0), ("office e", 300, 18_100.0), ("office gas", 1, 3.0)]
    world.say("office e", [(START_MS + 7 * HOUR_MS, 1.0)])  # before, another value at an instant
    file_id = large_of(world, minutes, seq=1)
    assert world.admin("SELECT count(*) FROM reading_of_file") == [(1,)]  # what differed
    assert world.admin("SELECT sum(cardinality(at)) FROM run_of_file") == [(20_999,)]
    same = [(START_MS + HOUR_MS, 160.0), (START_MS + 300 * HOUR_MS, 18_100.0)]
    world.say("office e", same)
    world.say("office e", [(START_MS + 2 * HOUR_MS, 9_000.0)])  # against the file
    other = bring(world, two, seq=1)
    told = foresee(world.actor(), WHY, file_id).effects
    result = undo(world, file_id)
    assert (result.gone, result.back, result.beside, result.kept) == (20_995, 1, 1, 1)
    counted = ("gone", "back", "beside", "kept")
    assert [one.after.en for one in told if one.code in counted] == ["20995", "1", "1", "1"]
    assert world.admin("SELECT count(*) FROM run_of_file") == [(1,)]  # the other file's
    assert [(row[1], row[4]) for row in world.admin(SAID)] == [
        (datetime.fromisoformat(at(hour)), quanta)
        for hour, quanta in [
            (1, 160_000), (2, 9_000_000), (5, 400_000), (7, 1_000), (300, 18_100_000), (1, 3_000),
        ]
    ]  # fmt: skip
    assert undo(world, other.import_id).gone == 2
    assert world.admin("SELECT count(*) FROM reading") == [(4,)]


def test_the_same_large_file_again_is_noted_beside_the_first_and_stays_until_both_are_back(world):
    hours = [("office e", hour, 100.0 + hour) for hour in range(40)]
    runs = "SELECT cardinality(at), cardinality(also) FROM run_of_file"
    first = large_of(world, hours, 1)
    second = large_of(world, [*hours, ("office gas", 1, 3.0)], 1)
    assert second is not None
    assert sorted(world.admin(runs)) == [(1, 0), (40, 1)]
    assert world.admin("SELECT count(*) FROM reading_of_file") == [(0,)]
    assert world.admin("SELECT readings FROM reading_file ORDER BY id") == [(40,), (41,)]
    result = undo(world, first)
    assert (result.gone, result.kept) == (0, 40)
    third = large_of(world, hours, 1)
    world.say("office e", [(START_MS + HOUR_MS, 101.0)])  # a gateway says one of them for good
    assert undo(world, second).kept == 39
    assert undo(world, third).gone == 39
    assert [value for *_, value, _ in world.admin(SAID)] == [101_000]


def test_a_large_file_said_again_is_said_for_good_with_the_first(world):
    hours = [("office e", hour, 100.0 + hour) for hour in range(9)]
    first, second = large_of(world, hours, 1), large_of(world, hours, 1)
    world.admin(AGE, 25.5, first)
    with connections.writer(world.database.url("worker"), "test") as connection:
        assert reading_files.settle(connection, 10) == 1
    assert undo(world, second).gone == 0
    assert world.admin("SELECT count(*) FROM reading") == [(9,)]
    assert world.admin("SELECT count(*) FROM run_of_file") == [(0,)]


def test_a_run_that_is_taken_apart_while_the_same_file_waits_is_merged_after_all(world):
    """The gateway speaks after the file has looked, and before it locks the channel."""
    hours = [("office e", hour, 100.0 + hour) for hour in range(9)]
    large_of(world, hours, 1)
    lock = merging.lock
    with pytest.MonkeyPatch.context() as patched:

        def late(connection, channels):
            patched.undo()
            world.say("office e", [(START_MS + HOUR_MS, 101.0)])
            lock(connection, channels)

        patched.setattr(merging, "lock", late)
        second = large_of(world, hours, 1)
    assert world.admin("SELECT count(*) FROM run_of_file") == [(0,)]
    assert undo(world, second).kept == 8


def deeds(random: Random) -> list[tuple]:
    """Return what files, gateways and a person say of the same few instants."""
    said = []
    for kind in random.choices(["file", "large", "gateway", "correct"], [4, 3, 3, 1], k=12):
        instants = {(random.choice(CHANNELS), random.randrange(3)) for _ in range(4)}
        rows = [(*one, float(random.randrange(1, 3))) for one in sorted(instants)]
        said.append((kind, rows, random.randrange(1, 3)))
        if kind == "large" and random.random() < 0.5:  # the same again, or more than it
            said.append((kind, [*rows, ("office gas", 7, 1.0)], said[-1][2]))
    return said


def act(world: World, kind: str, rows: list[tuple[str, int, float]], seq: int) -> int | None:
    """Do one of these; return the file that can be taken back."""
    if kind == "file":
        return bring(world, rows, seq=seq).import_id
    if kind == "large":
        return large_of(world, rows, seq)
    if kind == "gateway":
        for channel, hour, value in rows:
            instant = START_MS + hour * HOUR_MS
            world.say(channel, [(instant, value)], seq, gateway_of(channel))
        return None
    correct_by_file(
        world.actor(), csv(rows, seq), "c.csv", reason="r", now_ms=NOW_MS, ahead_ms=600_000
    )
    return None


def alike(found: tuple) -> list:
    """Return a state in which corrections have their order instead of their numbers."""
    rows = found[0]
    order = sorted({row[3] for row in rows if row[2] == 1})
    return [(*r[:3], order.index(r[3]) if r[2] == 1 else r[3], *r[4:]) for r in rows]


@pytest.mark.parametrize("seed", range(4))
def test_whatever_comes_beside_them_files_taken_back_might_never_have_come(world, seed):
    random = Random(seed)
    said = deeds(random)
    files = [place for place, one in enumerate(said) if one[0] in ("file", "large")]
    back = random.sample(files, len(files) * 2 // 3)
    waiting: list[int] = []  # to be taken back
    for place, one in enumerate(said):
        file_id = act(world, *one)
        if place in back and file_id is not None:
            waiting.append(file_id)
        while waiting and random.random() < 0.3:
            undo(world, waiting.pop(random.randrange(len(waiting))))
    random.shuffle(waiting)
    for file_id in waiting:
        undo(world, file_id)
    found = alike(state(world))

    world.admin(
        "TRUNCATE reading, reading_revision, reading_of_file, run_of_file, reading_file, amendment"
    )
    for place, one in enumerate(said):
        if place not in back:
            act(world, *one)
    assert alike(state(world)) == found
    assert found
