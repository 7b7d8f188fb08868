"""Readings, exchanges and dated settings joined, against looking each up by itself."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analytics.effective import assemble

SETTING = st.tuples(*[st.integers(1, 9)] * 5)
CHANNEL = st.fixed_dictionaries(
    {
        "kind": st.sampled_from([0, 1, 2]),
        "readings": st.dictionaries(st.integers(0, 12), st.integers(0, 99), max_size=8),
        "exchanges": st.dictionaries(
            st.integers(0, 12),
            st.tuples(st.one_of(st.none(), st.integers(0, 99)), st.integers(0, 99)),
            max_size=3,
        ),
        "starts": st.dictionaries(st.integers(0, 12), st.integers(-20, 11), max_size=3),
        "verdicts": st.dictionaries(st.integers(0, 12), st.booleans(), max_size=3),
        "first": SETTING,
        "later": st.dictionaries(st.integers(0, 12), SETTING, max_size=3),
    }
)
NAMES = ("factor", "under", "period_s", "max_per_hour", "wraps_at")


def columns(names: str, rows: list[tuple]) -> dict[str, np.ndarray]:
    split = zip(*rows, strict=True) if rows else [()] * len(names.split())
    return {
        name: np.array(values, np.int64) for name, values in zip(names.split(), split, strict=True)
    }


@given(st.dictionaries(st.integers(1, 5), CHANNEL, max_size=4))
def test_every_instant_carries_its_values_and_the_settings_of_its_time(channels):
    values = sorted(channels.items())
    made = assemble(
        columns(
            "channel_id at value",
            [(c, at, v) for c, one in values for at, v in sorted(one["readings"].items())],
        ),
        columns(
            "channel_id at final final_known initial",
            [
                (c, at, final or 0, final is not None, initial)
                for c, one in values
                for at, (final, initial) in one["exchanges"].items()
            ],
        ),
        columns(
            "channel_id valid_from factor under period_s max_per_hour wraps_at",
            [
                (c, since, *setting)
                for c, one in values
                for since, setting in [(-(10**15), one["first"]), *sorted(one["later"].items())]
            ],
        ),
        {c: one["kind"] for c, one in values},
        columns(
            "channel_id at wrap",
            [(c, at, wrap) for c, one in values for at, wrap in one["verdicts"].items()],
        ),
        columns(
            "channel_id at from_ms",
            [(c, at, since) for c, one in values for at, since in sorted(one["starts"].items())],
        ),
    )

    rows = zip(*(getattr(made, name).tolist() for name in made.__slots__), strict=True)
    found = [dict(zip(made.__slots__, row, strict=True)) for row in rows]
    wanted = [
        expected(channel, one, at)
        for channel, one in values
        for at in sorted(one["readings"].keys() | one["exchanges"].keys())
    ]
    assert found == wanted


def expected(channel: int, one: dict, at: int) -> dict:
    """An exchange supersedes a reading at its instant."""

    def holding(instant: int) -> dict:
        since = [day for day in one["later"] if day <= instant]
        setting = one["later"][max(since)] if since else one["first"]
        return dict(zip(NAMES, setting, strict=True))

    final, initial = one["exchanges"].get(at, (one["readings"].get(at),) * 2)
    now, before = holding(at), holding(at - 1)
    return {
        "channel": channel,
        "at_ms": at,
        "ends": final or 0,
        "starts": initial,
        "ends_known": final is not None,
        "starts_known": True,
        "kind": one["kind"],
        "factor": now["factor"],
        "under": now["under"],
        "period_ms": now["period_s"] * 1000,
        "max_per_hour": now["max_per_hour"],
        "wraps_at": now["wraps_at"],
        "factor_before": before["factor"],
        "under_before": before["under"],
        "period_before_ms": before["period_s"] * 1000,
        "from_ms": one["starts"].get(at, -1),
        "max_per_hour_before": before["max_per_hour"],
        "reinstated": one["verdicts"].get(at) is False,
        "wrap_confirmed": one["verdicts"].get(at) is True,
    }
