"""Each quantum of a tree is under one end use: they add up to the first meters with one."""

from hypothesis import given
from hypothesis import strategies as st

from analytics.end_uses import by_use, firsts
from tests.analytics.test_meter_trees import few, trees


@few
@given(trees(), st.data())
def test_end_uses_add_up_to_the_first_meters_that_have_one(mains, data):
    channels = sorted({0, *mains})
    some = st.dictionaries(st.sampled_from(channels), st.sampled_from("ABC"), min_size=1)
    uses = data.draw(some)
    used = {one: data.draw(st.integers(0, 10**12)) for one in uses}

    found = by_use(mains, uses, used)

    assert sum(found.values()) == sum(used[one] for one in firsts(mains, uses))
    assert set(found) == set(uses.values())


def test_what_a_floor_uses_beyond_its_lifts_is_lighting():
    """Floor 1 is for lighting, the lifts 2 stand behind its switch 3, which is for nothing."""
    mains = {1: 0, 3: 1, 2: 3}
    assert by_use(mains, {1: "A", 2: "C"}, {1: 100, 2: 30}) == {"A": 70, "C": 30}
    assert by_use(mains, {1: "A", 2: "C"}, {1: 100, 2: None}) == {"A": None, "C": None}
    assert by_use(mains, {1: "A", 2: "A"}, {1: 100, 2: 30}) == {"A": 100}
    assert by_use({}, {1: "A", 2: "A"}, {1: 100, 2: None}) == {"A": None}
