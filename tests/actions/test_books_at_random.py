"""Any order of a year's acts ends as a model in memory says, and books, log and runs agree.

`make year` takes 100,000 steps; `COMMONWATT_TEST_SEED` draws another year, and is printed.
"""

import os
import time
from collections.abc import Iterator

import pytest
from hypothesis import Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test as check

from tests.actions.kept import Kept
from tests.actions.world import make_world
from tests.actions.year.begun import Begun, make_year
from tests.actions.year.movements import Movements
from tests.actions.year.rosters import Rosters
from tests.actions.year.unions import Unions

ATTEMPTS = int(os.environ.get("COMMONWATT_TEST_ATTEMPTS", "0"))
SEED = int(os.environ.get("COMMONWATT_TEST_SEED", "1"))
STEPS = 50
TOLD = 20  # years between two words on how far it is


class Year(Movements, Unions, Rosters):
    """All that people do in a union's year."""

    played = 0
    since = time.monotonic()

    def teardown(self) -> None:
        super().teardown()
        Year.played += 1
        if ATTEMPTS and Year.played % TOLD == 0:
            took = time.monotonic() - Year.since
            print(f"{Year.played * STEPS:,} steps, {Begun.acts:,} acts, {took:,.0f} s", flush=True)


@pytest.fixture(scope="module")
def begun(database_of_module) -> Iterator[None]:
    world = make_world(database_of_module)
    Year.union = make_year(world)
    Year.kept = Kept(world)
    yield
    world.close()


def test_any_order_of_a_years_acts_ends_as_the_model_says(begun):
    examples = max(6, ATTEMPTS // STEPS)
    kept = settings(max_examples=examples, stateful_step_count=STEPS)
    if ATTEMPTS:
        print(f"{examples} years of {STEPS} steps, COMMONWATT_TEST_SEED={SEED}", flush=True)
        phases = (Phase.generate,)  # a year is short enough to read, and takes long to make shorter
        kept = settings(kept, derandomize=False, database=None, print_blob=True, phases=phases)
        seed(SEED)(Year)
    check(Year, settings=kept)
