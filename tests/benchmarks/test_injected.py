import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.faults import found
from benchmarks.findings import mask_of
from benchmarks.injected import KINDS, injected


@settings(max_examples=5)
@given(st.integers(0, 2**32 - 1))
def test_only_known_hours_are_made_faulty_and_all_that_are_say_so(seed):
    rng = np.random.default_rng(seed)
    kwh = rng.uniform(5, 9, (2, 24 * 400))
    kwh[1, 2000:4000] = np.nan
    made = injected(kwh, seed)

    changed = ~((made.kwh == kwh) | (np.isnan(made.kwh) & np.isnan(kwh)))
    assert not (changed & (made.kind < 0)).any()
    assert not (np.isnan(kwh) & (made.kind >= 0)).any()
    assert set(np.unique(made.kind)) == {-1, *range(len(KINDS))}
    assert (made.kwh[made.kind == KINDS.index("zero")] == 0).all()
    assert (made.kwh[made.kind == 0] > kwh[made.kind == 0]).all()
    assert mask_of(found(made.kwh), kwh.shape, "zero").sum() > 0
