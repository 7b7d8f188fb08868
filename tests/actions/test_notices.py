"""Notices: numbered by the member's own authority, checkable by hand, the same bytes each time."""

import hashlib
import io
import re
import zipfile
from dataclasses import replace
from datetime import date
from decimal import Decimal

import psycopg
import pytest

from actions.actor import DeniedError
from actions.compact.days_table import QUOTA_DAYS, WhichDays
from actions.compact.issue_notices import IssueNotices
from actions.compact.make_run import MakeRun
from actions.compact.member_notice import member_notice
from actions.compact.notice_files import bundle, file_of
from actions.compact.notices import quota_notice
from actions.compact.release_quotas import ReleaseQuotas
from actions.compact.runs import Method
from actions.doing import carry_out
from actions.paper_workbook import workbook_of
from actions.printed import Figure, text_of
from actions.tables import rows_of
from metering.errors import ConflictError, InputError, NotFoundError
from storage.compact import notices
from storage.compact.notices import NoticeRow
from tests.actions.acts import signers
from tests.actions.compact_world import issue_run, make_union_world, run_target
from tests.actions.examples_of_notices import DOCUMENT, seat_of
from tests.actions.world import counts_since, make_world, measure
from tests.sheets import cells_of


@pytest.fixture(scope="module")
def union(database_of_module):
    """A union with a run in force; the city 1 issues by a document, the city 2 does not."""
    made = make_world(database_of_module)
    union = make_union_world(made)
    run_id = union.issued()
    yield union, run_id
    made.close()


def document(run_id: int, number: str = "津机管〔2016〕28号") -> IssueNotices:
    """Return the act that issues a member's notices."""
    return IssueNotices.model_validate(DOCUMENT | {"run": run_id, "document_number": number})


def issue(union, run_id: int, number: str = "津机管〔2016〕28号", city: str = "city 1"):
    """Issue a member's notices by one of its own people."""
    world = union.world
    first, _ = signers(world.actor(), [world.region["city 1"], world.region["city 2"]])
    return carry_out(first, document(run_id, number), seat_of(world, city), again=True).result


def figures(block) -> dict[str, Decimal]:
    """Return a block's last numbers by what stands before them."""
    return {
        text_of(row[0]): next(one.value for one in reversed(row) if isinstance(one, Figure))
        for row in block.rows
        if any(isinstance(one, Figure) for one in row)
    }


def test_a_notice_is_a_proposal_until_the_members_own_authority_numbers_it(union):
    made, run_id = union
    world = made.world
    officer, office = world.actor("of the office"), world.institution["office"]
    before = quota_notice(officer, office, 2016, "zh")
    assert before.number == f"U{made.union}-R{run_id}-{office:06d}"
    assert "尚待主管机关下达" in before.paper.state

    with pytest.raises(DeniedError):  # not even who administers everything
        carry_out(world.actor("planner of all"), document(run_id), seat_of(world, "city 1"))
    assert issue(made, run_id).institutions == 3
    after = quota_notice(officer, office, 2016, "en")

    assert after.number == f"津机管〔2016〕28号-{office:06d}"
    assert after.paper.state == ""
    assert ("Issued by", "Offices administration") in after.paper.told
    issue(made, run_id, "津机管〔2016〕29号")  # a wrong number is said anew
    assert quota_notice(officer, office, 2016, "zh").number.startswith("津机管〔2016〕29号-")
    issue(made, run_id)
    school = quota_notice(world.actor(), world.institution["school"], 2016, "zh")
    assert school.number.startswith("津机管")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_arithmetic_of_a_notice_can_be_done_by_hand(union, lang):
    made, _ = union
    office = made.world.institution["office"]
    paper = quota_notice(made.world.actor("of the office"), office, 2016, lang).paper
    arithmetic, chain, months, review = paper.blocks[:4]

    values = list(figures(arithmetic).values())
    base, multiplier, product, quota = values
    # On paper: the year's electricity in kWh × 0.1229, each month to the gram.
    kwh = [1000 + 10 * month for month in range(12)]
    assert base == sum(Decimal(one) * Decimal("0.1229") for one in kwh) == Decimal("1555.914")
    assert base * multiplier == pytest.approx(product, abs=Decimal("0.000001"))
    assert abs(product - quota) < Decimal("0.001")
    assert text_of(months.rows[-1][-1]) == f"{quota:,.3f}"
    assert sum(row[-1].value for row in months.rows[:-1]) == quota
    assert [text_of(one) for one in chain.rows[-1]][2] == f"{quota:,.3f}"
    marks = " ".join(review.notes)
    assert "2015-12" in marks  # the same month of another year was a third of it or less
    assert ("基期确认" if lang == "zh" else "confirmed") in marks


