"""What may be said of a commitment after what: the same in Python and in the database."""

from contextlib import suppress

import psycopg
import pytest

from compact.commitments import Said, State, after
from metering.errors import ConflictError

_ORDER = {"open": None, "under_way": "under_way", "done": "done", "confirmed": "confirmed",
          "withdrawn": "withdrawn"}  # fmt: skip


@pytest.mark.parametrize("state", list(State))
def test_what_is_ended_stays_so_and_only_what_is_reported_is_looked_at(state):
    said = {}
    for one in Said:
        with suppress(ConflictError):
            said[one] = after(state, one)
    if state in (State.CONFIRMED, State.WITHDRAWN):
        assert said == {}
    else:
        assert said[Said.DONE] is State.DONE
        assert (Said.CONFIRMED in said) == (Said.RETURNED in said) == (state is State.DONE)
        assert said.get(Said.RETURNED, State.UNDER_WAY) is State.UNDER_WAY


def test_the_database_lets_follow_what_python_does(database_of_module):
    with psycopg.connect(database_of_module.admin_url, autocommit=True) as admin:
        for state in State:
            row = admin.execute("SELECT storage.commitment_state(%s)", [_ORDER[state]]).fetchone()
            assert row == (state.value,)
        assert admin.execute("SELECT storage.commitment_state('returned')").fetchone() == (
            after(State.DONE, Said.RETURNED).value,
        )
