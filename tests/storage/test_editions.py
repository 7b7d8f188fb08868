"""Editions: a new one leaves history as it was, and what a row claims is what its source bears."""

import csv
import re
from collections import Counter
from datetime import date
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg import Connection

from metering.errors import InputError
from storage import seed_files, seed_words, seeds
from storage.editions import ALWAYS, FOR_GOOD, Edition, overlay
from storage.migrate import migrate
from storage.registry.published import BY_CODE

DAYS = [date(2020, 1, 1 + n) for n in range(9)]
FILES = sorted(
    one.name for one in resources.files("storage").joinpath("seed").iterdir()
    if one.name.endswith(".csv")
)  # fmt: skip


def holds(rows, day):
    """Return what rows of one key say on a day; at most one may."""
    found = [one.says for one in rows if one.valid_from <= day < one.valid_to]
    assert len(found) <= 1
    return found[0] if found else None


@st.composite
def editions(draw):
    """Rows of one key whose days do not overlap, some of them without end."""
    cuts = sorted(draw(st.sets(st.integers(0, 8), min_size=1, max_size=4)))
    rows = []
    for place, cut in enumerate(cuts):
        until = DAYS[cuts[place + 1]] if place + 1 < len(cuts) else FOR_GOOD
        open_end = draw(st.booleans())
        first = ALWAYS if place == 0 and draw(st.booleans()) else DAYS[cut]
        rows.append(Edition(("k",), (draw(st.sampled_from("abc")),), first,
                            FOR_GOOD if open_end else until))  # fmt: skip
    return rows


@given(before=editions(), editions_said=editions())
def test_what_a_file_does_not_say_is_as_it_was_and_what_it_says_holds(before, editions_said):
    first = dict(enumerate(overlay({}, before)[1]))
    retired, added = overlay(first, editions_said)
    after = [row for place, row in first.items() if place not in retired] + added
    wanted = overlay({}, editions_said)[1]

    for day in (date(1900, 1, 1), *DAYS, date(2100, 1, 1)):
        new = holds(wanted, day)
        assert holds(after, day) == (holds(first.values(), day) if new is None else new)
    assert overlay(dict(enumerate(after)), editions_said) == ([], [])


def test_two_editions_at_once_are_refused():
    with pytest.raises(InputError, match="hold at once"):
        overlay({}, [Edition(("k",), ("a",), DAYS[0], DAYS[5]), Edition(("k",), ("b",), DAYS[3])])


@pytest.mark.parametrize("name", FILES)
def test_every_row_says_where_an_auditor_finds_it(name):
    rows = list(seed_files.rows(name))
    assert rows
    for row in rows:
        assert row["verified"] != "yes" or (row["document"] and row["clause"])
        assert "public code" not in " ".join(row.values()).lower()


REFERENCE = next(
    (
        one
        for one in (above / "shared/reference" for above in Path(__file__).parents)
        if one.is_dir()
    ),
    None,
)
OF_EVERY_ROW = {"source", "verified", "notes", "document", "clause", "valid_from", "valid_to"}


@pytest.mark.skipif(REFERENCE is None, reason="../shared/reference is not beside the repository")
@pytest.mark.parametrize(
    "name",
    ["quota_standards", "statistics_forms", "targets", "building_types", "member_classes",
     "band_rules", "grid_factors", "institution_classes"],
)  # fmt: skip
def test_every_row_of_the_reference_is_seeded_as_it_stands_there(name):
    assert REFERENCE is not None
    with (REFERENCE / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        stated = list(csv.DictReader(file))
    seeded = list(seed_files.rows(f"{name}.csv"))
    columns = sorted(stated[0].keys() & seeded[0].keys() - OF_EVERY_ROW)
    assert len(columns) > 2
    of_rows = [Counter(tuple(row[one] for one in columns) for row in each)
               for each in (stated, seeded)]  # fmt: skip
    assert of_rows[0] == of_rows[1]


ADDRESS = re.compile(r"\S*[\w-]+\.[a-z]{2,}/\S+|(?:GB|DB)[\d/T .-]+")


@pytest.mark.parametrize("name", FILES)
def test_every_row_says_its_note_and_source_in_chinese_too(name):
    """Addresses and numbers of standards are the same in both languages; words are not."""
    for row in seed_files.rows(name):
        for text in (row["notes"], row["source"]):
            if re.search(r"[A-Za-z]{3,}", ADDRESS.sub("", text)):
                zh = seed_words.chinese()[text]
                assert re.search(r"[\u4e00-\u9fff]", zh), text


@pytest.mark.parametrize("name", FILES)
def test_every_row_has_days_or_is_of_a_table_without(name):
    """A year is a factor's validity; carriers, classes, lines and provinces are codes of ours."""
    (first, *_) = seed_files.rows(name)
    undated = {"energy_carriers.csv", "institution_classes.csv", "department_lines.csv",
               "provinces.csv", "grid_factors.csv"}  # fmt: skip
    assert ({"valid_from", "valid_to"} <= first.keys()) == (name not in undated)
    assert {"document", "clause", "source", "verified", "notes"} <= first.keys()


def test_words_are_of_rows_that_are_there():
    texts = {
        row[of] for name in FILES for row in seed_files.rows(name) for of in ("notes", "source")
    }
    assert set(seed_words.chinese()) <= texts
    assert seed_words.in_chinese("an operator's own words") == "an operator's own words"


GOOD = {"verified": "yes", "document": "GB/T 1", "clause": "A.1", "source": "opened", "notes": ""}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"clause": ""}, "a document and a clause"),
        ({"document": ""}, "a document and a clause"),
        ({"verified": "maybe"}, "maybe"),
        ({"source": ""}, "no source"),
        ({"source": "Public code of somebody"}, "is no source"),
        ({"verified": "secondary", "document": "", "source": "heard"}, "or an address"),
        ({"valid_from": "2021-04-01", "valid_to": "2021-04-01"}, "on no day"),
        ({"valid_from": "1.4.2021", "valid_to": ""}, "2026-01-31"),
    ],
)
def test_a_row_that_claims_more_than_its_source_bears_is_refused(change, why):
    assert list(seed_files.faults(GOOD)) == []
    assert any(why in en for _, en in seed_files.faults(GOOD | change))