def test_the_same_notice_is_the_same_bytes_of_pdf_and_another_one_is_not(union):
    made, _ = union
    office, actor = made.world.institution["office"], made.world.actor("of the office")
    digests = set()
    for _ in range(2):
        found = quota_notice(actor, office, 2016, "zh")
        content = file_of(found, "pdf").content
        digests.add(hashlib.sha256(content).hexdigest())
    assert content.startswith(b"%PDF-")
    assert len(digests) == 1
    paper = replace(found.paper, headline="1 kgce")
    assert file_of(replace(found, paper=paper), "pdf").content != content
    assert len(re.findall(rb"/Type\s*/Page\b", content)) == 1


def test_a_workbook_works_out_sums_and_products_itself(union):
    made, _ = union
    found = quota_notice(made.world.actor(), made.world.institution["office"], 2016, "en")
    book = zipfile.ZipFile(io.BytesIO(workbook_of(found.paper, found.at)))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()

    assert re.search(r"<f>PRODUCT\(B\d+:B\d+\)</f><v>1509\.2", sheet)
    assert len(re.findall(r"<f>SUM\(", sheet)) == 2
    rows = cells_of(workbook_of(found.paper, found.at))
    assert any("1. Arithmetic" in row for row in rows)


def test_a_zip_holds_the_notices_that_the_reader_sees_and_no_others(union):
    made, run_id = union
    world = made.world
    city = world.region["city 1"]

    def names(who: str) -> list[str]:
        chunks = list(bundle(world.actor(who), run_id, city, "xlsx", "zh"))
        archive = zipfile.ZipFile(io.BytesIO(b"".join(chunks)))
        assert archive.testzip() is None
        assert len(chunks) == len(archive.namelist())  # sent one by one
        return sorted(archive.namelist())

    own = [f"-{world.institution[one]:06d}.xlsx" for one in ("office", "school", "police")]
    everything = names("planner of all")
    assert everything[0] == "list.csv"
    assert [one for one in everything if not one.endswith(tuple(own))] == [
        "list.csv", next(one for one in everything if f"-M{city}." in one)]  # fmt: skip
    assert len(everything) == 5
    seen = names("of the office")
    assert [one for one in seen if one.endswith(own[0])]
    assert not [one for one in seen if one.endswith((own[1], own[2]))]
    with pytest.raises(NotFoundError):
        bundle(world.actor("outsider"), run_id, city, "xlsx", "zh")


def test_many_notices_ask_no_more_of_the_database_than_one(union, monkeypatch):
    made, run_id = union
    world, asked, execute = made.world, [], psycopg.Cursor.execute

    def counted(self, query, *rest, **more):
        asked.append(query)
        return execute(self, query, *rest, **more)

    def queries(who: str) -> int:
        """Return how many the ZIP of those took whom somebody sees."""
        asked.clear()
        list(bundle(world.actor(who), run_id, world.region["city 1"], "xlsx", "zh"))
        return len(asked)

    monkeypatch.setattr(psycopg.Cursor, "execute", counted)
    three, one = queries("planner of all"), queries("of the office")
    assert one <= three <= one + 1  # who sees all of the member has its months, too


def test_a_members_notice_holds_its_levels_and_withholds_what_would_tell_of_one(union):
    made, run_id = union
    world = made.world
    city = world.region["city 1"]
    paper = member_notice(world.actor("planner of all"), run_id, city, "en").paper
    chain, months = paper.blocks
    amounts = figures(months)

    assert chain.rows[0][0] == "2016"
    assert len(chain.rows) > 3
    assert str(amounts["Sum"]) in paper.headline.replace(",", "")
    seen = member_notice(world.actor("of the office"), run_id, city, "en").paper
    assert "institutions that you may not see" in seen.blocks[1].notes[0]
    # The union's reader does not see the police: of the sums above it nothing is told.
    told = member_notice(world.actor("union reader"), run_id, city, "en").paper
    assert told.headline == "withheld"
    assert [text_of(row[2]) for row in told.blocks[0].rows] == ["withheld"] * 2
    with pytest.raises(NotFoundError):
        member_notice(world.actor("outsider"), run_id, city, "en")


def test_days_add_to_the_months_and_follow_the_institutions_own_days(union):
    made, _ = union
    world = made.world
    office = world.institution["office"]
    asked = WhichDays(institution_id=office, year=2016)
    days = rows_of(world.actor("of the office"), QUOTA_DAYS, asked, None, 500).rows

    assert len(days) == 366
    months = quota_notice(world.actor(), office, 2016, "en").paper.blocks[2]
    for row in months.rows[:-1]:
        own = [one.grams for one in days if one.day.month == int(row[0])]
        assert Decimal(sum(own)) / 1000 == row[-1].value
    assert {one.rests_on for one in days} == {"even"}  # accounts without days: nothing is known
    assert days[0].kind == "holiday"
    with pytest.raises(NotFoundError):
        rows_of(world.actor("of the school"), QUOTA_DAYS, asked, None, 500)


