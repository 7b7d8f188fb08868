"""Virtual channels as people state them: exact, computed anew, refused where they cannot be."""

import psycopg
import pytest

from actions.doing import carry_out
from actions.registry.formulas_table import FORMULAS
from actions.registry.of_channels import OfChannel
from actions.registry.split_channel import SplitChannel
from actions.registry.state_formula import StateFormula
from actions.tables import rows_of
from analytics.formulas import combined
from metering.errors import EnergyError
from tests.actions.examples_of_formulas import divided, made, sized
from tests.actions.examples_of_submeters import submeter
from tests.actions.test_submeters import account, counts
from tests.actions.world import HOUR_MS, START_MS, make_world, resize
from worker import formulas as worker_formulas

HOURS = 72


def measured(world, whole, part="", seq=31):
    """Have a meter that uses 10 to 12 kWh an hour for three days, and one of 4 behind it."""
    for name, kwh in ((whole, lambda hour: 10 + hour % 3), (part, lambda _: 4)):
        if name:
            submeter(world, name)
            hours = range(1, HOURS + 1)
            seq += 1
            world.say(name, [(START_MS + hour * HOUR_MS, kwh(hour)) for hour in hours], seq)
    world.work()


def state(world, inputs, who="system", **more):
    said = {"code": "site", "name": "Site", "carrier": "electricity", "valid_from": "2016-03-01",
            "source": "图 7", "inputs": inputs, **more}  # fmt: skip
    on = world.institution["office"]
    return carry_out(world.actor(who), StateFormula.model_validate(said), on).result.channel_id


def less(world, whole="whole", part="part"):
    return [
        {"sign": "plus", "channel": world.channel[whole]},
        {"sign": "minus", "channel": world.channel[part]},
    ]


def days(world, channel):
    found = world.admin(
        "SELECT used, known_s FROM usage_day WHERE channel_id = %s ORDER BY day", channel
    )
    return [(used, known // 3600) for used, known in found]


@pytest.fixture(scope="module")
def two(database_of_module):
    """Two meters of the office; each test states channels of its own."""
    world = make_world(database_of_module)
    measured(world, "whole", "part")
    yield world
    world.close()


def test_what_is_left_is_the_difference_of_every_day(two):
    channel = state(two, less(two))
    two.work()
    assert days(two, channel) == [(24 * 7_000, 24)] * 3
    (row,) = rows_of(two.actor(), FORMULAS, OfChannel(), None, 10).rows
    assert (row.channel_id, row.names) == (channel, ["whole · e", "part · e"])


def test_it_is_computed_anew_when_an_input_changes_and_known_only_where_both_are(two):
    measured(two, "other", "behind", seq=41)
    channel = state(two, less(two, "other", "behind"), code="anew")
    two.work()
    two.say("behind", [(START_MS + 2 * HOUR_MS, 1.0)], seq=51)
    two.work()
    assert days(two, channel)[0] == (24 * 7_000 + 3_000, 24)
    two.say("other", [(START_MS + (HOURS + 1) * HOUR_MS, 10.0)], seq=52)
    two.work()
    assert days(two, channel)[3] == (None, 0)


def test_from_a_day_on_it_is_something_else_and_before_what_it_was(two):
    channel = state(two, less(two), code="dated")
    again = state(two, less(two)[:1], code="dated", valid_from="2016-03-02")
    two.work()
    assert again == channel
    assert days(two, channel) == [(24 * 7_000, 24), (24 * 11_000, 24), (24 * 11_000, 24)]


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        (["office gas"], "formula.unlike"),
        (["whole", "whole"], "formula.said_twice"),
        (["virtual"], "formula.unlike"),
    ],
)
def test_what_cannot_be_added_is_refused_with_its_name(two, inputs, code):
    two.channel["virtual"] = state(two, less(two), code="first")
    said = [{"sign": "plus", "channel": two.channel[one]} for one in inputs]
    with pytest.raises(EnergyError) as refused:
        state(two, said)
    assert refused.value.code == code
    assert inputs[0].replace("virtual", "first") in refused.value.en


