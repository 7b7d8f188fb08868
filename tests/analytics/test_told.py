"""What was told of a channel beside what a new look finds."""

from hypothesis import given
from hypothesis import strategies as st

from analytics.told import Stretch, Told, settled

KINDS = ("spike", "zero")


@st.composite
def apart(draw, most=5):
    """Return stretches of which none of one kind share an hour."""
    made = []
    for kind in KINDS:
        at = 0
        for _ in range(draw(st.integers(0, most))):
            first = at + draw(st.integers(0, 4))
            at = first + draw(st.integers(1, 4))
            made.append(Stretch(kind, first, at))
    return draw(st.permutations(made))


@st.composite
def records(draw):
    told = draw(apart())
    return [Told(place + 1, one, draw(st.booleans())) for place, one in enumerate(told)]


@given(apart(), records(), st.integers(0, 30))
def test_whatever_is_found_and_told_each_hour_is_told_once_and_answers_stand(found, told, since):
    done = settled(found, told, since)

    stand = [one.stretch for one in told if one.answered]
    stays = [one for one in told if not one.answered and one.id not in done.gone]
    after = [
        *stand,
        *(found[done.moved[one.id]] if one.id in done.moved else one.stretch for one in stays),
        *(found[place] for place in done.new),
    ]
    assert not any(
        one.meets(other) for place, one in enumerate(after) for other in after[place + 1 :]
    )
    answered = {one.id for one in told if one.answered}
    assert not answered & (set(done.gone) | set(done.moved))
    for one in found:  # nothing that is seen anew is lost
        assert one.until <= since or any(one.meets(each) for each in after)
    for one in stays:  # what is seen no longer, where it was looked for, is gone
        assert one.id in done.moved or one.stretch.until <= since


@given(apart())
def test_looking_twice_changes_nothing(found):
    told = [Told(place + 1, one, False) for place, one in enumerate(found)]
    done = settled(found, told, 0)
    assert (done.new, done.gone) == ([], [])
    assert [found[place] for _, place in sorted(done.moved.items())] == [
        one.stretch for one in told
    ]
