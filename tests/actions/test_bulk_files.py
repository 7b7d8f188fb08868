"""A broken export goes on to the same bytes, and every form holds the same figures."""

import csv
import os
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from actions.accounts.bulk_accounts import write_accounts
from actions.readings import bulk_forms, bulk_plan
from actions.readings.bulk import Asked
from actions.readings.bulk_files import write_export
from actions.readings.import_readings import import_readings
from metering.errors import ConflictError, InputError, UnavailableError
from storage.readings.store import Store
from tests.actions.world import HOUR_MS, START_MS

ASKED = Asked(until=date(2016, 3, 6), zone="Europe/London")


class PulledPlugError(Exception):
    pass


def broken_after(pieces: int):
    """Return a listener that pulls the plug after so many pieces."""
    seen = []

    def told(rows: int) -> None:
        seen.append(rows)
        if len(seen) == pieces:
            raise PulledPlugError

    return told


@pytest.mark.parametrize("shape", ["long", "wide"])
def test_a_broken_file_goes_on_to_the_same_bytes(filled, tmp_path, monkeypatch, shape):
    monkeypatch.setattr(bulk_plan, "MOST_ROWS", 50)
    monkeypatch.setattr("actions.readings.bulk_wide.MOST_ROWS", 50)
    actor = filled.actor()
    write_export(actor, ASKED, tmp_path / "whole.csv", "csv", shape)
    whole = (tmp_path / "whole.csv").read_bytes()
    file = tmp_path / "out.csv"
    for pieces in (1, 2, 4):
        with pytest.raises(PulledPlugError):
            write_export(actor, ASKED, file, "csv", shape, told=broken_after(pieces))
        assert not file.exists()
        part = tmp_path / "out.csv.part"
        part.write_bytes(part.read_bytes() + b"half a li")
    done = write_export(actor, ASKED, file, "csv", shape)

    assert done.resumed
    assert file.read_bytes() == whole
    assert done.rows == whole.count(b"\n") - 1
    assert sorted(one.name for one in tmp_path.iterdir()) == ["out.csv", "whole.csv"]


def test_a_broken_file_of_another_request_is_left_alone(filled, tmp_path):
    file = tmp_path / "out.csv"
    with pytest.raises(PulledPlugError):
        write_export(filled.actor(), ASKED, file, "csv", told=broken_after(1))
    before = (tmp_path / "out.csv.part").read_bytes()
    with pytest.raises(ConflictError, match="asked for otherwise"):
        write_export(filled.actor(), Asked(), file, "csv")
    assert (tmp_path / "out.csv.part").read_bytes() == before


@pytest.mark.crash
def test_a_killed_command_goes_on_when_it_is_run_again(filled, tmp_path):
    known = {name: value for name, value in os.environ.items() if not name.startswith("COMMONWATT")}
    known["COMMONWATT_DATABASE_URL"] = filled.database.url("api")
    known["COMMONWATT_LANG"] = "en"

    def command(name: str) -> list[str]:
        asked = ["--to", "2020-01-01", "--zone", "UTC", "-o", str(tmp_path / name)]
        return [sys.executable, "-m", "cli", "export", "readings", *asked]

    subprocess.run(command("whole.csv"), env=known, check=True, timeout=120)
    kept = tmp_path / "out.csv.part.json"
    with subprocess.Popen(command("out.csv"), env=known) as running:
        while not kept.exists() and running.poll() is None:
            time.sleep(0.005)
        running.kill()
    again = subprocess.run(
        command("out.csv"), env=known, check=True, timeout=120, capture_output=True, text=True
    )
    assert "Went on" in again.stderr or running.returncode == 0
    assert (tmp_path / "out.csv").read_bytes() == (tmp_path / "whole.csv").read_bytes()


def numbers(path: Path, heading: str = "value") -> list[Decimal]:
    with path.open(newline="") as file:
        return [Decimal(row[heading]) for row in csv.DictReader(file)]


