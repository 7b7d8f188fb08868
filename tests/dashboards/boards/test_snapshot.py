"""Every panel as Grafana gets it, by a hash: what a change of code changed is seen panel by panel.

`python -m tests.dashboards.boards.test_snapshot` writes the hashes anew.
"""

import json
from hashlib import sha256
from pathlib import Path

import pytest

pytest.importorskip(
    "grafana_foundation_sdk",
    reason="the extra `grafana` is not installed: boards for Grafana were not built",
)

from dashboards.boards.catalogue import BOARDS
from dashboards.grafana.drawing import drawn

HELD = Path(__file__).with_name("boards.json")


def hashes() -> dict[str, dict[str, str]]:
    """Return the hash of each part of each board."""
    made = (drawn(board, lang) for board in BOARDS for lang in ("zh", "en"))
    return {board["uid"]: parts_of(board) for board in made}


def parts_of(board) -> dict[str, str]:
    panels = {f"{one['id']:04} {one['title']}": one for one in board.pop("panels")}
    return {name: short(part) for name, part in {"itself": board, **panels}.items()}


def short(part) -> str:
    text = json.dumps(part, sort_keys=True, ensure_ascii=False)
    return sha256(text.encode()).hexdigest()[:16]


def written(found) -> str:
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def test_no_panel_changes_unseen():
    assert hashes() == json.loads(HELD.read_text("utf-8"))


if __name__ == "__main__":
    HELD.write_text(written(hashes()), "utf-8")
