"""What the Dockerfile installs, from no more than .dockerignore lets through."""

import shutil
import subprocess
import sys
import zipfile

import pytest

from tests.compose.native import ROOT


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> set[str]:
    """The files of the package, built as the image builds it."""
    folder = tmp_path_factory.mktemp("image")
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    source = folder / "src"
    source.mkdir()
    for name in (line.removeprefix("!").strip("/") for line in lines if line.startswith("!")):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name)
        else:
            shutil.copy(ROOT / name, source / name)
    made = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation",
         "--wheel-dir", folder, source],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    (wheel,) = folder.glob("commonwatt-*.whl")
    return set(zipfile.ZipFile(wheel).namelist())


@pytest.mark.parametrize(
    "folder",
    [
        "storage/migrations",
        "storage/definitions/access",
        "storage/seed",
        "simulators/slice",
        "dashboards/pages/static",
        "dashboards/pages/templates",
    ],
)
def test_everything_that_the_program_reads_at_run_time_is_in_it(installed, folder):
    there = {str(path.relative_to(ROOT)) for path in (ROOT / folder).iterdir() if path.is_file()}

    assert there
    assert there <= installed


def test_tests_and_secrets_are_not(installed):
    assert not [name for name in installed if name.startswith(("tests/", "benchmarks/", "."))]
    assert not [name for name in installed if name.endswith(".env")]
