"""Change points: no model found by hand fits better, and what made the data is found again."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import changepoints
from analytics.changepoints import KINDS, Model, fitted, named

KIND = st.sampled_from(KINDS)


@st.composite
def measured(draw):
    """Days of a building that heats and cools, with what its people add."""
    n, seed = draw(st.integers(12, 60)), draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    t = rng.uniform(-10, 35, n)
    true = Model("5P", 20, draw(st.floats(0, 3)), draw(st.floats(0, 3)), 12, 21)
    return t, true.at(t) + rng.normal(0, draw(st.floats(0.1, 5)), n)


def sse(model, t, y):
    return float(((model.at(t) - y) ** 2).sum())


def lost(y):
    """Return what a search may miss: a thousandth of what there is to explain."""
    return 1e-3 * float(((y - y.mean()) ** 2).sum()) + 1e-9


@settings(max_examples=25)
@given(KIND, measured())
def test_none_of_many_models_fits_better(kind, data):
    t, y = data
    least = sse(fitted(kind, t, y), t, y)
    grid = np.linspace(t.min(), t.max(), 9)
    for h in grid:
        for c in grid if kind == "5P" else [h]:
            if h > c:
                continue
            columns = changepoints._columns(kind, t, h, c)
            best = np.linalg.lstsq(columns, y, rcond=None)[0]
            found = float(((columns @ best - y) ** 2).sum())
            assert least <= found + lost(y)


@given(
    KIND,
    st.floats(1, 50),
    st.floats(0.5, 5),
    st.floats(0.5, 5),
    st.floats(5, 12),
    st.floats(13, 22),
)
def test_what_made_the_data_is_found_again(kind, base, left, right, h, c):
    given_ = {"slope": left, "l": left, "r": right, "h": h, "c": c, "p": h}
    true = named(kind, base, given_)
    t = np.linspace(-5, 35, 161)
    found = fitted(kind, t, true.at(t))

    assert found.coefficients() == pytest.approx(true.coefficients(), abs=1e-3)


def test_more_bends_never_fit_worse():
    rng = np.random.default_rng(3)
    t = rng.uniform(-10, 35, 200)
    y = Model("5P", 20, 1.5, 2.1, 12, 22).at(t) + rng.normal(0, 2, 200)
    errors = {kind: sse(fitted(kind, t, y), t, y) for kind in KINDS}

    assert errors["5P"] < errors["4P"] < min(errors["3PH"], errors["3PC"])
    assert errors["3PC"] <= errors["2P"]


@pytest.mark.parametrize(("kind", "t"), [("2P", [1, 1, 1]), ("5P", [1, 2, 3]), ("3PC", [])])
def test_too_little_is_refused(kind, t):
    with pytest.raises(ValueError, match="too few"):
        fitted(kind, t, [1.0] * len(t))
