"""A total beside its parts is found; meters that only resemble each other are not."""

from hypothesis import given
from hypothesis import strategies as st

from analytics.doubled import doubled

DAYS = [f"2026-02-{day:02}" for day in range(1, 11)]
uses = st.lists(st.integers(100, 10**7), min_size=len(DAYS), max_size=len(DAYS))


def by_day(used: list[int]) -> dict[str, int]:
    return dict(zip(DAYS, used, strict=True))


@given(parts=st.lists(uses, min_size=1, max_size=4), at=st.integers(0, 4))
def test_a_total_is_found_wherever_it_stands(parts, at):
    total = [sum(each) for each in zip(*parts, strict=True)]
    place = min(at, len(parts))
    channels = [by_day(one) for one in parts]
    channels.insert(place, by_day(total))
    found = doubled(channels)

    assert found[:1] == (place,) or (len(parts) == 1 and found == (0, 1))
    assert set(found) == set(range(len(channels)))


@given(uses)
def test_a_day_may_differ_by_a_hundredth_where_there_are_many(used):
    near = [one + one // 200 for one in used]

    assert doubled([by_day(used), by_day(near)]) == (0, 1)
    far = [near[0] * 2, *near[1:]]
    assert doubled([by_day(used), by_day(far)]) == ()


@given(uses, uses)
def test_a_meter_sent_twice_is_found_beside_another(used, other):
    found = doubled([by_day(other), by_day(used), by_day(used)])

    assert found == (1, 2) or used == other or found[:1] == (0,)


def test_few_days_must_agree_to_the_quantum():
    assert doubled([{"a": 1000}, {"a": 600}, {"a": 399}]) == (0, 1, 2)
    assert doubled([{"a": 1000}, {"a": 995}]) == ()


def test_one_channel_no_use_or_no_day_in_common_is_no_double():
    assert doubled([by_day([5] * 10)]) == ()
    assert doubled([{"a": 0}, {"a": 0}]) == ()
    assert doubled([{"a": 5}, {"b": 5}]) == ()
    assert doubled([]) == ()