def test_nothing_is_measured_on_one(two):
    channel = state(two, less(two), code="computed")
    with pytest.raises(psycopg.errors.ExclusionViolation):
        two.admin(
            """INSERT INTO binding (gateway_id, key, channel_id, valid_from, source, known_by)
               SELECT min(id), 'x', %s, '-infinity', 'test', 'user:1' FROM gateway""",
            channel,
        )
    with pytest.raises(EnergyError) as refused:
        state(two, less(two), code="whole")
    assert refused.value.code == "formula.code_taken"


def split(world, channel, names=("office", "school"), who="system", **more):
    members = [{"institution": world.institution[one]} for one in names]
    said = {"by": "area_m2", "members": members, "valid_from": "2016-03-01", "source": "约 7"}
    action = SplitChannel.model_validate(said | more)
    return carry_out(world.actor(who), action, channel).result.channel_ids


def test_parts_by_area_add_to_the_whole_and_follow_the_area(two):
    """The school grows on the third day; the office has 1,234.5 m²."""
    sized(two, "school", 765)
    measured(two, "shared", seq=61)
    parts = split(two, two.channel["shared"])
    two.work()
    each = [days(two, one) for one in parts]
    for day in range(3):
        assert sum(part[day][0] for part in each) == 24 * 11_000
    assert abs(each[0][0][0] - 24 * 11_000 * 1234.5 / 1999.5) < 24

    resize(two, "school", "2016-03-03", area_m2="1234.5")
    two.work()
    after = [days(two, one) for one in parts]
    assert [part[:2] for part in after] == [part[:2] for part in each]
    assert after[0][2] != each[0][2]
    assert sum(part[2][0] for part in after) == 24 * 11_000
    assert abs(after[0][2][0] - after[1][2][0]) <= 24


def test_who_has_no_size_is_named(two):
    sized(two, "school", 765)
    with pytest.raises(EnergyError) as refused:
        split(two, two.channel["whole"], ("school", "academy"))
    assert refused.value.code == "formula.member"
    assert "states no floor area on 2016-03-01" in refused.value.en


def test_who_is_not_named_again_takes_no_part_any_more(two):
    for name, area in (("school", 765), ("clinic", 100)):
        sized(two, name, area)
    _, _, clinic = split(two, two.channel["whole"], ("office", "school", "clinic"))
    split(two, two.channel["whole"], valid_from="2016-03-02")
    two.work()
    assert len(days(two, clinic)) == 1


def test_who_may_not_register_for_a_member_divides_nothing(two):
    sized(two, "school", 765)
    with pytest.raises(EnergyError):
        split(two, two.channel["whole"], who="of the office")


def test_the_examples_can_be_said(two):
    for kind, example in ((StateFormula, made), (SplitChannel, divided)):
        on, said = example(two)
        carry_out(two.actor(), kind.model_validate(said), on)


def test_one_that_cannot_be_computed_rests_and_holds_nobody_up(two, monkeypatch):
    two.work()
    bad, good = (state(two, less(two), code=code) for code in ("bad", "good"))

    def torn(terms, inputs, *span):
        if len(failed) == 0:
            failed.append(True)
            raise OverflowError("too much")
        return combined(terms, inputs, *span)

    failed = []
    monkeypatch.setattr(worker_formulas, "combined", torn)
    two.work()
    assert days(two, bad) == []
    assert days(two, good) == [(24 * 7_000, 24)] * 3
    kept = two.admin("SELECT error FROM set_aside WHERE channel_id = %s", bad)
    assert ["too much" in error for (error,) in kept] == [True]
    two.admin("UPDATE set_aside SET retry_at = now()")
    two.work()
    assert days(two, bad) == days(two, good)
    assert two.admin("SELECT count(*) FROM set_aside") == [(0,)]


def test_one_that_counts_makes_the_account_and_its_inputs_must_not(two):
    counts(two, two.channel["whole"])
    with pytest.raises(EnergyError) as refused:
        state(two, less(two), code="counted", counts=True)
    assert refused.value.code == "formula.counts_twice"
    assert "whole · e" in refused.value.en
    two.admin("UPDATE account_term SET known_until = now() WHERE known_until IS NULL")
    state(two, less(two), code="counted", counts=True)
    two.work()
    assert account(two) == 3 * 24 * 7_000