NEW = {
    "profile_code": "GB2589-2020", "carrier_code": "electricity", "unit": "kWh",
    "kgce_per_unit": "0.13", "valid_from": "2027-01-01", "valid_to": "", "notes": "",
    "document": "GB/T 2589-2027", "clause": "A.1", "source": "opened", "verified": "yes",
}  # fmt: skip


def test_a_new_edition_leaves_old_accounts_as_they_were(database, monkeypatch):
    with Connection.connect(database.admin_url, autocommit=True) as connection:
        made = connection.execute("INSERT INTO institution DEFAULT VALUES RETURNING id").fetchone()
        connection.execute(
            """INSERT INTO account (institution_id, carrier, month, source, quanta, measured_s)
               SELECT %s, 'electricity', m, 'meter', 1000000, 0
                 FROM generate_series('2026-11-01'::date, '2027-02-01', interval '1 month') m""",
            made,
        )

        def figures():
            return [row[0] for row in connection.execute(
                """SELECT f.kgce_g[p.place] FROM account_figure f, profile p WHERE p.is_default
                      AND institution_id = %s ORDER BY month""", made)]  # fmt: skip

        assert figures() == [122_900] * 4
        monkeypatch.setattr(seeds, "rows", lambda name: [
            *seed_files.rows(name), *([NEW] if name == "coefficient_profiles.csv" else []),
        ])  # fmt: skip
        with connection.transaction():
            seeds.load(connection)
        assert figures() == [122_900, 122_900, 130_000, 130_000]
        known = connection.execute(
            """SELECT valid_from::text, valid_to::text, kgce_per_unit FROM coefficient
                WHERE known_until IS NULL AND profile = 'GB2589-2020' AND carrier = 'electricity'
                ORDER BY 1"""
        ).fetchall()
        assert [(first, until) for first, until, _ in known] == [
            ("2021-04-01", "2027-01-01"), ("2027-01-01", None),
        ]  # fmt: skip


def test_loading_again_changes_nothing(database):
    def state(connection):
        tables = [one.table for one in BY_CODE.values()] + ["carrier", "profile", "region_fact"]
        return [
            connection.execute(
                f"SELECT count(*), max(t.xmin::text::bigint) FROM {name} t"
            ).fetchone()
            for name in tables
        ]

    with Connection.connect(database.admin_url, autocommit=True) as connection:
        before = state(connection)
        migrate(database.admin_url)
        assert state(connection) == before
        assert all(count for count, _ in before)
        with connection.transaction():
            seeds.load(connection)
        assert state(connection) == before


def test_the_nearest_edition_is_taken_outside_its_years_and_says_so(database):
    with Connection.connect(database.admin_url, autocommit=True) as connection:
        connection.execute("SELECT set_config('commonwatt.actor', 'user:1', false)")
        made = connection.execute("INSERT INTO institution DEFAULT VALUES RETURNING id").fetchone()
        connection.execute(
            """INSERT INTO account (institution_id, carrier, month, source, quanta, measured_s)
               SELECT %s, k, m::date, 'meter', 1000, 0 FROM unnest(ARRAY['electricity', 'gasoline'])
                   k, unnest(ARRAY['2016-03-01', '2021-04-01', '2022-05-01', '2030-01-01']) m""",
            made,
        )
        rows = connection.execute(
            """SELECT carrier, extract(year FROM month)::integer, kgce_g, coefficient_outside,
                      grid_year, co2_outside
                 FROM report.account_energy
                WHERE institution_id = %s AND profile = 'GB2589-2020' ORDER BY 1, 2""",
            made,
        ).fetchall()
    assert rows == [
        ("electricity", 2016, 123, "before", 2021, "before"),
        ("electricity", 2021, 123, None, 2021, None),
        ("electricity", 2022, 123, None, 2022, None),
        ("electricity", 2030, 123, None, 2023, "after"),
        ("gasoline", 2016, 1471, "before", None, None),
        ("gasoline", 2021, 1471, None, None, None),
        ("gasoline", 2022, 1471, None, None, None),
        ("gasoline", 2030, 1471, None, None, None),
    ]
