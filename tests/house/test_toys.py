"""What is new goes where docs/architecture.md says, and is then everywhere.

A toy of each kind is put into a copy of the house, whose own generated tests then hold it too.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.collector.codecs.test_formats import TOY as CODEC
from tests.compact.test_rules import TOY as RULE

HOUSE = Path(__file__).parents[2]
TOYS = Path(__file__).parent / "toys"
FLOORS = (
    "actions", "analytics", "api", "cli", "collector", "compact", "dashboards", "docs", "metering",
    "storage", "worker",
)  # fmt: skip
TESTS = ("actions", "api", "collector", "compact", "dashboards", "docs", "storage")
FILES = {"compact/rules/z.py": RULE, "collector/codecs/toy_format.py": CODEC}
# A carrier, and a province's coefficients, by rows alone.
ROWS = {
    "energy_carriers.csv": ["toy_fuel,玩具燃料,Toy fuel,kg,g,1000,yes,,,,,a toy,no,"],
    "profiles.csv": ["TOY-1,玩具省,Toy province,no,,,,,a toy,no,"],
    "coefficient_profiles.csv": [
        "GB2589-2020,toy_fuel,kg,0.5,,,,,a toy,no,",
        "TOY-1,electricity,kWh,0.2,,,,,a toy,no,",
    ],
    "words/zh.csv": ["a toy,玩具"],
}
GENERATED = (
    "tests/actions/test_laws_of_actions.py",
    "tests/dashboards/pages/test_forms.py",
    "tests/dashboards/pages/test_tables.py",
    "tests/storage/test_editions.py",
    "tests/compact/test_runs.py",
)
CHOSEN = "test_everywhere or vehicle or in_chinese_too or test_runs"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the house with a toy of each kind in it."""
    place = tmp_path_factory.mktemp("house")
    for folder in (*FLOORS, *(f"tests/{one}" for one in TESTS)):
        shutil.copytree(HOUSE / folder, place / folder)
    for file in ("pyproject.toml", "tests/conftest.py", "tests/databases.py", "tests/sheets.py"):
        shutil.copy2(HOUSE / file, place / file)
    shutil.copytree(TOYS / "resource", place, dirs_exist_ok=True)
    for file, text in FILES.items():
        (place / file).write_text(text, encoding="utf-8")
    for file, rows in ROWS.items():
        with (place / "storage/seed" / file).open("a", encoding="utf-8") as seed:
            seed.writelines(f"{row}\n" for row in rows)
    (place / "tests/house").mkdir()
    shutil.copy2(TOYS / "test_everywhere.py", place / "tests/house")
    return place


@pytest.fixture(scope="module")
def outcome(house, server) -> dict[str, str]:
    """What was wrong in each test of the copy, by its name: nothing in one that passed.

    The laws are asked of a toy by a few examples: those of the house by many, where they stand.
    """
    ours = {name: one for name, one in os.environ.items() if not name.startswith("PYTEST")}
    wanted = ["tests/house/test_everywhere.py", *GENERATED]
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--junitxml", "said.xml",
         "--hypothesis-profile=mutation", "-k", CHOSEN, *wanted],
        cwd=house,
        env=ours | {"PYTHONPATH": str(house), "COMMONWATT_TEST_DATABASE_URL": server.admin_url},
        capture_output=True,
        text=True,
        timeout=280,
    )  # fmt: skip
    print(ran.stdout[-20_000:], ran.stderr[-5_000:])
    cases = ElementTree.parse(house / "said.xml").iter("testcase")
    return {
        one.attrib["name"]: "\n".join(
            wrong.text or wrong.tag for kind in ("failure", "error") for wrong in one.iter(kind)
        )
        for one in cases
    }


def wrong_of(outcome: dict[str, str]) -> str:
    """Return what was wrong, test by test."""
    return "\n".join(f"{name}: {wrong}" for name, wrong in outcome.items() if wrong)


def test_a_resource_is_at_most_five_files_with_its_test():
    files = [one for one in (TOYS / "resource").rglob("*") if one.is_file()]
    assert len([one for one in files if one.suffix in (".py", ".sql")]) <= 5


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["resource", "rule", "codec", "carrier", "role", "province"])
def test_a_toy_is_everywhere(outcome, kind):
    own = {name: wrong for name, wrong in outcome.items() if name.startswith(f"test_a_{kind}_")}
    assert own
    assert not wrong_of(own), wrong_of(own)


def test_the_generated_tests_hold_a_toy_like_anything_else(outcome):
    assert not wrong_of(outcome), wrong_of(outcome)
    generated = [name for name in outcome if "vehicle" in name]
    # Rights of eight people, trying, doing, taking back one and a file, example, form, table.
    assert len(generated) >= 25
    for part in ("test_every_level_sums", "in_chinese_too[energy_carriers.csv]"):
        assert [name for name in outcome if part in name], part
