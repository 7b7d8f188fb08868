"""Bills by institution and month, as analytics has them, and accounts that are made of them."""

from datetime import date, timedelta

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import bills, sources
from analytics.bills import Share

START = date(2016, 1, 1)


@pytest.fixture(scope="module")
def asked(database_of_module):
    with psycopg.connect(database_of_module.admin_url, autocommit=True) as connection:
        yield connection


def one(asked, statement, *parameters):
    return asked.execute(statement, parameters).fetchone()[0]


def account_number(asked, shares, carrier="electricity"):
    """Add institutions and a number that they share: (millionths, first, until), and return ids."""
    number = one(
        asked,
        """INSERT INTO utility_account (supplier, number, carrier, made_by)
           VALUES ('grid', (SELECT count(*) FROM utility_account)::text, %s, 'user:1')
           RETURNING id""",
        carrier,
    )
    homes = [one(asked, "INSERT INTO institution DEFAULT VALUES RETURNING id") for _ in shares]
    asked.execute(
        """INSERT INTO utility_share (utility_account_id, institution_id, share, valid_from,
               valid_to, source, known_by)
           SELECT %s, h, s, f, u, 'test', 'user:1'
             FROM unnest(%s::integer[], %s::integer[], %s::date[], %s::date[]) AS r(h, s, f, u)""",
        (number, homes, *map(list, zip(*shares, strict=True))),
    )
    return number, homes


def bill(asked, number, first, last, quanta, fen=None, month=None):
    return one(
        asked,
        """INSERT INTO bill (utility_account_id, first, last, month, quanta, quantity, unit,
               cost_fen, known_by)
           VALUES (%s, %s, %s, %s, %s, 1, 'kWh', %s, 'user:1') RETURNING id""",
        number, first, last, month or last.replace(day=1), quanta, fen,
    )  # fmt: skip


def counted(asked, home):
    """Return what counts of an institution by month: source, quanta, known and expected time."""
    return {
        month: row
        for month, *row in asked.execute(
            """SELECT month, source, quanta, known_s, expected_s FROM storage.account_counted
                WHERE institution_id = %s ORDER BY month""",
            [home],
        )
    }


SHARES = st.lists(st.integers(1, 999_999), max_size=3, unique=True).map(
    lambda cuts: [b - a for a, b in zip([0, *sorted(cuts)], [*sorted(cuts), 10**6], strict=True)]
)


@given(SHARES, st.integers(0, 40), st.integers(0, 70), st.integers(0, 10**13))
def test_parts_of_a_bill_are_those_of_analytics_and_add_to_it(asked, shares, after, days, quanta):
    first, last = START + timedelta(after), START + timedelta(after + days)
    with asked.transaction(force_rollback=True):
        number, homes = account_number(asked, [(one, START, None) for one in shares])
        made = bill(asked, number, first, last, quanta, quanta % 997)
        held = [Share(home, one, START, None) for home, one in zip(homes, shares, strict=True)]
        for basis, billed_in in (("days", None), ("billed", last.replace(day=1))):
            found = asked.execute(
                """SELECT month, institution_id, quanta, cost_fen FROM bill_part
                    WHERE bill_id = %s AND basis = %s""",
                [made, basis],
            ).fetchall()
            assert {(month, home): part for month, home, part, _ in found} == bills.parts(
                quanta, first, last, held, billed_in
            )
            assert sum(fen for *_, fen in found) == quanta % 997


def test_a_month_counts_when_all_its_days_are_billed(asked):
    number, (home,) = account_number(asked, [(10**6, START, None)])
    bill(asked, number, date(2016, 1, 1), date(2016, 2, 14), 45_000)
    day = 86_400
    assert counted(asked, home) == {date(2016, 1, 1): ["bill", 31_000, 31 * day, 31 * day]}
    bill(asked, number, date(2016, 2, 15), date(2016, 2, 29), 15_001)
    assert counted(asked, home)[date(2016, 2, 1)] == ["bill", 29_001, 29 * day, 29 * day]


MONTHS = [date(2016, month, 1) for month in (1, 2, 3)]
DAYS = st.sampled_from([0, 0, 14, 31, 60]).map(lambda place: START + timedelta(place))
LENGTHS = st.sampled_from([13, 30, 30, 59, 90])
AMOUNTS = st.integers(0, 10**6)
HISTORIES = st.lists(
    st.one_of(
        st.tuples(st.just("bill"), st.integers(0, 1), DAYS, LENGTHS, AMOUNTS),
        st.tuples(st.just("withdraw"), st.integers(0, 5)),
        st.tuples(st.just("month"), st.sampled_from(MONTHS), AMOUNTS),
        st.tuples(st.just("coal"), st.sampled_from(MONTHS), AMOUNTS),
        st.tuples(st.just("meter"), st.sampled_from(MONTHS), AMOUNTS),
        st.tuples(st.just("rule"), st.sampled_from(MONTHS),
                  st.sampled_from(["bill", "meter", "stated"]),
                  st.sampled_from(["days", "billed"])),
    ),
    min_size=1, max_size=12,
)  # fmt: skip
FIRST = {"bill": ["bill"], "meter": [], "stated": ["bill", "typed"]}


