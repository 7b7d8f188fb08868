"""Rows of a registry that fail come back as a workbook, and the rest can go in alone."""

import io
import zipfile

import pytest

from actions.registry.failed import failed_registry, register_rest
from actions.registry.files import read_tables, tables_of
from actions.registry.importing import register
from actions.registry.uploaded import uploaded_tables
from actions.registry.values import Count, ProblemsError
from actions.workbooks import Sheet, write_workbook
from metering.errors import InputError
from tests.actions.test_registry import actor as actor
from tests.actions.test_registry import rows
from tests.sheets import sheets_of

REGIONS = """\
code,kind,name_zh,name_en,parent_code
demo-x,province,示范省,Demo province,000000
demo-y,provinz,演示省,Demo land,000000
demo-y1,city,演示市,Demo town,demo-y
"""
HEAD = (
    "code,name_zh,name_en,credit_code,class_code,department_line,level,region_code,area_m2,"
    "persons,valid_from\n"
)
INSTITUTIONS = (
    HEAD
    + "a-1,甲,A,,GOV,offices,city,demo-x,1234.5,,2024-01-01\n"
    + "b-1,乙,B,,GOV,offices,city,demo-x,large,,2024-01-01\n"
    + "c-1,丙,C,,GOV,offices,city,demo-y1,10,,2024-01-01\n"
)
CHANNELS = (
    "institution,meter,channel,carrier,kind,unit,period_s,max_per_hour,wraps_at,zone,since,"
    "gateway,key,name_zh,name_en\n"
    + "".join(
        f"{code}-1,m1,e,electricity,register,kWh,900,250.5,100000,Asia/Shanghai,"
        f"2024-03-01T00:00+08:00,demo-x/g1,{code},总表,Main\n"
        for code in "abc"
    )
)


@pytest.fixture
def tables(tmp_path):
    for name, text in (
        ("regions", REGIONS), ("institutions", INSTITUTIONS), ("channels", CHANNELS)
    ):  # fmt: skip
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    return tables_of(tmp_path)


def failed(actor, tables, lang="en") -> dict[str, list[list[str]]]:
    return dict(sheets_of(failed_registry(actor, tables, "test", lang)))


def test_a_row_that_names_a_failed_one_fails_with_it_and_comes_back_beside_it(actor, tables):
    told = failed(actor, tables)

    assert list(told) == ["regions", "institutions", "channels"]
    assert [[row[1] for row in sheet[1:]] for sheet in told.values()] == [
        ["3", "4"], ["3", "4"], ["3", "4"]
    ]  # fmt: skip
    assert told["institutions"][0][:3] == ["What is wrong", "Row", "code"]
    assert told["institutions"][1][0].startswith("area_m2: “large” cannot be read.")
    assert "there is no “demo-y1”" in told["institutions"][2][0]
    assert failed(actor, tables, "zh")["regions"][0][:2] == ["问题", "行号"]


def test_the_rest_goes_in_counted_and_the_mended_rows_after_it(database, actor, tables):
    with pytest.raises(ProblemsError):
        register(actor, read_tables(tables, "test"))
    tried = register_rest(actor, tables, "test", dry_run=True)
    assert rows(database, "SELECT count(*) FROM channel") == [(0,)]
    told = failed(actor, tables)
    done = register_rest(actor, tables, "test")

    assert done == tried
    assert (done.regions, done.institutions, done.channels) == (Count(1), Count(1), Count(1))
    assert done.left_out == 6
    ((left,),) = rows(
        database, "SELECT detail->'left_out' FROM audit_entry WHERE act = 'registry.import'"
    )
    assert left == 6

    body = io.BytesIO()
    cells = {"large": "88", "provinz": "province"}
    sheets = [
        Sheet(title, sheet[0], [[cells.get(cell, cell) for cell in row] for row in sheet[1:]])
        for title, sheet in told.items()
    ]
    write_workbook(body, sheets)
    mended = uploaded_tables("registry-errors.xlsx", body.getvalue())
    assert failed_registry(actor, mended, "test", "en") is None
    second = register(actor, read_tables(mended, "test"))
    assert (second.regions, second.institutions, second.channels) == (Count(2), Count(2), Count(2))


def test_a_file_at_fault_as_a_whole_is_not_taken_in_part(database, actor, tables, tmp_path):
    (tmp_path / "channels.csv").write_text("institution,metre\n", encoding="utf-8")
    for do in (
        lambda: register_rest(actor, tables_of(tmp_path), "test"),
        lambda: failed_registry(actor, tables_of(tmp_path), "test", "en"),
    ):
        with pytest.raises(ProblemsError, match="columns are missing"):
            do()
    assert rows(database, "SELECT count(*) FROM institution") == [(0,)]


def test_where_all_rows_fail_nothing_is_taken(actor, tmp_path):
    (tmp_path / "institutions.csv").write_text(
        HEAD + "a-1,甲,A,,GOV,offices,city,nowhere,1,,2024-01-01\n", encoding="utf-8"
    )
    with pytest.raises(InputError) as caught:
        register_rest(actor, tables_of(tmp_path), "test")
    assert caught.value.code == "import.none_left"


def test_a_registry_without_faults_has_no_workbook(actor, tmp_path):
    (tmp_path / "institutions.csv").write_text(
        HEAD + "a-1,甲,A,,GOV,offices,city,000000,1,,2024-01-01\n", encoding="utf-8"
    )
    assert failed_registry(actor, tables_of(tmp_path), "test", "en") is None


def test_the_wrong_cell_is_marked(actor, tables):
    body = failed_registry(actor, tables, "test", "en")
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        sheet = book.read("xl/worksheets/sheet2.xml").decode()
    cells = {name: sheet.partition(f'r="{name}" s="')[2].partition('"')[0] for name in ("K2", "L2")}
    assert cells["K2"] != cells["L2"]