@pytest.mark.parametrize("form", ["parquet", "arrow"])
def test_columns_are_exact_decimals_and_instants(filled, tmp_path, form):
    arrow = pytest.importorskip("arro3.io", reason="the extra `arrow` is not installed")
    write_export(filled.actor(), ASKED, tmp_path / "out.csv", "csv")
    write_export(filled.actor(), ASKED, tmp_path / "out", form)
    read = arrow.read_parquet if form == "parquet" else arrow.read_ipc
    table = read(str(tmp_path / "out")).read_all()

    assert [one.as_py() for one in table["value"]] == numbers(tmp_path / "out.csv")
    kinds = {one: str(table.schema.field(one).type) for one in ("at", "value", "channel_id")}
    assert "UTC" in kinds["at"]
    assert "Decimal128(38, 3)" in kinds["value"]
    assert "Int64" in kinds["channel_id"]


@pytest.mark.parametrize("lang", [None, "zh", "en"])
def test_a_workbook_comes_back_in_equal(filled, tmp_path, lang):
    stands = "SELECT channel_id, at, value FROM reading ORDER BY 1, 2"
    before = filled.admin(stands)
    write_export(filled.actor(), replace(ASKED, lang=lang), tmp_path / "out.xlsx", "xlsx")
    filled.admin("TRUNCATE reading")
    now_ms = START_MS + 40 * 24 * HOUR_MS
    with (
        closing(Store(filled.database.url("collector"), "import")) as sink,
        (tmp_path / "out.xlsx").open("rb") as file,
    ):
        import_readings(filled.actor(), sink, file, "out.xlsx", now_ms=now_ms)
    assert filled.admin(stands) == before


def test_a_workbook_too_long_is_refused_with_what_to_do(filled, tmp_path, monkeypatch):
    monkeypatch.setattr(bulk_forms, "MOST_ROWS", 20)
    with pytest.raises(InputError, match="worksheet") as refused:
        write_export(filled.actor(), ASKED, tmp_path / "out.xlsx", "xlsx")
    assert "Parquet" in refused.value.next_en


def test_a_column_a_channel_holds_the_same_values(filled, tmp_path):
    write_export(filled.actor(), ASKED, tmp_path / "long.csv", "csv")
    write_export(filled.actor(), ASKED, tmp_path / "wide.csv", "csv", "wide")
    with (tmp_path / "long.csv").open(newline="") as file:
        long = {(row["at"], row["channel"]): row["value"] for row in csv.DictReader(file)}
    with (tmp_path / "wide.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    wide = {
        (row["at"], heading.rpartition(" (")[0]): cell
        for row in rows
        for heading, cell in row.items()
        if heading != "at" and cell
    }
    assert wide == long
    assert [row["at"] for row in rows] == sorted({at for at, _ in long})


def test_too_many_columns_and_what_is_not_installed_are_said(filled, tmp_path, monkeypatch):
    monkeypatch.setattr("actions.readings.bulk_wide.MOST_COLUMNS", 2)
    with pytest.raises(InputError, match="2 columns at most"):
        write_export(filled.actor(), ASKED, tmp_path / "out.csv", "csv", "wide")
    monkeypatch.setitem(sys.modules, "arro3.core", None)
    with pytest.raises(UnavailableError) as refused:
        write_export(filled.actor(), ASKED, tmp_path / "out.parquet", "parquet")
    assert "commonwatt[arrow]" in refused.value.next_en
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet", "arrow"])
def test_accounts_go_out_in_every_form(filled, tmp_path, form):
    actor = filled.actor("of the school")
    rows = write_accounts(actor, tmp_path / "out.csv", "csv", {})
    count = filled.admin(
        "SELECT count(*) FROM account WHERE institution_id = %s", filled.institution["school"]
    )
    assert [(rows,)] == count
    assert write_accounts(actor, tmp_path / "out", form, {}) == rows
    if form in ("parquet", "arrow"):
        arrow = pytest.importorskip("arro3.io", reason="the extra `arrow` is not installed")
        read = arrow.read_parquet if form == "parquet" else arrow.read_ipc
        table = read(str(tmp_path / "out")).read_all()
        assert [one.as_py() for one in table["used"]] == numbers(tmp_path / "out.csv", "used")