def test_a_document_is_of_one_run_and_a_run_of_the_books(union):
    made, first = union
    world, planner = made.world, made.world.actor("planner of all")
    issue(made, first)
    half = {"institution": world.institution["office"], "name": "repair", "factor": "0.5"}
    action = MakeRun.model_validate({"rule": "A", "factors": [half]})
    second = carry_out(planner, action, made.target).result.run_id
    with pytest.raises(InputError) as early:
        issue(made, second)
    assert early.value.where["field"] == "run"
    insider, _ = signers(world.actor(), [world.region["city 1"]])
    row = NoticeRow(second, world.region["city 1"], "8", "甲", "A", date(2016, 3, 6))
    with pytest.raises(InputError), insider.change() as connection:
        notices.add(connection, row, insider.name)  # past the action, the database refuses

    issue_run(planner, second, "the roof is repaired")
    with pytest.raises(ConflictError) as taken:
        issue(made, second)
    assert taken.value.code == "notice.document_taken"
    issue(made, second, "津机管〔2016〕40号")
    paper = quota_notice(
        world.actor("of the office"), world.institution["office"], 2016, "zh"
    ).paper
    assert paper.number.startswith("津机管〔2016〕40号-")
    assert "repair" in [text_of(row[0]) for row in paper.blocks[0].rows]
    values = list(figures(paper.blocks[0]).values())
    assert values[0] * values[1] * values[2] == pytest.approx(values[3], abs=Decimal("0.001"))
    # The first run's bundle keeps its own notices, by its own document.
    chunks = bundle(world.actor("of the office"), first, world.region["city 1"], "xlsx", "zh")
    names = zipfile.ZipFile(io.BytesIO(b"".join(chunks))).namelist()
    assert all("40" not in one for one in names)


def test_a_workday_gets_more_than_a_weekend_where_the_institution_used_more(union):
    made, _ = union
    world, office = made.world, made.world.institution["office"]
    counts_since(world, "office", "2015-01-01")
    measure(world, "office", "2015-06-01", 5, 3000)  # Monday to Friday, Wh
    measure(world, "office", "2015-06-06", 2, 1000)
    asked = WhichDays(institution_id=office, year=2016)
    days = {
        one.day: one
        for one in rows_of(world.actor("of the office"), QUOTA_DAYS, asked, None, 500).rows
    }

    monday, sunday = days[date(2016, 6, 6)], days[date(2016, 6, 5)]
    assert (monday.kind, monday.mean_g, monday.days) == ("workday", 369, 5)  # 3 kWh × 0.1229
    assert (sunday.kind, sunday.mean_g, sunday.days) == ("weekend", 123, 2)
    assert abs(monday.grams - 3 * sunday.grams) <= 4  # each is rounded, and 122.9 is not 123
    # The dragon boat festival of 2016: no such day is known, so it weighs as the mean of all days.
    feast = days[date(2016, 6, 9)]
    assert (feast.kind, feast.rests_on) == ("holiday", "year")
    assert sunday.grams < feast.grams < monday.grams
    # Of another month nothing is known: its days have the year's shape.
    assert days[date(2016, 9, 5)].rests_on == "year"


def test_a_notice_where_caps_alone_bind_says_so_and_multiplies_by_the_base(world):
    union = make_union_world(world)
    union.answered()
    planner = world.actor("planner of all")
    run = carry_out(
        planner, MakeRun(rule="E", rise="5000", reach="cap"), union.target
    ).result.run_id
    issue_run(planner, run)

    notice = quota_notice(planner, world.institution["office"], 2016, "en")
    said = " ".join(value for _, value in notice.paper.told)
    assert "the rule fixes members' totals alone" in said
    assert "E at least total cost" in said
    assert notice.paper.meaning[0].startswith("May use")  # of the base, as rule A says it


def test_nobody_issues_to_a_members_institutions_before_its_own_people_let_them(world):
    union = make_union_world(world)
    union.answered()
    run_id, planner = union.run(), world.actor("planner of all")
    seats = [seat_of(world, city) for city in ("city 1", "city 2")]
    own = signers(world.actor(), [world.region["city 1"], world.region["city 2"]])[0]

    def say(seat, actor=own, **said):
        return carry_out(actor, ReleaseQuotas(document_number="n 7", **said), seat)

    say(seats[1], released=False)
    with pytest.raises(ConflictError) as waits:
        issue_run(planner, run_id)
    assert waits.value.code == "run.not_released"
    assert waits.value.where["regions"] == [world.region["city 2"]]
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="has not let run"):
        world.admin(  # the books hold to it too, whoever writes into them
            """INSERT INTO book_cause (union_id, indicator, kind, run_id, reason, made_by)
               VALUES (%s, 'total_kgce', 'issue', %s, 'x', 'admin')""",
            union.union, run_id,
        )  # fmt: skip
    with pytest.raises(DeniedError):  # neither the union's planners nor another member will do
        say(seats[1], planner)
    say(seats[1], run=run_id)
    assert issue_run(planner, run_id).accounts

    say(seats[0], released=False)
    another = run_target(planner, union.target, Method("A", floor=100_000)).run.run_id
    with pytest.raises(ConflictError, match="Demo city 1"):
        issue_run(planner, another, "anew")
    with pytest.raises(InputError):
        say(seats[0], run=run_id)  # it is issued, and not offered
