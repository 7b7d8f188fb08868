"""Last − first, wraps and what nobody knows make the known use, whatever a register showed."""

from hypothesis import event, given, settings

from analytics.balance import balance
from analytics.judging import judged
from analytics.steps import Reason
from tests.analytics import byhand
from tests.analytics.byhand import HOUR, REGISTER, Facts, Row
from tests.analytics.drawn import SMALL, START, many, registers


@settings(max_examples=many(4))
@given(registers())
def test_the_parts_add_up(rows):
    effective = byhand.effective({1: (REGISTER, rows)})
    found = judged(effective, SMALL)
    result = balance(effective, found, int(effective.at_ms[0]), int(effective.at_ms[-1]))

    if result is None:
        event("a single reading stands")
        return
    event(f"wraps: {result.wrapped > 0}, unknown: {result.unknown != 0}")
    assert result.agrees
    assert result.known == sum(found.steps.used[found.steps.known].tolist())


def test_an_exchange_starts_the_difference_again():
    facts = Facts(factor=40, wraps=1000)
    rows = [
        Row(START, 900, 900, facts, facts),
        Row(START + HOUR, 950, 10, facts, facts),
        Row(START + 2 * HOUR, 30, 30, facts, facts),
    ]
    effective = byhand.effective({1: (REGISTER, rows)})
    result = balance(effective, judged(effective), START, START + 2 * HOUR)

    assert (result.difference, result.wrapped, result.unknown, result.known) == (2800, 0, 0, 2800)


def test_a_wrap_and_a_fall_are_named_apart():
    facts = Facts(wraps=1000, most=50)
    values = [980, 990, 5, 15, 3, 10]
    rows = [Row(START + n * HOUR, v, v, facts, facts) for n, v in enumerate(values)]
    rows[4] = Row(rows[4].at, 3, 3, facts, facts, reinstated=True)
    effective = byhand.effective({1: (REGISTER, rows)})
    found = judged(effective)
    result = balance(effective, found, START, START + 5 * HOUR)

    assert [Reason(one).name for one in found.steps.reason.tolist()] == [
        "KNOWN", "WRAPPED", "KNOWN", "FALL", "KNOWN"
    ]  # fmt: skip
    assert (result.difference, result.wrapped, result.unknown, result.known) == (
        -970,
        1000,
        -12,
        42,
    )
