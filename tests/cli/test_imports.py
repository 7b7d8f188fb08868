"""`commonwatt import` as people type it: a dry run tells, a mistake is named, all or nothing."""

import os
import subprocess
import sys
from collections.abc import Callable

import psycopg
import pytest

from tests.sheets import cells_of

Said = subprocess.CompletedProcess[str]
REGIONS = """\
code,kind,name_zh,name_en,parent_code
demo-x,province,示范省,Demo province,000000
"""
INSTITUTIONS = """\
code,name_zh,name_en,credit_code,class_code,department_line,level,region_code,area_m2,persons,valid_from
office-1,示范机关,Demo office,,GOV,offices,city,demo-x,1234.5,,2024-01-01
"""
CHANNELS = """\
institution,meter,channel,carrier,kind,unit,period_s,max_per_hour,wraps_at,zone,since,gateway,key,name_zh,name_en
office-1,m1,e,electricity,register,kWh,900,250.5,100000,Asia/Shanghai,2024-03-01T00:00+08:00,demo-x/g1,总表,总表,Main
"""
READINGS = """\
gateway,channel,at,value
demo-x/g1,总表,2024-03-01T08:00:00+08:00,100
demo-x/g1,总表,2024-03-01T09:00:00+08:00,112.5
"""


@pytest.fixture
def say(database) -> Callable[..., Said]:
    """Run `commonwatt import` with the logins of the test's database."""
    known = {name: value for name, value in os.environ.items() if not name.startswith("COMMONWATT")}
    known |= {
        "COMMONWATT_DATABASE_URL": database.url("api"),
        "COMMONWATT_COLLECTOR_DATABASE_URL": database.url("collector"),
    }

    def say(*fields: object, lang: str = "en", group: str = "import") -> Said:
        return subprocess.run(
            [sys.executable, "-m", "cli", group, *map(str, fields)],
            env={**known, "COMMONWATT_LANG": lang},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return say


@pytest.fixture
def folder(tmp_path):
    """A registry as a Chinese spreadsheet saves it."""
    for name, text in (
        ("regions", REGIONS),
        ("institutions", INSTITUTIONS),
        ("channels", CHANNELS),
    ):
        (tmp_path / f"{name}.csv").write_bytes(text.encode("gbk"))
    return tmp_path


def counts(database) -> tuple[int, ...]:
    with psycopg.connect(database.admin_url) as connection:
        row = connection.execute(
            """SELECT (SELECT count(*) FROM institution), (SELECT count(*) FROM channel),
                      (SELECT count(*) FROM reading), (SELECT count(*) FROM rejected_message),
                      (SELECT count(*) FROM audit_entry)"""
        ).fetchone()
    return tuple(row)


def test_a_registry_and_its_readings_come_in_rehearsed_first(say, folder, database):
    file = folder / "march.csv"
    file.write_bytes(READINGS.encode("utf-8-sig"))

    rehearsed = say("registry", folder, "--dry-run")
    assert rehearsed.returncode == 0, rehearsed.stderr
    assert "nothing was kept" in rehearsed.stdout
    assert "channels: 1 made" in rehearsed.stdout
    assert counts(database) == (0, 0, 0, 0, 0)
    assert say("registry", folder).returncode == 0
    assert "channels: 0 made, 0 changed, 1 unchanged" in say("registry", folder).stdout

    rehearsed = say("readings", file, "--dry-run")
    assert "nothing was kept" in rehearsed.stdout
    assert "2 new" in rehearsed.stdout
    assert counts(database)[2] == 0
    assert "2 new, 0 known already" in say("readings", file).stdout
    assert "0 new, 2 known already" in say("readings", file).stdout
    assert counts(database) == (1, 1, 2, 0, 4)


def test_a_registry_goes_out_to_a_folder_and_comes_back_in(say, folder, database, tmp_path):
    say("registry", folder)
    out = tmp_path / "out"
    places = ((out, "folder"), (tmp_path / "r.zip", "zip"), (tmp_path / "r.xlsx", "xlsx"))
    for place, form in places:
        done = say("registry", "-o", place, "--as", form, group="export")
        assert done.returncode == 0, done.stderr
        assert "channels.csv: 1 rows" in done.stdout
        again = say("registry", place, "--dry-run")
        assert "channels: 0 made, 0 changed, 1 unchanged" in again.stdout, again.stderr
    assert say("registry", "-o", out, "--namespace", "x", group="export").returncode != 0


def test_a_mistake_names_file_line_field_and_next_step_and_nothing_comes_in(say, folder, database):
    say("registry", folder)
    before = counts(database)
    file = folder / "march.csv"
    wrong = READINGS + "demo-x/g1,总表,2024-03-01T10:00:00,1\ndemo-x/g1,分表,2024-03-01T10:00Z,1\n"
    file.write_bytes(wrong.encode("gbk"))
    for arguments in (["--dry-run"], []):
        en, zh = say("readings", file, *arguments), say("readings", file, *arguments, lang="zh")

        assert en.returncode == zh.returncode == 2
        assert "march.csv, line 4, at: " in en.stderr
        assert "march.csv, line 5, channel “分表”" in en.stderr
        assert "Nothing was imported" in en.stderr
        assert "march.csv 第 4 行,at:" in zh.stderr
        assert "没有导入任何内容" in zh.stderr
        assert "Traceback" not in en.stderr
    (folder / "channels.csv").write_bytes(CHANNELS.replace(",kWh,", ",kVA,").encode())
    refused = say("registry", folder)
    assert refused.returncode == 2
    assert "channels.csv, line 2, unit" in refused.stderr
    assert counts(database) == before


def test_a_folder_is_one_import_whole_or_not_at_all_and_taken_back_whole(say, folder, database):
    say("registry", folder)
    months = folder / "months"
    months.mkdir()
    head, *lines = READINGS.splitlines(keepends=True)
    (months / "a.csv").write_text(head + lines[0], "utf-8")
    (months / "b.csv").write_text(head + "demo-x/g1,总表,soon,1\n", "utf-8")
    (months / "note.docx").write_bytes(b"PK")
    refused = say("readings", months, folder / "months" / "a.csv")
    assert refused.returncode == 2
    assert "b.csv, line 2, at: " in refused.stderr
    assert "Files that are not read: note.docx" in refused.stderr
    assert counts(database)[2] == 0

    (months / "b.csv").write_text(head + lines[1], "utf-8")
    done = say("readings", months)
    assert "  a.csv: 1 readings\n  b.csv: 1 readings" in done.stdout
    assert "commonwatt do import.undo --imported 1 " in done.stdout
    assert counts(database)[2] == 2


def test_failed_rows_are_kept_and_the_others_imported_where_that_is_asked(say, folder, database):
    say("registry", folder)
    file, errors = folder / "march.csv", folder / "wrong.xlsx"
    file.write_text(READINGS + "demo-x/g1,分表,2024-03-01T10:00Z,1\n", encoding="utf-8")

    refused = say("readings", file, "--errors", errors)
    assert refused.returncode == 2
    assert [row[1] for row in cells_of(errors.read_bytes())] == ["Row", "4"]
    errors.unlink()
    done = say("readings", file, "--without-failed", "--errors", errors)
    assert done.returncode == 0, done.stderr
    assert "1 rows are wrong and were left out" in done.stdout
    assert counts(database)[2] == 2
    assert errors.exists()


def test_failed_rows_of_a_registry_are_kept_and_come_in_mended(say, folder, database):
    errors = folder / "wrong.xlsx"
    (folder / "channels.csv").write_bytes(CHANNELS.replace(",kWh,", ",kVA,").encode())

    done = say("registry", folder, "--without-failed", "--errors", errors)
    assert done.returncode == 0, done.stderr
    assert "1 rows are wrong and were left out" in done.stdout
    assert counts(database)[:2] == (1, 0)
    assert [row[1] for row in cells_of(errors.read_bytes())] == ["Row", "2"]
    again = say("registry", errors)
    assert again.returncode == 2
    assert "wrong.xlsx channels, line 2, unit" in again.stderr


def test_one_gateway_may_be_named_for_the_whole_file(say, folder):
    say("registry", folder)
    file = folder / "march.csv"
    file.write_text("key,at,value\n总表,2024-03-01T08:00:00+08:00,100\n", encoding="utf-8")

    assert "1 new" in say("readings", file, "--gateway", "demo-x/g1").stdout
    twice = say("readings", file)
    assert twice.returncode == 2
    assert "march.csv, line 1, header" in twice.stderr


def test_a_value_that_does_not_stand_is_told(say, folder):
    say("registry", folder)
    file = folder / "march.csv"
    file.write_text(READINGS, encoding="utf-8")
    say("readings", file)
    file.write_text(READINGS.replace(",100\n", ",90\n"), encoding="utf-8")
    again = say("readings", file)

    assert "1 beside another reading" in again.stdout
    assert "the greater" in again.stderr
    assert "line 2, demo-x/g1 总表" in again.stderr
    assert "90, beside 100.000" in again.stderr
    assert "--as-correction" in again.stderr

    assert say("readings", file, "--as-correction").returncode == 2
    done = say("readings", file, "--as-correction", "--reason", "meter book")
    assert "1 corrected" in done.stdout
    assert "0 new, 2 known already, 0 beside" in say("readings", file).stdout


@pytest.mark.parametrize("name", ["none.csv", "."])
def test_a_file_that_cannot_be_read_is_named(say, tmp_path, name):
    ended = say("readings", tmp_path / name)

    assert ended.returncode in (2, 4)
    assert str(tmp_path) in ended.stderr
    assert "Traceback" not in ended.stderr
