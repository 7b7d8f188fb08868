"""Institutions beside quota standards, out of accounts and registry, under the reader's rights."""

from datetime import date
from fractions import Fraction
from itertools import chain

import pytest
from psycopg import Connection

from actions.accounts.standards_asked import Which, WhichStandards
from actions.accounts.standards_table import STANDARDS
from actions.actor import DeniedError
from actions.table_rows import values_of
from actions.tables import rows_of
from compact.standard_answers import Applies, Verdict
from compact.standards import Grade
from metering.errors import InputError
from storage import seed_files, seeds
from tests.actions.examples_of_standards import in_shandong, state, year
from tests.actions.world import World

TODAY = date(2021, 2, 1)
SHANDONG = "DB37/T 2672-2019"
KEY = (SHANDONG, "energy_per_capita")


@pytest.fixture
def city(world) -> World:
    """City 1 stands in Shandong; its office used 192,000 kWh in a year, with 80 persons."""
    in_shandong(world)
    year(world, "office", 2020, 192_000)
    return world


def answers_of(world, name="office", who="planner of all", today=TODAY, **asked):
    wanted = WhichStandards(institution=world.institution[name], **asked)
    rows = rows_of(world.actor(who, today), STANDARDS, wanted, None, 100).rows
    return {
        (row.answer.standard.standard_no, row.answer.standard.indicator)
        if row.answer.standard else None: row
        for row in rows
    }  # fmt: skip


def test_an_office_is_held_against_its_province_by_the_coefficient_of_the_standard(city):
    assert answers_of(city)[KEY].answer.lacks == ("zone",)
    state(city, "zone:Shandong-A")
    row = answers_of(city)[KEY]
    # 192,000 kWh × 0.31 / 80 = 744: not above 781; 453.7 takes 290.3 × 80
    told = values_of(STANDARDS, row)
    assert (told["value"], told["grade"], told["applies"]) == ("744.0000", "reasonable", "own")
    assert (told["baseline_value"], told["next_tier"]) == ("781.0000", "guide")
    assert (told["saving"], told["saving_unit"]) == ("23224.0000", "kgce")
    assert told["saving_share"] == 0.3902
    national = answers_of(city)["National average 2020", "energy_per_capita"].answer
    assert national.compared.value == Fraction("294.96")  # by 0.1229; 329.56 is the average
    assert national.grade is Grade.BELOW_AVERAGE


def test_what_is_taken_out_is_stated_for_each_year_anew(city):
    state(city, "zone:Shandong-A")
    key = (SHANDONG, "energy_per_area_non_heating")
    assert answers_of(city)[key].answer.lacks == (
        "heating_fuel_kgce", "heating_kwh", "transport_kgce",
    )  # fmt: skip
    for what, number in (("heating_kwh", 50_000), ("heating_fuel_kgce", 0), ("transport_kgce", 0)):
        state(city, what, number)
    row = answers_of(city)[key]
    assert row.answer.compared.use == (192_000 - 50_000) * Fraction("0.31")
    assert "文 7 号" in " ".join(values_of(STANDARDS, row)["steps"])
    year(city, "office", 2021, 192_000)
    later = answers_of(city, today=date(2022, 2, 1))[key].answer
    assert "heating_kwh" in later.lacks


def test_too_little_measured_has_no_grade(city):
    state(city, "zone:Shandong-A")
    assert answers_of(city)[KEY].answer.grade
    city.admin(
        """UPDATE account SET known_s = 0, measured_s = 0
            WHERE institution_id = %s AND month >= '2020-10-01' AND carrier = 'electricity'""",
        city.institution["office"],
    )
    scant = answers_of(city)[KEY].answer
    assert (scant.verdict, scant.grade, scant.lacks) == (Verdict.NOT_ENOUGH, None, ("coverage",))
    assert answers_of(city, today=date(2020, 12, 1), year=2020)[KEY].answer.lacks[0] == "year"


def test_without_persons_there_is_no_grade_per_person(city):
    state(city, "zone:Shandong-A")
    city.admin(
        """UPDATE institution_fact SET known_until = now()
            WHERE institution_id = %s AND attribute = 'persons'""",
        city.institution["office"],
    )
    one = answers_of(city)[KEY].answer
    assert (one.verdict, one.lacks) == (Verdict.NOT_ENOUGH, ("persons",))


