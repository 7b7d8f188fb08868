"""What pages load: kept for good under an address that changes with it, and nothing foreign."""

import gzip
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dashboards import pages
from dashboards.pages.assets import load_assets
from dashboards.pages.templating import assets

STATIC = Path(pages.__file__).parent / "static"


@pytest.mark.parametrize("name", ["page.js", "page.css", "mark.svg", "echarts/index.js"])
def test_an_asset_is_kept_for_good_and_comes_zipped(bare, name):
    client = bare.client()
    plain = client.get(assets().url(name), headers={"Accept-Encoding": "identity"})
    with client.stream("GET", assets().url(name), headers={"Accept-Encoding": "gzip"}) as answer:
        raw = b"".join(answer.iter_raw())

    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(raw) == plain.content
    assert "content-encoding" not in plain.headers
    assert "immutable" in plain.headers["cache-control"]
    assert plain.headers["vary"] == "Accept-Encoding"
    assert plain.headers["x-content-type-options"] == "nosniff"


def test_echarts_comes_with_what_it_imports_and_no_more():
    names = [name for name in assets().files if name.startswith("echarts/")]
    body = b"".join(gzip.decompress(assets().files[name].zipped) for name in names)

    assert sum(name.endswith("index.js") for name in names) == 1
    for imported in re.findall(rb'from\s*"\./([\w-]+\.js)"', body):
        assert f"echarts/{imported.decode()}" in names
    assert len(body) < 1_500_000


def test_a_changed_file_has_another_address(tmp_path):
    shutil.copytree(STATIC, tmp_path / "static")
    same = load_assets(tmp_path / "static")
    (tmp_path / "static" / "page.css").write_text("/* other */", encoding="utf-8")

    assert same.base == assets().base
    assert load_assets(tmp_path / "static").base != same.base


def test_unknown_assets_and_paths_out_of_the_folder_are_not_found(bare):
    client = bare.client()
    for name in ("nothing.js", "../app.py", "%2e%2e/app.py", "echarts/../../app.py", ""):
        assert client.get(f"{assets().base}/{name}").status_code == 404
    assert client.get("/assets/0000000000000000/page.js").status_code == 404


def test_the_wheel_is_read_without_being_imported():
    ask = (
        "import sys; from dashboards.pages.app import router; router(); "
        "print('nicegui' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"
