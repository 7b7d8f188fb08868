"""Files of rows: a row does what the route does, and any wrong row keeps all from being done."""

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.access.give_grant import GiveGrant
from actions.actor import DeniedError
from actions.catalogue import by_file
from actions.cells import first_of
from actions.doing import acting, carry_out
from actions.fields import input_kind
from actions.file_rows import MOST_SINGLE
from actions.file_templates import template
from actions.files import errors_workbook, take
from actions.kinds import row_of
from actions.readings.record_exchange import RecordExchange
from actions.undoing import take_back
from actions.workbooks import workbook
from metering.errors import InputError
from tests.actions.world import World, make_world
from tests.sheets import cells_of, sheets_of

HEAD = "channel,at,final,initial,source\n"


@pytest.fixture(scope="module")
def world(database_of_module) -> Iterator[World]:
    """One world for all of these tests."""
    made = make_world(database_of_module)
    yield made
    made.close()


def exchanges(world: World) -> list[tuple]:
    return world.admin(
        """SELECT channel_id, at, final, initial, source FROM exchange
            WHERE known_until IS NULL ORDER BY channel_id, at"""
    )


def test_a_row_does_what_the_route_does_in_the_zone_of_its_object(world):
    office, shared = world.channel["office e"], world.channel["shared e"]
    fields = {"at": "2016-04-01T10:30+01:00", "final": "41", "initial": "0", "source": "form"}
    carry_out(world.actor(), RecordExchange.model_validate(fields), office)
    body = (HEAD + f'{shared},2016-04-01 10:30,"41",0,form\n').encode()

    taken = take(world.actor(), RecordExchange, body)
    assert (taken.rows, taken.done, taken.wrong) == (1, 1, [])
    of_route, of_file = exchanges(world)
    assert of_route[1:] == of_file[1:]
    entry = world.admin("SELECT act, subject, detail FROM audit_entry ORDER BY id DESC LIMIT 1")
    told = {"rows": 1, "file": sha256(body).hexdigest(), "file_id": taken.undo}
    assert entry == [("exchange.record", "", told)]


def test_any_wrong_row_keeps_all_from_being_done_and_each_is_named(world):
    office, gas = world.channel["office e"], world.channel["office gas"]
    before, entries = exchanges(world), world.admin("SELECT count(*) FROM audit_entry")
    rows = [
        f"{office},2016-03-20 10:30,,0,form",
        f"{office},2016-03-20 11:30,,a,form",
        f"{gas},2016-03-20 11:30,,1,form",
        f"{office},1999-03-20 11:30,,1,",
        "99999,2016-03-20 11:30,,1,form",
        ",2016-03-20 11:30,,1,form",
    ]
    body = (HEAD + "\n".join(rows)).encode()

    taken = take(world.actor(), RecordExchange, body)
    assert (taken.rows, taken.done) == (6, 0)
    wrong = {(one.number, one.path) for one in taken.wrong}
    assert wrong == {
        (3, "initial"), (4, "channel"), (5, "source"), (6, ""), (7, "on"),
    }  # fmt: skip
    assert all(one.text.zh and one.text.en for one in taken.wrong)
    assert (exchanges(world), world.admin("SELECT count(*) FROM audit_entry")) == (before, entries)

    mended = cells_of(errors_workbook(taken, "zh"))
    assert mended[0][:2] == ["问题", "行号"]
    assert [row[1] for row in mended[1:]] == ["3", "4", "5", "6", "7"]
    assert mended[1][2:] == rows[1].split(",")
    assert "新表起码" in mended[1][0]


def test_rows_that_fail_are_left_out_only_where_that_is_asked_and_the_entry_says_so(world):
    office, before = world.channel["office e"], len(exchanges(world))
    good = f"{office},2016-03-21 10:30,,0,form\n"
    body = (HEAD + good + f"{office},2016-03-21 11:30,,a,form\n").encode()
    entry = "SELECT detail FROM audit_entry ORDER BY id DESC LIMIT 1"

    tried = take(world.actor(), RecordExchange, body, dry_run=True, without_failed=True)
    assert (tried.rows, tried.done, len(exchanges(world))) == (2, 1, before)
    taken = take(world.actor(), RecordExchange, body, without_failed=True)
    assert (taken.rows, taken.done, [one.number for one in taken.wrong]) == (2, 1, [3])
    assert len(exchanges(world)) == before + 1
    ((told,),) = world.admin(entry)
    assert (told["rows"], told["left_out"]) == (1, 1)
    assert taken.undo is not None
    take_back(world.actor(), taken.undo)
    assert len(exchanges(world)) == before


def test_the_rows_that_were_wrong_are_mended_and_sent_again_as_they_came(world):
    office, before = world.channel["office e"], exchanges(world)
    body = (HEAD + f"\n# {office},remark\n{office},2016-03-21 10:30,,a,form\n").encode()
    (wrong,) = take(world.actor(), RecordExchange, body).wrong
    assert wrong.number == 4  # a row is named by where it stands in its file

    for lang in ("zh", "en"):
        failed = errors_workbook(take(world.actor(), RecordExchange, body), lang)
        head, row = cells_of(failed)
        assert row[1] == "4"
        again = take(world.actor(), RecordExchange, failed, dry_run=True)
        assert [one.path for one in again.wrong] == ["initial"]
        mended = workbook(head, [[cell.replace("a", "0") if cell == "a" else cell for cell in row]])
        assert take(world.actor(), RecordExchange, mended, dry_run=True).done == 1
    assert exchanges(world) == before


