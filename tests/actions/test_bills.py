"""Bills over any days: as intervals with two instants, exact to the quantum."""

import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from actions.accounts.explanations import explain_account
from actions.readings.file_answers import answers_of
from actions.readings.file_corrections import correct_by_file
from actions.readings.import_readings import import_readings
from actions.registry.values import ProblemsError
from storage.readings.store import Store
from tests.actions.correcting import set_value, undo_file, void_reading
from tests.actions.world import GATEWAY, HOUR_MS, START_MS

DAY_MS = 24 * HOUR_MS
NOW_MS = START_MS + 400 * DAY_MS
HEADER = "gateway,channel,from,to,value\n"


def at(day: float) -> str:
    return (datetime.fromtimestamp(START_MS / 1000, UTC) + timedelta(days=day)).isoformat()


def bill(first: float, last: float, value: object, channel: str = "office gas") -> str:
    return f"{GATEWAY},{channel},{at(first)},{at(last)},{value}\n"


@pytest.fixture
def take(world):
    """Import a file, by itself or as a correction."""
    sink = Store(world.database.url("collector"), "import")

    def take(text: str, correct_for: str | None = None, **how):
        file, fields = io.BytesIO(text.encode()), {"name": "bills.csv", "now_ms": NOW_MS, **how}
        if correct_for is None:
            return import_readings(world.actor(), sink, file, **fields)
        return correct_by_file(
            world.actor(), file, reason=correct_for, ahead_ms=sink.ahead_ms, **fields
        )

    yield take
    sink.close()


def problem_of(take, text: str, **how):
    with pytest.raises(ProblemsError) as caught:
        take(text, **how)
    (problem,) = caught.value.problems
    return problem


def usage(world) -> list[tuple]:
    return world.admin(
        "SELECT storage.ms(hour), used, known_s, measured_s FROM usage_hour ORDER BY channel_id, 1"
    )


def accounts(world) -> dict[str, tuple]:
    fields = world.admin(
        "SELECT month::text, quanta, known_s, measured_s FROM account ORDER BY carrier, month"
    )
    return {month[:7]: tuple(rest) for month, *rest in fields}


