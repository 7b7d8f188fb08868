"""Corrections by people: told before, done with an audit entry, undone to the quantum."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from pydantic import ValidationError

from actions.readings.correcting import Done
from metering.errors import ConflictError, EnergyError, InputError, NotFoundError
from tests.actions import correcting as corrections
from tests.actions.world import HOUR_MS, START_MS, World

START = datetime.fromtimestamp(START_MS / 1000, UTC)

# 10 kWh an hour; hour 6 is misread and set aside, the meter was exchanged between hours 12 and 13,
# and the register is ten times too fast for its connection between hours 20 and 21.
VALUES = (
    [100 + 10 * hour for hour in range(13)]
    + [5 + 10 * hour for hour in range(8)]
    + [50_075 + 10 * hour for hour in range(8)]
)
MISREAD = 6


def at(hour: float) -> datetime:
    return START + timedelta(hours=hour)


@pytest.fixture
def told(world) -> World:
    """An office whose register says what needs a person."""
    values = [float(value) for value in VALUES]
    values[MISREAD] = 16.0
    world.say("office e", [(START_MS + hour * HOUR_MS, kwh) for hour, kwh in enumerate(values)])
    world.work()
    return world


def figures(world: World) -> tuple:
    """Everything that readings make: what stands, hours, days and accounts."""
    return (
        tuple(world.admin("SELECT channel_id, at, value, rank FROM reading ORDER BY 1, 2")),
        tuple(world.admin("SELECT channel_id, hour, used, known_s FROM usage_hour ORDER BY 1, 2")),
        tuple(world.admin("SELECT channel_id, day, used, known_s FROM usage_day ORDER BY 1, 2")),
        tuple(world.admin("SELECT institution_id, carrier, month, quanta FROM account ORDER BY 1")),
    )


def accounts(world: World) -> dict:
    rows = world.admin("SELECT institution_id, carrier, month, quanta FROM account")
    return {row[:3]: row[3] for row in rows}


def hours(world: World) -> dict[int, int | None]:
    rows = world.admin(
        "SELECT storage.ms(hour), used FROM usage_hour WHERE channel_id = %s",
        world.channel["office e"],
    )
    return dict(rows)


Act = Callable[..., Done]


def _void(world, who="system", **told):
    return corrections.void_reading(
        world.actor(who), world.channel["office e"], at(3), reason="misread", **told
    )


def _set(world, who="system", **told):
    return corrections.set_value(
        world.actor(who), world.channel["office e"], at(4.5), Decimal(146), reason="photo", **told
    )


def _set_over(world, who="system", **told):
    return corrections.set_value(
        world.actor(who), world.channel["office e"], at(28), Decimal(50150), reason="p.", **told
    )


def _confirm(world, who="system", **told):
    return corrections.confirm_outlier(
        world.actor(who), world.channel["office e"], at(MISREAD), reason="misread", **told
    )


def _reinstate(world, who="system", **told):
    return corrections.reinstate_reading(
        world.actor(who), world.channel["office e"], at(MISREAD), reason="it was so", **told
    )


def _exchange(world, who="system", **told):
    return corrections.record_exchange(
        world.actor(who), world.channel["office e"], at(12.5), final=Decimal(225),
        initial=Decimal(0), source="form 12", **told,
    )  # fmt: skip


def _use(world, who="system", **told):
    return corrections.say_use(
        world.actor(who), world.channel["office e"], at(21), Decimal("12.5"), reason="bill", **told
    )


ACTS = {
    "void": _void,
    "set": _set,
    "set in place": _set_over,
    "confirm": _confirm,
    "reinstate": _reinstate,
    "exchange": _exchange,
    "use": _use,
}


def undo(world: World, done: Done, who: str = "system", **told) -> Done:
    return corrections.undo(
        world.actor(who), done.channel.channel_id, done.correction.id, reason="was wrong", **told
    )


def foretold(world: World, tried: Done) -> tuple[dict, dict]:
    """Return hours and accounts as a dry run says they will be."""
    fresh, then = hours(world), accounts(world)
    assert tried.effects.hours_changed == len(tried.effects.hours)
    for one in tried.effects.hours:
        assert fresh.get(one.start_ms) == one.before
        fresh[one.start_ms] = one.after
    for one in tried.effects.accounts:
        key = (one.institution_id, one.carrier, one.month)
        assert then.get(key) == one.before
        then[key] = one.after
    return fresh, then


def known(told: dict) -> dict:
    return {key: value for key, value in told.items() if value is not None}


def test_what_a_dry_run_tells_happens_and_the_undo_takes_it_all_back(told):
    before = figures(told)
    for name, act in ACTS.items():
        entries = told.admin("SELECT count(*) FROM audit_entry")
        tried = act(told, dry_run=True)
        assert figures(told) == before, name
        assert told.admin("SELECT count(*) FROM stale_usage") == [(0,)]
        assert told.admin("SELECT count(*) FROM audit_entry") == entries
        fresh, then = foretold(told, tried)
        done = act(told)
        told.work()
        assert known(hours(told)) == known(fresh), name
        assert accounts(told) == then, name
        assert done.effects == tried.effects

        undone = undo(told, done, dry_run=True)
        fresh, then = foretold(told, undone)
        assert undo(told, done).effects == undone.effects
        told.work()
        assert figures(told) == before, name
        assert known(hours(told)) == known(fresh), name
        assert accounts(told) == then, name


def test_each_act_and_its_undo_leave_an_audit_entry_with_person_and_reason(told):
    officer, channel = f"user:{told.user['of the office']}", str(told.channel["office e"])
    for act in ACTS.values():
        done = act(told, "of the office")
        undo(told, done, "of the office")

        rows = told.admin(
            """SELECT actor, subject, detail->>'correction',
                      coalesce(detail->>'reason', detail->>'source')
                 FROM audit_entry ORDER BY id DESC LIMIT 2"""
        )
        number = str(done.correction.id)
        assert [row[:3] for row in rows] == [(officer, number, number), (officer, channel, number)]
        assert [row[3] for row in rows] == ["was wrong", done.correction.source]
        # The entry and the fact are of one transaction.
        fields = told.admin("SELECT known_since FROM amendment WHERE id = %s", done.correction.id)
        assert told.admin("SELECT at FROM audit_entry ORDER BY id DESC OFFSET 1 LIMIT 1") == fields


def test_who_may_only_read_or_not_even_that_corrects_nothing(told):
    before = figures(told)
    for act in ACTS.values():
        done = act(told)
        for who in ("city reader", "of the school", "outsider"):
            for refused in (
                lambda dry_run, act=act, who=who: act(told, who, dry_run=dry_run),
                lambda dry_run, done=done, who=who: undo(told, done, who, dry_run=dry_run),
            ):
                for dry_run in (True, False):
                    with pytest.raises(EnergyError) as caught:
                        refused(dry_run)
                    assert caught.value.code in {"access.denied", "not_found"}
        undo(told, done)
    told.work()
    assert figures(told) == before


def test_a_refused_act_leaves_neither_fact_nor_entry(told):
    entries = told.admin("SELECT count(*) FROM audit_entry")

    with pytest.raises(NotFoundError):
        corrections.void_reading(
            told.actor(), told.channel["office e"], at(3.25), reason="no reading there"
        )
    with pytest.raises(InputError):
        corrections.reinstate_reading(
            told.actor(), told.channel["office e"], at(3), reason="it stands already"
        )
    with pytest.raises(ValidationError):
        corrections.void_reading(told.actor(), told.channel["office e"], at(3), reason=" ")

    assert told.admin("SELECT count(*) FROM audit_entry") == entries
    assert told.admin("SELECT count(*) FROM amendment") == [(0,)]


def test_what_an_act_does_to_the_account(told):
    """By hand: 12 × 10 before the exchange, 7 × 10 after it, 7 × 10 after the leap."""
    (office,) = {told.institution["office"]}
    key = (office, "electricity", datetime(2016, 3, 1).date())  # noqa: DTZ001
    assert accounts(told)[key] == 260_000

    tried = _exchange(told, dry_run=True)
    (change,) = tried.effects.accounts
    # To 225 from 220, and from 0 to 5.
    assert (change.before, change.after) == (260_000, 270_000)
    assert (change.institution_id, tried.effects.beyond) == (office, 0)
    (change,) = _use(told, dry_run=True).effects.accounts
    assert change.after == 272_500


def test_a_void_that_leaves_no_reading_at_all_and_its_undo(told):
    channel = told.channel["police e"]
    told.say("police e", [(START_MS, 1.0)], seq=9)
    told.work()
    before = figures(told)

    done = corrections.void_reading(told.actor(), channel, at(0), reason="bench test")
    told.work()
    assert told.admin("SELECT value FROM reading WHERE channel_id = %s", channel) == [(None,)]
    undo(told, done)
    told.work()
    assert figures(told) == before


def test_the_last_correction_of_an_instant_stands_and_each_can_be_undone_alone(told):
    channel, actor = told.channel["office e"], told.actor()
    effective = "SELECT value, rank FROM reading WHERE channel_id = %s AND at = %s"

    first = corrections.set_value(actor, channel, at(3), Decimal(131), reason="one")
    second = corrections.set_value(actor, channel, at(3), Decimal(132), reason="two")
    assert told.admin(effective, channel, at(3)) == [(132_000, 1)]
    undo(told, first)
    assert told.admin(effective, channel, at(3)) == [(132_000, 1)]
    undo(told, second)
    assert told.admin(effective, channel, at(3)) == [(130_000, 0)]
    assert told.admin("SELECT count(*) FROM reading_revision") == [(0,)]
    with pytest.raises(ConflictError):
        undo(told, first)


def test_an_exchange_said_again_is_undone_step_by_step(told):
    before = figures(told)
    first = _exchange(told)
    told.work()
    once = figures(told)
    second = corrections.record_exchange(
        told.actor(), told.channel["office e"], at(12.5), final=None, initial=Decimal(0), source="?"
    )
    withdrawn = corrections.withdraw_exchange(
        told.actor(), told.channel["office e"], at(12.5), reason="it was the other meter"
    )
    told.work()
    assert figures(told) == before

    with pytest.raises(ConflictError):
        undo(told, first)
    undo(told, withdrawn)
    undo(told, second)
    told.work()
    assert figures(told) == once
    undo(told, first)
    told.work()
    assert figures(told) == before


@pytest.mark.parametrize(
    ("final", "initial", "code"),
    [
        ("219", "0", "exchange.register_falls"),
        ("225", "6", "exchange.register_falls"),
        ("60000", "0", "exchange.over_limit"),
        ("100000", "0", "exchange.impossible"),  # at which the register wraps
    ],
)
def test_an_exchange_fits_range_limit_and_neighbours_or_is_taken_by_name(
    told, final, initial, code
):
    fields = {"final": Decimal(final), "initial": Decimal(initial), "source": "form 12"}
    channel = told.channel["office e"]
    with pytest.raises(InputError) as caught:
        corrections.record_exchange(told.actor(), channel, at(12.5), **fields)

    assert caught.value.code == code
    assert told.admin("SELECT count(*) FROM exchange") == [(0,)]
    if code == "exchange.impossible":
        return
    corrections.record_exchange(told.actor(), channel, at(12.5), despite=True, **fields)
    told.work()
    entry = told.admin("SELECT detail->>'despite' FROM audit_entry ORDER BY id DESC LIMIT 1")
    assert entry == [("true",)]
    assert max(filter(None, hours(told).values())) <= 100_000  # the limit holds all the same


def test_a_wrap_is_held_to_limit_and_range(world):
    channel = world.channel["clinic e"]
    world.say("clinic e", [(START_MS, 99_990.0), (START_MS + HOUR_MS, 70.0)], gateway="demo-a/g2")
    world.say(
        "clinic e", [(START_MS + hour * HOUR_MS, 30.0 + hour) for hour in range(2, 8)], 2,
        gateway="demo-a/g2",
    )  # fmt: skip
    world.work()

    with pytest.raises(InputError) as caught:
        corrections.confirm_wrap(world.actor(), channel, at(5), reason="no fall there")
    assert "falls" in caught.value.en
    assert world.admin("SELECT count(*) FROM verdict") == [(0,)]


def test_a_wrap_that_a_person_confirms_counts_and_can_be_undone(world):
    """After a silence the pace alone would not say so; 90 kWh in two days are within the limit."""
    channel = world.channel["office e"]
    early = [(START_MS + hour * HOUR_MS, 99_900.0 + 0.1 * hour) for hour in range(24)]
    late = [(START_MS + (72 + hour) * HOUR_MS, 400 + 0.1 * hour) for hour in range(9)]
    world.say("office e", early + late)
    world.work()
    before = figures(world)

    done = corrections.confirm_wrap(world.actor(), channel, at(72), reason="seen on the display")
    world.work()
    total = sum(filter(None, hours(world).values()))
    assert total == 100_000_000 + 400_800 - 99_900_000
    assert [one.after is not None for one in done.effects.hours] == [True] * 49
    undo(world, done)
    world.work()
    assert figures(world) == before


@pytest.mark.parametrize(
    ("hour", "final", "initial", "total"),
    [
        (4, "99995", "4", 35 + 35),  # at the very reading, of which the new meter's 4 is the value
        (4, "99995", "2", 35 + 37),  # what a person saw outdoes the reading of that instant
        (3.5, "99995", "0", 35 + 39),
        (4, None, "4", 30 + 35),  # nobody saw the old meter's last value: that hour is unknown
        (3, "99991", "0", 31 + 39),  # one reading earlier, which was the old meter's
    ],
)
def test_a_wrap_that_the_rules_saw_is_dismissed_by_an_exchange(world, hour, final, initial, total):
    """10 kWh an hour from 99,960 to 99,990, then 4 and on to 39, for the rules by a wrap."""
    values = [99_960.0, 99_970.0, 99_980.0, 99_990.0, 4.0, 9.0, 19.0, 29.0, 39.0]
    world.say("office e", [(START_MS + n * HOUR_MS, kwh) for n, kwh in enumerate(values)])
    world.work()
    assert sum(filter(None, hours(world).values())) == 79_000
    before = figures(world)

    done = corrections.record_exchange(
        world.actor(), world.channel["office e"], at(hour), initial=Decimal(initial),
        final=None if final is None else Decimal(final), source="work order",
    )  # fmt: skip
    world.work()
    assert sum(filter(None, hours(world).values())) == total * 1000
    if final is None:
        assert hours(world)[START_MS + 3 * HOUR_MS] is None
    undo(world, done)
    world.work()
    assert figures(world) == before


def test_wrong_readings_that_make_an_impossible_hour_are_voided_one_by_one(world):
    gas, actor = world.channel["office gas"], world.actor()
    world.admin("UPDATE channel_setting SET known_until = now() WHERE channel_id = %s", gas)
    world.admin(
        """INSERT INTO channel_setting (channel_id, factor, period_s, valid_from, source, known_by)
           VALUES (%s, 1, 1, '-infinity', 'test', 'user:1')""",
        gas,
    )
    absurd = [(START_MS + 1000 * second, 2**53 / 1000) for second in range(1, 1027)]
    for seq, first in enumerate((0, 800), 1):  # a message holds a thousand
        world.say("office gas", absurd[first : first + 800], seq)
    world.work()
    assert world.admin("SELECT reason FROM set_aside") == [("usage.hour_out_of_range",)]

    for place in range(3):
        when = START + timedelta(seconds=place + 1)
        tried = corrections.void_reading(actor, gas, when, reason="typed", dry_run=True)
        assert tried.effects.waits  # what will be is told when it can be
        corrections.void_reading(actor, gas, when, reason="typed")
    world.work()
    assert len(hours(world)) == 0
    assert world.admin("SELECT used FROM usage_hour WHERE channel_id = %s", gas) == [
        (1023 * 2**53,)
    ]
    assert world.admin("SELECT stage FROM set_aside") == [("figure",)]


def test_an_account_beyond_all_measure_is_told_as_unknown_and_comes_back(world):
    """No limit is stated, so only the most that any account can be speaks against the value."""
    gas, actor = world.channel["office gas"], world.actor()
    world.admin("UPDATE channel_setting SET known_until = now() WHERE channel_id = %s", gas)
    world.admin(
        """INSERT INTO channel_setting (channel_id, factor, period_s, valid_from, source, known_by)
           VALUES (%s, 1, 3600, '-infinity', 'test', 'user:1')""",
        gas,
    )
    world.say("office gas", [(START_MS + hour * HOUR_MS, 0.5) for hour in range(1, 9)])
    world.work()
    (key,) = accounts(world)

    absurd = {"value": Decimal(2**53 - 1) / 1000, "reason": "typed without its point"}
    (change,) = corrections.set_value(actor, gas, at(3), **absurd, dry_run=True).effects.accounts
    assert (change.before, change.after) == (4000, None)
    done = corrections.set_value(actor, gas, at(3), **absurd)
    world.work()
    assert accounts(world) == {key: None}
    assert world.admin("SELECT stage, reason FROM set_aside") == [
        ("figure", "account.out_of_range")
    ]
    (change,) = undo(world, done, dry_run=True).effects.accounts
    assert (change.before, change.after) == (None, 4000)
    undo(world, done)
    world.work()
    assert accounts(world) == {key: 4000}
    assert world.admin("SELECT count(*) FROM set_aside") == [(0,)]
