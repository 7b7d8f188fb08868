"""Rows of a file of readings that fail come back as a workbook, and the rest can go in alone."""

import io
import re
import zipfile

import pytest

from actions.readings.failed_readings import failed_readings
from actions.readings.file_answers import answers_of
from actions.readings.import_readings import import_readings
from actions.registry.values import ProblemsError
from actions.workbooks import workbook
from metering.errors import InputError
from storage.readings.store import Store
from tests.actions.test_import_readings import HEADER, NOW_MS, at, rows
from tests.actions.world import GATEWAY
from tests.sheets import cells_of, sheets_of

BAD = (
    HEADER
    + rows("office e", range(2))
    + f"{GATEWAY},office e,{at(2)},a lot\n"
    + f"{GATEWAY},nobody's,{at(3)},103\n"
    + f"{GATEWAY},office e,{at(4)},104\n"
    + f"{GATEWAY},nobody's,{at(5)},105\n"
    + f"{GATEWAY},office e\n"
)
COUNT = "SELECT count(*) FROM reading"


@pytest.fixture
def sink(world):
    kept = Store(world.database.url("collector"), "import")
    yield kept
    kept.close()


@pytest.fixture
def take(world, sink):
    """Import a file as a person of the world."""

    def take(content: str | bytes, who: str = "system", name: str = "july.csv", **how):
        body = content if isinstance(content, bytes) else content.encode()
        known = answers_of(how.pop("answers", {}))
        return import_readings(
            world.actor(who), sink, io.BytesIO(body), name, known, now_ms=NOW_MS, **how
        )

    return take


@pytest.fixture
def failed(world, sink):
    """Return the workbook of what fails."""

    def failed(content: str | bytes, who: str = "system", name: str = "july.csv", lang="en", **how):
        body = content if isinstance(content, bytes) else content.encode()
        return failed_readings(
            world.actor(who), io.BytesIO(body), name, answers_of(how), now_ms=NOW_MS,
            ahead_ms=sink.ahead_ms, lang=lang,
        )  # fmt: skip

    return failed


def mended(body: bytes, **cells: str) -> bytes:
    """Return a workbook with other cells, by their names."""
    rows = [[*row, *[""] * 9][:6] for row in cells_of(body)]
    for name, text in cells.items():
        rows[int(name[1:]) - 1][ord(name[0]) - ord("A")] = text
    return workbook(rows[0], rows[1:])


def marked(body: bytes) -> list[str]:
    """Return the cells that look like no cell of the first row that fails and is not wrong."""
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        sheet, styles = (
            book.read(f"xl/{name}.xml").decode() for name in ("worksheets/sheet1", "styles")
        )
    looks = re.findall(r"<xf [^>]*fillId=\"(\d+)\"", styles.partition("<cellXfs")[2])
    bad = [str(n) for n, fill in enumerate(looks) if int(fill) > 1]
    return re.findall(rf'<c r="([A-Z]+\d+)" s="(?:{"|".join(bad)})"', sheet)


def test_the_workbook_holds_the_failed_rows_alone_reason_first(failed):
    body = failed(BAD)
    ((title, told),) = sheets_of(body)

    assert told[0] == ["What is wrong", "Row", "gateway", "channel", "at", "value"]
    assert [row[1] for row in told[1:]] == ["4", "5", "7", "8"]
    assert [row[3] for row in told[1:]] == ["office e", "nobody's", "nobody's", "office e"]
    assert told[1][0].startswith("value: ")
    assert "a lot" in told[1][0]
    assert "no channel" in told[2][0]
    assert title == "july"
    assert marked(body) == ["F2", "D3", "D4"]


def test_in_chinese_it_is_told_in_chinese(failed):
    told = cells_of(failed(BAD, lang="zh"))
    assert told[0][:2] == ["问题", "行号"]
    assert "数" in told[1][0]


def test_a_file_in_which_nothing_fails_has_no_workbook(failed):
    assert failed(HEADER + rows("office e", range(3))) is None


def test_mended_the_workbook_goes_in_as_it_is(world, take, failed):
    book = mended(failed(BAD), F2="102", D3="office e", D4="office e", E5=at(6), F5="106")
    done = take(book, name="july-failed.xlsx")

    assert (done.inserted, done.left_out) == (4, 0)
    assert world.admin(COUNT) == [(4,)]


