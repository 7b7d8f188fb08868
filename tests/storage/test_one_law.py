"""One law, one place: SQL says what analytics does, and no statement has a copy of its own."""

import re
from datetime import date
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg import Connection

from tests.analytics.test_one_law import CASES

HOUSE: Final = Path(__file__).parents[2]
# What only the law's own function may say.
COPIES: Final = {
    "grams": re.compile(r"1000::numeric\s*/\s*\w|kgce_per_unit\s*\*|kgco2_per_\w+\s*\*"),
    "shares": re.compile(r"0\.000001"),
    "source": re.compile(r"ARRAY\['bill', 'typed'|other_quanta IS NULL"),
    "grid factor": re.compile(r"WHEN 'grid_region' THEN \d|abs\(\s*(\w+\.)?year\s*-"),
}


@pytest.fixture(scope="module")
def asked(database_of_module):
    """A connection of the administrator; each test takes back what it did."""
    with Connection.connect(database_of_module.admin_url) as connection:
        yield connection
        connection.rollback()


def one(connection: Connection, statement: str, *parameters):
    row = connection.execute(statement, parameters).fetchone()
    assert row is not None
    return row[0]


@pytest.mark.parametrize("case", CASES["grams"], ids=lambda case: case["name"])
def test_grams_are_those_of_analytics(asked, case):
    parameters = (case["quanta"], case["kg_per_unit"], case["per_unit"])
    assert one(asked, "SELECT storage.grams(%s, %s, %s)", *parameters) == case["grams"]
    by_quantum = "SELECT storage.grams(%s, storage.g_per_quantum(%s, %s))"
    assert one(asked, by_quantum, *parameters) == case["grams"]


@pytest.mark.parametrize("case", CASES["parts"], ids=lambda case: case["name"])
def test_parts_are_those_of_analytics(asked, case):
    found = one(
        asked,
        "SELECT storage.half_up(%s::numeric * %s, %s)",
        *(case[name] for name in ("whole_g", "part", "whole")),
    )
    assert found == case.get("grams")


@pytest.mark.parametrize("case", CASES["shares"], ids=lambda case: case["name"])
def test_shares_are_those_of_analytics(asked, case):
    before = [sum(case["shares"][:place]) for place in range(len(case["shares"]))]
    found = asked.execute(
        """SELECT storage.part_of(%s, before, share)
             FROM unnest(%s::bigint[], %s::bigint[]) AS s (before, share)""",
        (case["used"], before, case["shares"]),
    ).fetchall()
    assert [part for (part,) in found] == case["parts"]
    if case["shares"] == [10**6]:  # whatever was before it
        assert one(asked, "SELECT storage.part_of(%s, 123, 1000000)", case["used"]) == case["used"]


@pytest.mark.parametrize("case", CASES["balances"], ids=lambda case: case["name"])
def test_balances_are_judged_as_by_analytics(asked, case):
    statement = "SELECT storage.balance_verdict(%s, %s, %s, %s)"
    sides = (case.get("main"), case.get("subs"), case["tolerance"], case["both_ways"])
    assert one(asked, statement, *sides) == case["verdict"]


@pytest.mark.parametrize("case", CASES["grid"], ids=lambda case: case["name"])
def test_grid_factors_are_those_of_analytics(asked, case):
    scopes, codes, years, _ = zip(*case["editions"], strict=True)
    found = asked.execute(
        """SELECT code, year FROM (
               SELECT DISTINCT ON (e.scope) e.code, e.year, d.distance
                 FROM unnest(%s::text[], %s::text[], %s::integer[]) AS e (scope, code, year)
                CROSS JOIN LATERAL (SELECT storage.grid_distance(
                       e.scope, e.code, e.year, %s, %s, %s) AS distance) d
                WHERE d.distance IS NOT NULL ORDER BY e.scope, d.distance) f
            ORDER BY distance""",
        (list(scopes), list(codes), list(years), case.get("province"), case.get("grid_region"),
         case["year"]),
    ).fetchall()  # fmt: skip
    assert [list(row) for row in found] == case["chain"]


@pytest.mark.parametrize("case", CASES["sources"], ids=lambda case: case["name"])
def test_the_source_that_counts_is_that_of_analytics(asked, case):
    known, wanted = case["known"], case.get("counts")
    first = case.get("first", [])
    ranked = """SELECT source FROM unnest(%s::text[]) AS s (source)
                 ORDER BY source = ANY(%s) DESC, storage.source_rank(source, %s) LIMIT 1"""
    told = (known, first, case["enough"])
    assert asked.execute(ranked, told).fetchone() == (wanted and (wanted,))
    if "meter" in known:
        others = [one for one in known if one != "meter"]
        ahead = bool({*first} & {*others})
        asks = "SELECT storage.meter_counts(%s, %s, %s)"
        meter = one(asked, asks, case["enough"], bool(others), ahead)
        assert meter is (wanted == "meter")
    if not case["enough"] and "meter" in known and len(known) > 1:
        return  # readers of all accounts state no share: there a meter that knows any counts
    with asked.transaction(force_rollback=True):
        home = one(asked, "INSERT INTO institution DEFAULT VALUES RETURNING id")
        for source in ("meter", "bill", "typed", "estimate"):
            asked.execute(
                "INSERT INTO account VALUES (%s, 'electricity', '2016-01-01', %s, %s, 0, 0, %s)",
                (home, source, 1000 if source in known else None, source in first),
            )
        found = asked.execute(
            """SELECT source FROM storage.account_counted
                WHERE institution_id = %s AND quanta IS NOT NULL""",
            [home],
        ).fetchone()
        assert found == (wanted and (wanted,))