def test_other_provinces_stand_beside_where_that_is_asked_for(city):
    state(city, "zone:Shandong-A")
    year(city, "office", 2022, 192_000)
    of = {"today": date(2023, 2, 1)}
    assert ("Guangdong 2021 class averages", "energy_per_capita") not in answers_of(city, **of)
    beside = answers_of(city, which=Which.COMPARED, **of)
    assert beside["Guangdong 2021 class averages", "energy_per_capita"].answer.applies is (
        Applies.ELSEWHERE
    )
    every = answers_of(city, which=Which.EVERY)
    assert any(row.answer.verdict is Verdict.OTHER for row in every.values())
    graded = answers_of(city, verdict=Verdict.GRADED, standard="db37")
    assert {row.answer.verdict for row in graded.values()} == {Verdict.GRADED}
    assert {number for number, _ in graded} <= {SHANDONG, "DB37/T 4452-2021"}


def test_a_later_edition_leaves_the_years_before_as_they_were(city, monkeypatch):
    state(city, "zone:Shandong-A")
    year(city, "office", 2021, 192_000)

    def grades():
        found = [answers_of(city, today=date(2022, 2, 1), year=one)[KEY] for one in (2020, 2021)]
        return [(one.answer.grade, said(one)) for one in found]

    def said(row):
        return values_of(STANDARDS, row)["baseline_value"]

    assert grades() == [(Grade.REASONABLE, "781.0000")] * 2
    rows = list(seed_files.rows("quota_standards.csv"))
    (one,) = [row for row in rows if row["standard_no"] == SHANDONG
              and row["indicator"] == "energy_per_capita"]  # fmt: skip
    later = one | {"baseline_value": "740", "valid_from": "2021-07-01"}
    monkeypatch.setattr(seeds, "rows", lambda name: [
        *seed_files.rows(name), *([later] if name == "quota_standards.csv" else []),
    ])  # fmt: skip
    with Connection.connect(city.database.admin_url) as connection:
        seeds.load(connection)
    assert grades() == [(Grade.REASONABLE, "781.0000"), (Grade.MEETS, "740.0000")]


def test_a_word_may_end_and_what_was_known_stays_on_record(city):
    state(city, "kind:数据中心")
    key = (SHANDONG, "data_centre_eue")
    assert answers_of(city)[key].answer.lacks == ("data_centre_kwh", "it_kwh")
    state(city, "kind:数据中心", since="2020-06-01", ends=True)
    assert answers_of(city)[key].answer.lacks == ("kind",)
    assert city.admin("SELECT count(*) FROM standard_fact") == [(2,)]


@pytest.mark.parametrize(
    ("what", "number", "ends"),
    [("open_hours", None, False), ("open_hours", 9000, False), ("equipment_factor", "0.8", False),
     ("kind:图书馆", 1, False), ("open_hours", 2000, True)],
)  # fmt: skip
def test_what_contradicts_itself_is_refused(city, what, number, ends):
    with pytest.raises(InputError):
        state(city, what, number, ends=ends)


def test_who_does_not_see_an_institution_finds_nothing_and_states_nothing(city):
    assert answers_of(city, "clinic", who="of the office") == {}
    assert answers_of(city, who="city reader")
    with pytest.raises(DeniedError):
        state(city, "open_hours", 2000, who="city reader")


def test_a_word_that_contradicts_another_is_refused_with_both_named(city):
    state(city, "kind:二级医院", name="clinic")
    with pytest.raises(InputError, match=r"Third-grade hospital.*Second-grade hospital.*文 7 号"):
        state(city, "kind:三级医院", name="clinic", since="2020-07-01")
    state(city, "kind:数据中心", name="clinic")  # of another indicator
    state(city, "kind:二级医院", name="clinic", since="2020-07-01", ends=True)
    state(city, "kind:三级医院", name="clinic", since="2020-07-01")


def test_pages_together_are_the_whole_and_a_narrow_filter_looks_on(city):
    state(city, "zone:Shandong-A")
    actor = city.actor("planner of all", TODAY)

    def pages(limit, **asked):
        found, after = [], None
        while True:
            page = rows_of(actor, STANDARDS, WhichStandards(**asked), after, limit)
            found.append([one.institution_id for one in page.rows])
            after = page.next
            if after is None:
                return found

    whole = pages(100)
    assert len(whole) == 1
    for limit in (1, 2, 4):
        parts = pages(limit)
        assert list(chain(*parts)) == whole[0]
        assert all(len(set(each)) <= limit for each in parts)
    clinic = city.institution["clinic"]
    assert set(chain(*pages(1, standard="DB37/T 2673"))) == {clinic}
    assert rows_of(actor, STANDARDS, WhichStandards(standard="DB37/T 2673"), None, 1).rows
