"""`commonwatt plan` takes notices to paper, and runs to servers that know nothing of them."""

import zipfile

import pytest
from typer.testing import CliRunner

from cli.main import app
from metering.errors import NotFoundError
from tests.actions.compact_world import make_union_world
from tests.actions.world import make_world


@pytest.fixture
def issued(database, monkeypatch):
    monkeypatch.setenv("COMMONWATT_DATABASE_URL", database.url("api"))
    monkeypatch.setenv("COMMONWATT_LANG", "en")
    world = make_world(database)
    union = make_union_world(world)
    yield world, union.issued()
    world.close()


def plan(*options: object):
    return CliRunner().invoke(app, ["plan", *map(str, options)])


def test_one_notice_and_all_of_a_member_are_written_to_files(issued, tmp_path):
    world, run_id = issued
    office, city = world.institution["office"], world.region["city 1"]
    paper = tmp_path / "notice.pdf"
    done = plan("notice", office, 2016, "-o", paper)
    assert done.exit_code == 0, done.output
    assert paper.read_bytes()[:4] == b"%PDF"
    assert f"-{office:06d} → {paper}" in done.stdout

    bundle = tmp_path / "all.zip"
    done = plan("notices", run_id, city, "-o", bundle, "--as", "xlsx", "--lang", "zh")
    assert done.exit_code == 0, done.output
    names = zipfile.ZipFile(bundle).namelist()
    assert f"U{world.union['cities']}-R{run_id}-M{city}.xlsx" in names
    listed = zipfile.ZipFile(bundle).read("list.csv").decode("utf-8-sig").splitlines()
    assert len(listed) == len(names) - 1  # a head, and neither the member's nor the list itself

    verified_elsewhere(world, run_id, tmp_path / "run.json")
    nobody = plan("notice", office, 1999, "-o", tmp_path / "none.pdf")
    assert isinstance(nobody.exception, NotFoundError)
    assert not (tmp_path / "none.pdf").exists()


def verified_elsewhere(world, run_id, file):
    """A run's snapshot is verified where there is no database at all."""
    [(sha256,)] = world.admin("SELECT sha256 FROM run WHERE id = %s", run_id)
    assert plan("snapshot", run_id, "-o", file).stdout.split()[0] == sha256

    nowhere = {"COMMONWATT_DATABASE_URL": "postgresql://127.0.0.1:1/none"}
    said = CliRunner(env=nowhere).invoke(app, ["plan", "verify", str(file), "--digest", sha256])
    assert said.exit_code == 0, said.output
    assert "EQUAL" in said.stdout
    assert "4 institutions" in said.stdout
    assert "Demo city 1" in said.stdout

    raw = file.read_text()
    at = raw.index('"base_g":[') + len('"base_g":[')
    file.write_text(f"{raw[:at]}{(int(raw[at]) + 1) % 10}{raw[at + 1 :]}")
    said = CliRunner(env=nowhere).invoke(app, ["plan", "verify", str(file)])
    assert said.exit_code == 1
    assert "- Altered: inputs.holders[0] (institution" in said.stdout

    [(root,)] = world.admin(
        "SELECT encode(root, 'hex') FROM run_snapshot WHERE run_id = %s", run_id
    )
    city = world.region["city 1"]
    assert plan("part", run_id, "--member", city, "-o", file).stdout.split()[0] == root
    said = CliRunner(env=nowhere).invoke(app, ["plan", "verify", str(file), "--digest", root])
    assert said.exit_code == 0, said.output
    assert "It shows 3 institutions" in said.stdout
    file.write_text(file.read_text().replace('amount_g\\":', 'amount_g\\":1', 1))
    said = CliRunner(env=nowhere).invoke(app, ["plan", "verify", str(file), "--digest", root])
    assert said.exit_code == 1
    assert "- Altered: " in said.stdout