DAYS = st.dates(date(2016, 1, 1), date(2016, 5, 3))


@given(st.lists(st.tuples(DAYS, st.booleans()), min_size=1, max_size=7, unique_by=lambda d: d[0]))
def test_a_move_leaves_a_month_to_the_place_on_its_first_day_else_the_first_in_it(asked, moves):
    with asked.transaction(force_rollback=True):
        home = one(asked, "INSERT INTO institution DEFAULT VALUES RETURNING id")
        days = sorted(moves)
        ends = [*(day for day, _ in days[1:]), None]
        for place, ((since, there), until) in enumerate(zip(days, ends, strict=True)):
            if not there and place:  # away for a while
                continue
            region = one(asked, "INSERT INTO region DEFAULT VALUES RETURNING id")
            asked.execute(
                """INSERT INTO location (institution_id, region_id, valid_from, valid_to, source,
                                         known_by)
                   VALUES (%s, %s, %s, %s, 'test', 'user:1')""",
                (home, region, since, until),
            )
        found = asked.execute(
            """SELECT m.month,
                      (SELECT array_agg(v.region_id) FROM storage.located v
                        WHERE v.institution_id = %(home)s
                          AND m.month >= v.first_month AND m.month < v.until_month),
                      (SELECT ARRAY[l.region_id] FROM location l
                        WHERE l.institution_id = %(home)s
                          AND l.valid_from < m.month + interval '1 month'
                          AND (l.valid_to IS NULL OR m.month < l.valid_to)
                        ORDER BY l.valid_from LIMIT 1)
                 FROM generate_series('2015-11-01'::date, '2016-07-01', '1 month') AS m(month)""",
            {"home": home},
        ).fetchall()
        assert [(month, by_view) for month, by_view, _ in found] == [
            (month, plainly) for month, _, plainly in found
        ]


def test_laws_are_written_into_the_statements_that_ask_them(asked):
    """So they cost no call: an inlined function does not show in a plan."""
    asks = {
        "storage.grams": "SELECT storage.grams(quanta, 0.1229, 1000) FROM account",
        "storage.part_of": "SELECT quanta FROM storage.account_day",
        "storage.share_before": "SELECT quanta FROM storage.account_day",
        "storage.half_up": "SELECT storage.half_up(quanta) FROM account",
        "storage.grid_distance": """SELECT storage.grid_distance(scope, code, year, 'a', 'b', 2020)
                                      FROM storage.grid_edition""",
    }
    for law, statement in asks.items():
        plan = asked.execute("EXPLAIN (VERBOSE) " + statement).fetchall()
        lines = "\n".join(line for (line,) in plan)
        assert law.split(".")[1] + "(" not in lines, law
        assert "Function Scan" not in lines, law


def texts_of(asked: Connection) -> list[tuple[str, str]]:
    """Return where SQL is said, and how: functions, views, programs."""
    texts = asked.execute(
        """SELECT p.oid::regprocedure::text, p.prosrc FROM pg_proc p
             JOIN pg_namespace n ON n.oid = p.pronamespace
            WHERE n.nspname IN ('access', 'report', 'storage') AND p.prosrc <> ''
            UNION ALL
           SELECT c.oid::regclass::text, pg_get_viewdef(c.oid) FROM pg_class c
             JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname IN ('access', 'report', 'storage', 'public') AND c.relkind = 'v'"""
    ).fetchall()
    for floor in ("storage", "dashboards", "actions", "api", "cli", "worker"):
        texts += [
            (str(file.relative_to(HOUSE)), file.read_text("utf-8"))
            for file in (HOUSE / floor).rglob("*.py")
        ]
    assert len(texts) > 300
    return texts


def test_no_function_view_or_statement_has_a_copy(asked):
    texts = texts_of(asked)
    found = [
        (where, law) for where, text in texts for law, copy in COPIES.items() if copy.search(text)
    ]
    assert found == []


def test_sets_of_access_are_asked_for_as_tables(asked):
    """In the list of a SELECT they come one after the other, which takes three times as long."""
    (names,) = asked.execute(
        """SELECT string_agg(DISTINCT proname::text, '|') FROM pg_proc
            WHERE pronamespace = 'access'::regnamespace AND proretset AND proargmodes IS NULL"""
    ).fetchone()
    listed = re.compile(rf"SELECT access\.({names})\(")
    texts = (
        texts_of(asked)
        + asked.execute(
            "SELECT policyname || ' on ' || tablename, concat(qual, with_check) FROM pg_policies"
        ).fetchall()
    )
    assert "sees|" in names
    assert [where for where, text in texts if listed.search(text)] == []