def test_sent_back_unmended_the_same_rows_fail_again(take, failed):
    first = failed(BAD)
    second = failed(first, name="july-failed.xlsx")
    one, other = (cells_of(each) for each in (first, second))
    assert [row[2:] for row in one] == [row[2:] for row in other]


def test_without_the_failed_the_rest_goes_in_and_is_counted(world, take):
    with pytest.raises(ProblemsError):
        take(BAD)
    assert world.admin(COUNT) == [(0,)]
    tried = take(BAD, without_failed=True, dry_run=True)
    assert world.admin(COUNT) == [(0,)]
    done = take(BAD, without_failed=True)

    assert (tried.inserted, tried.left_out) == (done.inserted, done.left_out) == (3, 4)
    assert world.admin(COUNT) == [(3,)]
    ((detail,),) = world.admin("SELECT detail FROM audit_entry WHERE act = 'readings.import'")
    assert detail["left_out"] == 4


def test_the_rest_and_the_mended_rows_make_the_whole_file(world, take, failed):
    take(BAD, without_failed=True)
    book = mended(failed(BAD), F2="102", D3="office e", D4="office e", E5=at(6), F5="106")
    take(book, name="july-failed.xlsx")
    stored = world.admin("SELECT value FROM reading ORDER BY at")

    assert stored == [(100_000 + 1000 * hour,) for hour in range(7)]


def test_where_all_rows_fail_nothing_is_taken(world, take):
    with pytest.raises(InputError) as caught:
        take(HEADER + rows("nobody's", range(3)), without_failed=True)
    assert caught.value.code == "import.none_left"
    assert world.admin("SELECT count(*) FROM audit_entry WHERE act = 'readings.import'") == [(0,)]


def test_rows_of_others_fail_and_are_told_as_unknown(failed, take):
    mixed = HEADER + rows("office e", range(2)) + rows("clinic e", range(2), "demo-a/g2")
    told = cells_of(failed(mixed, "of the office"))
    assert [row[1] for row in told[1:]] == ["4", "5"]
    assert "no channel" in told[1][0]
    assert take(mixed, "of the office", without_failed=True).inserted == 2


def test_an_open_question_is_asked_before_rows_are_left_out(take, failed):
    text = "channel,at,value\noffice e,2016-03-01 00:00,5\noffice e,2016-03-01 01:00,x\n"
    for do in (lambda: take(text, without_failed=True), lambda: failed(text)):
        with pytest.raises(ProblemsError) as caught:
            do()
        assert {one.where["question"] for one in caught.value.problems} == {"gateway", "zone"}
    answers = {"gateway": GATEWAY, "zone": "UTC"}
    assert take(text, without_failed=True, answers=answers).left_out == 1


def test_a_file_whose_rest_cannot_be_read_is_not_taken_in_part(world, take):
    text = HEADER + rows("office e", range(2)) + '"unended\n' + rows("office e", range(3, 5))
    with pytest.raises(InputError):
        take(text, without_failed=True)
    assert world.admin(COUNT) == [(0,)]


def test_a_wide_row_is_left_out_whole_and_its_bad_cell_is_marked(world, take, failed):
    text = f"时间,office e,office gas\n{at(0)},100,1\n{at(1)},101,broken\n{at(2)},102,3\n"
    answers = {"gateway": GATEWAY}
    assert marked(failed(text, **answers)) == ["E2"]
    done = take(text, without_failed=True, answers=answers)
    assert done.left_out == 1
    assert done.readings % 2 == 0, "the good value of the failed row waits with it"


def test_lines_above_the_header_go_with_the_rows(failed, take):
    text = "Report of the meters;;;\nUnit: kWh;;;\ngateway;channel;at;value\n"
    text += f"{GATEWAY};office e;{at(0)};x\n{GATEWAY};office e;{at(1)};101\n"
    body = failed(text)
    assert cells_of(body)[0][:3] == ["What is wrong", "Row", "Report of the meters"]
    book = mended(body, F4="100")
    assert take(book, name="again.xlsx").inserted == 1
