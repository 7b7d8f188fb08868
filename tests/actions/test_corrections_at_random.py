"""Whatever is corrected, in whatever order: what is told happens, and all of it comes undone."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest

from metering.errors import EnergyError
from tests.actions import correcting as corrections
from tests.actions.test_corrections import accounts, figures
from tests.actions.world import HOUR_MS, START_MS, World, new_office

START = datetime.fromtimestamp(START_MS / 1000, UTC)
HOURS = 36
WRAPS_AT = 100_000


def history(random: Random) -> list[tuple[int, float]]:
    """Return readings of a register of five digits, with what befalls registers."""
    value, rate = random.choice([100.0, 50_000.0, WRAPS_AT - 60.0]), random.choice([0.5, 8.0, 40.0])
    readings = []
    for hour in range(HOURS):
        chance = random.random()
        if chance < 0.05:
            value = random.choice([0.0, 5.0, value - 3])  # another meter, or noise
        elif chance < 0.08:
            value += random.choice([300.0, 40_000.0])
        value = max(value + round(rate * random.uniform(0.5, 1.5), 3), 0.0) % WRAPS_AT
        shown = value
        if random.random() < 0.06:
            shown = random.choice([0.0, value * 10 % WRAPS_AT, 99_999.999])  # misread
        if random.random() > 0.1:
            readings.append((START_MS + hour * HOUR_MS, round(shown, 3)))
    return readings


def an_act(random: Random, actor, channel: int, readings: list[tuple[int, float]]):
    """Return an act at random; many are refused where nothing of the kind is."""
    place = random.randrange(len(readings))
    at = datetime.fromtimestamp(readings[place][0] / 1000, UTC)
    between = at + random.choice([timedelta(), timedelta(minutes=30), timedelta(milliseconds=1)])
    value = Decimal(str(readings[place][1])) + random.choice([-20, 0, 0, 3, 500])
    value = max(value, Decimal(0)) % WRAPS_AT
    why, despite = {"reason": "at random"}, random.random() < 0.7
    first = random.choice([Decimal(0), value])
    final = random.choice([None, value])
    exchange = {"final": final, "initial": first, "source": "form", "despite": despite}
    return random.choice(
        [
            lambda **how: corrections.void_reading(actor, channel, at, **why, **how),
            lambda **how: corrections.set_value(actor, channel, between, value, **why, **how),
            lambda **how: corrections.confirm_outlier(actor, channel, at, **why, **how),
            lambda **how: corrections.reinstate_reading(actor, channel, at, **why, **how),
            lambda **how: corrections.confirm_wrap(actor, channel, at, **why, **how),
            lambda **how: corrections.say_use(
                actor, channel, at, Decimal(7), despite=despite, **why, **how
            ),
            lambda **how: corrections.record_exchange(actor, channel, between, **exchange, **how),
            lambda **how: corrections.withdraw_exchange(actor, channel, between, **why, **how),
        ]
    )


def hours(world: World, channel: int) -> dict[int, int]:
    rows = world.admin(
        "SELECT storage.ms(hour), used FROM usage_hour WHERE channel_id = %s", channel
    )
    return {hour: used for hour, used in rows if used is not None}


def changed(world: World, channel: int, effects) -> tuple[dict, dict]:
    """Return hours and accounts as they would be after what is told."""
    fresh, then = hours(world, channel), accounts(world)
    for one in effects.hours:
        assert fresh.pop(one.start_ms, None) == one.before
        if one.after is not None:
            fresh[one.start_ms] = one.after
    for one in effects.accounts:
        key = (one.institution_id, one.carrier, one.month)
        assert then.get(key) == one.before
        then[key] = one.after
    return fresh, then


@pytest.mark.parametrize("seed", range(4))
def test_what_is_told_happens_and_comes_undone(world, seed):
    random, actor = Random(seed), world.actor()
    done, told = [], 0
    new_office(world, "any")
    channel = world.channel["any e"]
    readings = history(random)
    world.say("any e", readings)
    world.work()
    before = figures(world)

    def go(act) -> object | None:
        try:
            tried = act(dry_run=True)
        except EnergyError:
            return None
        wanted = changed(world, channel, getattr(tried, "effects", tried))
        made = act()
        world.work()
        assert (hours(world, channel), accounts(world)) == wanted
        return made

    def undo(one):
        return lambda **how: corrections.undo(
            actor, channel, one.correction.id, reason="again", **how
        )

    for _ in range(60):
        if done and random.random() < 0.2:
            one = random.choice(done)
            if go(undo(one)) is not None:
                done.remove(one)
                told += 1
        elif (made := go(an_act(random, actor, channel, readings))) is not None:
            done.append(made)
            told += 1
    assert told > 10
    while done:
        for one in reversed(done):
            with suppress(EnergyError):
                if go(undo(one)) is not None:
                    done.remove(one)
                    break
        else:
            raise AssertionError([one.correction for one in done])
    assert figures(world) == before
