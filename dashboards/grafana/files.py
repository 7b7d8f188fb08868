"""Boards as files that Grafana reads when it starts: provisioning is then the only way to write."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from dashboards.boards.catalogue import BOARDS
from dashboards.boards.model import Lang
from dashboards.grafana.drawing import drawn, text_of
from dashboards.grafana.links import uid_of
from dashboards.grafana.queries import SOURCE_TYPE

SOURCE_UID: Final = "commonwatt"
FOLDERS: Final = {"zh": "协能看板", "en": "CommonWatt"}

# Secrets and places come from the environment of Grafana's own process.
_SOURCE: Final = f"""\
apiVersion: 1
datasources:
  - name: CommonWatt
    uid: {SOURCE_UID}
    type: {SOURCE_TYPE}
    access: proxy
    isDefault: true
    editable: false
    url: ${{COMMONWATT_GRAFANA_DATABASE_HOST}}
    user: ${{COMMONWATT_GRAFANA_DATABASE_LOGIN}}
    jsonData:
      database: ${{COMMONWATT_GRAFANA_DATABASE_NAME}}
      sslmode: ${{COMMONWATT_GRAFANA_DATABASE_SSLMODE}}
      postgresVersion: 1500
      timescaledb: {{timescaledb}}
      maxOpenConns: 8
      maxIdleConns: 0  # a session is never lent on: what one person sets in it is over with it
      connMaxLifetime: 60
    secureJsonData:
      password: ${{COMMONWATT_GRAFANA_DATABASE_PASSWORD}}
"""
_PROVIDER: Final = """\
apiVersion: 1
providers:
  - name: commonwatt
    orgId: 1
    type: file
    disableDeletion: false
    allowUiUpdates: false
    updateIntervalSeconds: 60
    options:
      path: ${COMMONWATT_GRAFANA_BOARDS}
      foldersFromFilesStructure: true
"""


def files(
    langs: tuple[Lang, ...], *, timescaledb: bool = False
) -> Iterator[tuple[PurePosixPath, str]]:
    """Return every file by its path: data source, provider, and a folder of boards a language.

    timescaledb: whether queries that people write there may use what it adds.
    """
    source = _SOURCE.replace("{timescaledb}", str(timescaledb).lower())
    yield PurePosixPath("provisioning/datasources/commonwatt.yaml"), source
    yield PurePosixPath("provisioning/dashboards/commonwatt.yaml"), _PROVIDER
    for lang in langs:
        for board in BOARDS:
            made = drawn(board, lang)
            path = PurePosixPath("boards") / FOLDERS[lang] / f"{made['uid']}.json"
            yield path, text_of(made)


def stale(directory: Path, langs: tuple[Lang, ...]) -> list[Path]:
    """Return the files of boards that an earlier version wrote there and this one has not."""
    found: list[Path] = []
    for lang in langs:
        ours = {f"{uid_of(board.uid, lang)}.json" for board in BOARDS}
        there = (directory / "boards" / FOLDERS[lang]).glob("commonwatt-*.json")
        found += [path for path in sorted(there) if path.name not in ours]
    return found
