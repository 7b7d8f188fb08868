"""ECharts is found by its files, whatever else of its wheel is missing; or the command is said."""

import re
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from actions import pdf
from dashboards.pages import echarts

ROOT = Path(__file__).parents[3]
ASK = """
import sys
from dashboards.pages import echarts
from metering.errors import UnavailableError
try:
    print(sorted(echarts.modules()))
except UnavailableError as missing:
    print(missing.code, missing.text("en"), missing.text("zh"), sep="\\n")
print("nicegui" in sys.modules)
"""


@pytest.fixture
def bare(tmp_path):
    """An environment without any package, as one is whose owner forgot the wheel."""
    venv.create(tmp_path / "env", symlinks=True)
    return tmp_path / "env"


def asked(env: Path) -> list[str]:
    """Return what an environment's Python says of ECharts."""
    done = subprocess.run(
        [env / "bin" / "python", "-c", ASK], cwd=ROOT, capture_output=True, text=True, check=True,
        env={"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    return done.stdout.splitlines()


def put(place: Path) -> None:
    """Unpack a wheel whose package cannot be imported without what it asks for."""
    dist = place / "nicegui" / "elements" / "echart" / "dist"
    dist.mkdir(parents=True)
    (place / "nicegui" / "__init__.py").write_text("import a_package_that_is_not_here")
    (dist / "index.js").write_text('export{a as echarts}from"./index-A_1.js";')
    (dist / "index-A_1.js").write_text("export const a = 1; import('./gl.js')")


def test_it_is_found_where_make_unpacks_it_without_what_the_wheel_asks_for(bare):
    put(bare / "share" / "commonwatt" / "assets")

    assert asked(bare) == ["['index-A_1.js', 'index.js']", "False"]


def test_it_is_found_where_the_wheel_was_installed_like_any_other(bare):
    (packages,) = bare.glob("lib/python*/site-packages")
    put(packages)
    (packages / "nicegui-9.9.dist-info").mkdir()
    (packages / "nicegui-9.9.dist-info" / "METADATA").write_text("Name: nicegui\nVersion: 9.9\n")

    assert asked(bare) == ["['index-A_1.js', 'index.js']", "False"]


def test_where_it_is_missing_the_command_that_brings_it_is_said_in_both_languages(bare):
    code, en, zh, imported = asked(bare)

    assert (code, imported) == ("pages.no_echarts", "False")
    for text in (en, zh):
        assert f"{bare}/bin/python -m pip install --no-deps" in text
        assert f"--target {bare}/share/commonwatt/assets {echarts.WHEEL}" in text


def test_the_wheel_is_pinned_by_hash_and_alone():
    pinned = (ROOT / "requirements" / "assets.txt").read_text("utf-8")

    assert re.findall(r"^[\w.-]+==[\w.]+", pinned, re.MULTILINE) == [echarts.WHEEL, pdf.WHEEL]
    assert re.search(r"--hash=sha256:[0-9a-f]{64}$", pinned, re.MULTILINE)


def steps(name: str) -> str:
    """Return what a person or program types to install, as it is written, variables filled in."""
    if name != "Makefile":
        return (ROOT / name).read_text("utf-8")
    asked = ["make", "--dry-run", "--what-if=requirements/assets.txt", ".venv/.assets"]
    return subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("name", ["Makefile", "Dockerfile", "docs/operations.md"])
def test_whoever_installs_unpacks_it_without_dependencies_where_it_is_looked_for(name):
    words = re.split(r"&&|\n", steps(name).replace("\\\n", " "))
    (line,) = [one for one in words if "-r requirements/assets.txt" in one]

    assert {"--require-hashes", "--only-binary", "--no-deps", "--target"} <= set(line.split())
    assert f"/{echarts.unpacked().relative_to(sys.prefix)} " in line