class Model:
    """What is known of two numbers of one institution, in plain words."""

    def __init__(self):
        self.bills, self.typed, self.meter, self.rules = [], {}, {}, {}

    def of_bills(self, month, spread):
        """Return what bills say of a month, None unless they know it whole."""
        until = (month + timedelta(31)).replace(day=1)
        days = [month + timedelta(n) for n in range((until - month).days)]
        sums, any_part = 0, False
        for number in (0, 1):
            own = [one for one in self.bills if one[0] == number]
            covered = all(any(f <= day <= t for _, f, t, _ in own) for day in days)
            billed = [q for _, _, t, q in own if t.replace(day=1) == month]
            some = any(f < until and t >= month for _, f, t, _ in own)
            any_part |= bool(billed) or some
            if spread == "billed":
                if not (billed or covered):
                    return None
                sums += sum(billed)
            elif not covered:
                return None
            else:
                whole = [Share(0, 10**6, START, None)]
                sums += sum(bills.parts(q, f, t, whole).get((month, 0), 0) for _, f, t, q in own)
        return sums if any_part else None

    def counts(self, month):
        """Return source and amount that count in a month."""
        since = max((one for one in self.rules if one <= month), default=None)
        first, spread = self.rules.get(since, ("bill", "days"))
        known = {"meter": self.meter.get(month), "bill": self.of_bills(month, spread),
                 "typed": self.typed.get(month)}  # fmt: skip
        known = {source: one for source, one in known.items() if one is not None}
        source = sources.counted(known, enough=True, first=FIRST[first])
        return None if source is None else (source, known[source])


def act(asked, model, numbers, home, what, *how):
    if what == "bill":
        number, first, days, quanta = how
        last = first + timedelta(days)
        if any(n == number and f <= last and first <= t for n, f, t, _ in model.bills):
            return
        bill(asked, numbers[number], first, last, quanta)
        model.bills.append((number, first, last, quanta))
    elif what == "withdraw" and how[0] < len(model.bills):
        number, first, *_ = model.bills.pop(how[0])
        asked.execute(
            """UPDATE bill SET known_until = now()
                WHERE utility_account_id = %s AND first = %s AND known_until IS NULL""",
            (numbers[number], first),
        )
    elif what in ("month", "coal") and how[0] not in model.typed:
        kind, place = ("month", 0) if what == "month" else ("coal_weighed", 9)
        asked.execute(
            """INSERT INTO typed_figure (institution_id, carrier, kind, day, quanta, quantity, unit,
                   basis, known_by)
               VALUES (%s, 'electricity', %s, %s, %s, 1, 't', 'b', 'user:1')""",
            (home, kind, how[0] + timedelta(place), how[1]),
        )
        model.typed[how[0]] = how[1]
    elif what == "meter":
        asked.execute("DELETE FROM account WHERE institution_id = %s AND month = %s "
                      "AND source = 'meter'", (home, how[0]))  # fmt: skip
        asked.execute("INSERT INTO account VALUES (%s, 'electricity', %s, 'meter', %s, 0)",
                      (home, *how))  # fmt: skip
        model.meter[how[0]] = how[1]
    elif what == "rule":
        month, first, spread = how
        asked.execute(
            """UPDATE counting_rule SET known_until = now()
                WHERE institution_id = %s AND known_until IS NULL""",
            [home],
        )
        model.rules = {month: (first, spread)}
        asked.execute(
            """INSERT INTO counting_rule (institution_id, carrier, first_source, spread, valid_from,
                   source, known_by) VALUES (%s, 'electricity', %s, %s, %s, 's', 'user:1')""",
            (home, first, spread, month),
        )


@settings(max_examples=50)
@given(HISTORIES)
def test_what_counts_is_what_a_plain_model_says_whatever_came_in_whichever_order(asked, history):
    with asked.transaction(force_rollback=True):
        one_number, (home,) = account_number(asked, [(10**6, START, None)])
        other = one(
            asked,
            """INSERT INTO utility_account (supplier, number, carrier, made_by)
               VALUES ('grid', 'other', 'electricity', 'user:1') RETURNING id""",
        )
        asked.execute(
            """INSERT INTO utility_share (utility_account_id, institution_id, share, valid_from,
                   source, known_by) VALUES (%s, %s, 1000000, %s, 'test', 'user:1')""",
            (other, home, START),
        )
        model = Model()
        for step in history:
            act(asked, model, (one_number, other), home, *step)
        found = {
            month: (source, quanta) for month, (source, quanta, *_) in counted(asked, home).items()
        }
        wanted = {month: model.counts(month) for month in MONTHS}
        assert {m: one for m, one in found.items() if m in MONTHS} == {
            m: one for m, one in wanted.items() if one is not None
        }