def test_a_bill_is_spread_over_its_own_days_and_its_total_is_known(world, take):
    take(HEADER + bill(14, 43, "1234.567"))  # 15 March to 13 April, in summer an hour earlier
    world.work()

    assert sum(used for _, used, _, _ in usage(world)) == 1_234_567
    assert [(ms - START_MS) // HOUR_MS for ms, *_ in usage(world)] == list(range(14 * 24, 43 * 24))
    assert {(known, measured) for _, _, known, measured in usage(world)} == {(3600, 0)}
    hours = 29 * 24
    march = (2 * 1_234_567 * (17 * 24 - 1) + hours) // (2 * hours)
    assert {month: one[0] for month, one in accounts(world).items()} == {
        "2016-03": march,
        "2016-04": 1_234_567 - march,
    }


def test_the_same_bill_again_and_in_another_file_changes_nothing(world, take):
    text = HEADER + bill(0, 30, 30) + bill(30, 59, 29)
    assert take(text).inserted == 2
    world.work()
    first = usage(world)
    again = take(HEADER + bill(30, 59, 29) + bill(0, 30, 30))

    assert (again.inserted, again.duplicates) == (0, 2)
    assert world.admin("SELECT count(*) FROM stale_usage") == [(0,)]
    assert usage(world) == first


def test_bills_that_leave_a_gap_leave_it_unknown(world, take):
    take(HEADER + bill(0, 10, 10) + bill(12, 20, 8))
    world.work()

    assert sum(used for _, used, _, _ in usage(world)) == 18_000
    assert len(usage(world)) == 18 * 24


@pytest.mark.parametrize(
    ("stored", "new"),
    [
        ((0, 30), (29, 59)),  # a day of the one before
        ((29, 59), (0, 30)),  # and the other way round
        ((0, 30), (10, 20)),  # inside
        ((10, 20), (0, 30)),  # around
        ((0, 30), (1, 30)),  # otherwise of the same end
    ],
)
def test_bills_that_overlap_are_refused_with_both_named(world, take, stored, new):
    take(HEADER + bill(*stored, 30))
    problem = problem_of(take, HEADER + bill(*new, 30))

    assert (problem.code, problem.where["line"]) == ("reading.overlaps", 2)
    assert at(new[0])[:10] in problem.where["value"] or at(new[0])[:10] in str(problem.en)
    both = problem_of(take, HEADER + bill(*[100 + day for day in stored], 30)
                      + bill(*[100 + day for day in new], 30))  # fmt: skip
    assert both.code == "reading.overlaps"


def test_a_bill_around_values_of_a_gateway_would_count_their_time_twice(world, take):
    world.say("office gas", [(START_MS + hour * HOUR_MS, 0.5) for hour in range(1, 5)], seq=2)
    problem = problem_of(take, HEADER + bill(0, 30, 30))

    assert problem.code == "reading.overlaps"
    assert "stored" in problem.en
    assert take(HEADER + bill(1, 30, 30)).inserted == 1


def test_a_bill_that_begins_before_its_channel_is_refused(take):
    problem = problem_of(take, HEADER + bill(-400, 5, 30))

    assert problem.code == "reading.begins_early"


def test_a_bill_that_was_wrong_is_corrected_and_the_undo_brings_it_back(world, take):
    take(HEADER + bill(0, 30, 30) + bill(30, 60, 60))
    world.work()
    before, told = usage(world), accounts(world)
    tried = take(HEADER + bill(5, 30, "12.5"), correct_for="the letter", dry_run=True)
    done = take(HEADER + bill(5, 30, "12.5"), correct_for="the letter")
    world.work()

    assert done.effects == tried.effects
    assert len(usage(world)) == 55 * 24
    assert sum(used for _, used, _, _ in usage(world)) == 72_500
    assert tried.effects.hours_changed == 30 * 24
    undone = undo_file(world.actor(), done.file_id, reason="no")
    world.work()
    assert undone.hours_changed == 30 * 24
    assert (usage(world), accounts(world)) == (before, told)


def test_a_value_that_a_person_sets_keeps_the_days_and_a_void_ends_them(world, take):
    take(HEADER + bill(0, 30, 30))
    channel, end = world.channel["office gas"], datetime.fromisoformat(at(30))
    set_value(world.actor(), channel, end, value=Decimal(15), reason="read again")
    world.work()
    assert sum(used for _, used, _, _ in usage(world)) == 15_000
    assert len(usage(world)) == 30 * 24

    void_reading(world.actor(), channel, end, reason="of another house")
    world.work()
    assert usage(world) == []
    assert take(HEADER + bill(3, 20, 5)).inserted == 1  # the time is free again


def test_a_bill_beside_a_register_of_another_channel_changes_nothing_there(world, take):
    world.say("office e", [(START_MS + hour * HOUR_MS, 100.0 + hour) for hour in range(50)])
    world.work()
    mine = "SELECT * FROM usage_hour WHERE channel_id = %s ORDER BY hour"
    before = world.admin(mine, world.channel["office e"])
    take(HEADER + bill(0, 30, 30))
    world.work()

    assert world.admin(mine, world.channel["office e"]) == before


def test_civil_days_are_asked_about_where_the_file_does_not_say(world, take):
    text = "gateway,channel,from,to,value\n"
    text += f"{GATEWAY},office gas,2016-03-14,2016-04-12,1234\n"
    problem = problem_of(take, text, answers=answers_of({"zone": "channel"}))

    assert problem.where["question"] == "last_day"
    for answer, hours in (("in", 30 * 24 - 1), ("out", 29 * 24 - 1)):
        how = answers_of({"zone": "channel", "last_day": answer})
        assert take(text, answers=how, dry_run=True).inserted == 1
        end = {"in": "2016-04-12T23:00", "out": "2016-04-11T23:00"}[answer]
        assert take(text, answers=how, dry_run=True).last_at.isoformat().startswith(end), hours


def test_the_account_names_the_bill_with_both_its_instants(world, take):
    take(HEADER + bill(14, 43, "1234.567"))
    world.work()
    found = explain_account(
        world.actor(), world.institution["office"], "natural_gas", date(2016, 3, 1)
    )
    (term,) = [one for one in found.terms if one.evidence]

    (named,) = term.evidence.occurred
    assert (named.kind, named.value) == ("bill", 1_234_567)
    assert (named.start_ms, named.end_ms) == (START_MS + 14 * DAY_MS, START_MS + 43 * DAY_MS)
    (estimated,) = [one for one in term.evidence.unmeasured if one.reason == "bill"]
    assert (estimated.reason, estimated.ends_ms) == ("bill", START_MS + 43 * DAY_MS)
    assert term.evidence.used == found.account.quanta