def test_a_cell_that_is_wrong_is_marked_in_the_rows_that_come_back(world):
    body = (HEAD + f"{world.channel['office e']},2016-03-21 10:30,,a,form\n").encode()
    failed = errors_workbook(take(world.actor(), RecordExchange, body), "zh")

    with zipfile.ZipFile(io.BytesIO(failed)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    looks = dict(re.findall(r'<c r="([A-Z]2)" s="(\d+)"', sheet))
    assert len({looks[one] for one in ("C2", "D2", "G2")}) == 1
    assert looks["F2"] not in {looks["D2"], looks["A2"]}


def test_a_dry_run_checks_all_and_keeps_nothing(world):
    office, before = world.channel["office e"], exchanges(world)
    body = (HEAD + f"{office},2016-03-20 10:30,,0,form\n").encode("gb18030")

    assert take(world.actor(), RecordExchange, body, dry_run=True).done == 1
    assert exchanges(world) == before


def test_two_rows_that_cannot_both_be_done_are_found_while_writing(world):
    clinic, before = world.channel["clinic e"], exchanges(world)
    rows = f"{clinic},2016-03-20 10:30,,0,one\n{clinic},2016-03-20 10:30,,5,two\n"

    assert take(world.actor(), RecordExchange, (HEAD + rows).encode()).done == 2
    known = [row for row in exchanges(world) if row not in before]
    assert [row[-1] for row in known] == ["two"]  # said again for the same instant it corrects


def test_a_workbook_under_labels_of_either_language_is_read_alike(world):
    header = ["计量通道", "When the meter was exchanged", "新表起码", "依据"]
    body = workbook(header, [[world.channel["office e"], "2016-03-25 10:30", "1", "form"]])

    assert take(world.actor(), RecordExchange, body, dry_run=True).done == 1


@pytest.mark.parametrize("header", ["channel,at,initial", HEAD.strip() + ",other", "a", "x,x"])
def test_a_wrong_header_is_told_with_the_right_one(world, header):
    with pytest.raises(InputError) as caught:
        take(world.actor(), RecordExchange, f"{header}\n1,2,3\n".encode())
    assert "新表起码" in caught.value.next_zh


def test_who_has_no_right_is_refused_and_other_peoples_objects_are_hidden(world):
    body = (HEAD + f"{world.channel['clinic e']},2016-03-20 10:30,,0,form\n").encode()

    with pytest.raises(DeniedError):
        take(world.actor("city reader"), RecordExchange, body)
    (wrong,) = take(world.actor("of the office"), RecordExchange, body).wrong
    assert (wrong.number, wrong.path) == (2, "")


def test_a_long_file_is_done_in_columns_where_the_action_can(world):
    person, before = world.user["outsider"], world.admin("SELECT count(*) FROM access_grant")[0][0]
    rows = MOST_SINGLE + 1
    grants = "person,role,scope,institution\n" + (
        f"{person},reader,institution,{world.institution['office']}\n" * rows
    )
    taken = take(world.actor(), GiveGrant, grants.encode())
    assert taken.done == rows
    assert world.admin("SELECT count(*) FROM access_grant") == [(before + rows,)]
    assert take_back(world.actor(), taken.undo) == rows
    held = "SELECT count(*) FROM access_grant WHERE viewer = %s AND valid_to IS NULL"
    assert world.admin(held, f"user:{person}") == [(0,)]

    row = f"{world.channel['office gas']},2016-03-20 10:30,,0,form\n"
    with pytest.raises(InputError) as caught:
        take(world.actor(), RecordExchange, (HEAD + row * rows).encode())
    assert caught.value.code == "import.too_many"


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("code", sorted(by_file()))
def test_a_template_has_columns_that_are_taken(world, code, lang):
    kind = by_file()[code]
    columns = cells_of(template(kind, lang))[0]

    fields = sum(
        len(row_of(info).model_fields) if input_kind(info) == "rows" else 1
        for info in kind.model_fields.values()
    )
    assert len(columns) == len(set(columns)) == fields + (kind.about.on is not None)
    for form in ("xlsx", "csv"):  # its examples are no rows
        with world.actor().look() as connection:
            body = template(kind, lang, acting(world.actor(), connection), form)
        assert cells_of(body)[0] == columns
        empty = take(world.actor(), kind, body, again=True)
        assert (empty.rows, empty.wrong) == (0, [])
    titles = [title for title, _ in sheets_of(template(kind, lang))]
    assert titles[:2] == (["填写", "说明"] if lang == "zh" else ["Rows", "Guide"])
    (_, guide) = sheets_of(template(kind, lang))[1]
    assert [row[0] for row in guide[1:]] == columns


@settings(max_examples=50)
@given(body=st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_whatever_is_sent_is_read_or_refused(body):
    with suppress(InputError):
        assert first_of(body, 10).rows


def test_a_workbook_that_is_none_or_swells_is_refused():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/worksheets/sheet1.xml", b" " * 100_000_001)
    for body in (file.getvalue(), b"PK\x03\x04", b"PK" + b"x" * 100):
        with pytest.raises(InputError):
            first_of(body, 10)
