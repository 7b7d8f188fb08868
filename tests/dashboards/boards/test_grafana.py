"""Boards for Grafana: the same definitions in its JSON, as files, and published to a fake of it."""

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from typer.testing import CliRunner

pytest.importorskip(
    "grafana_client",
    reason="the extra `grafana` is not installed: boards for Grafana were neither built nor sent",
)

from cli.main import app
from dashboards.boards.catalogue import BOARDS, REGION
from dashboards.grafana import publishing
from dashboards.grafana.client import ClientGrafana
from dashboards.grafana.drawing import drawn, text_of
from dashboards.grafana.files import files
from metering.errors import ConflictError, InputError, UnavailableError

LANGS = ("zh", "en")
TOKEN = "a token of the tests"
EVERY = [(board, lang) for board in BOARDS for lang in LANGS]


def panels_of(made):
    return [one for one in made["panels"] if one["type"] != "row"]


@pytest.mark.parametrize(("board", "lang"), EVERY, ids=lambda one: getattr(one, "uid", one))
def test_a_board_is_identified_once_and_for_good(board, lang):
    made = drawn(board, lang)

    assert made["uid"] == board.uid + ("" if lang == "zh" else "-en")
    assert len(made["uid"]) <= 40
    assert made.get("id") is None
    assert made["editable"] is False
    assert made["timezone"] == "Asia/Shanghai"
    assert made["graphTooltip"] == 1
    assert made["schemaVersion"] >= 36
    assert made["refresh"].endswith("m")
    assert text_of(made) == text_of(drawn(board, lang))


@pytest.mark.parametrize(("board", "lang"), EVERY, ids=lambda one: getattr(one, "uid", one))
def test_panels_ask_the_data_source_variable_and_say_what_they_show(board, lang):
    made = drawn(board, lang)
    panels = panels_of(made)

    assert [one["id"] for one in panels] == [one.id for one in board.panels()]
    assert len({one["id"] for one in made["panels"]}) == len(made["panels"])
    for one, panel in zip(panels, board.panels(), strict=True):
        assert one["title"].startswith(panel.title.of(lang))
        assert one["description"] == panel.description.of(lang)
        assert one["datasource"]["uid"] == "${ds}"
        (target,) = one["targets"]
        assert target["datasource"]["uid"] == "${ds}"
        assert target["rawQuery"]
        assert target["format"] == ("time_series" if panel.series else "table")
        assert one["maxDataPoints"] == panel.max_points
        defaults = one["fieldConfig"]["defaults"]
        assert defaults["noValue"] == panel.empty.of(lang)
        if one["type"] == "timeseries":
            assert one["options"]["legend"]["calcs"] == ["lastNotNull", "mean", "max"]


@pytest.mark.parametrize("board", BOARDS, ids=lambda one: one.uid)
def test_panels_do_not_overlap_and_stay_in_the_grid(board):
    taken = set()
    for one in drawn(board, "zh")["panels"]:
        place = one["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert place["x"] + place["w"] <= 24
        assert not cells & taken
        taken |= cells


@pytest.mark.parametrize(("board", "lang"), EVERY, ids=lambda one: getattr(one, "uid", one))
def test_links_lead_to_boards_of_the_same_language_with_their_period(board, lang):
    made = drawn(board, lang)
    known = {drawn(one, lang)["uid"] for one in BOARDS}
    urls = [one["url"] for one in made.get("links", [])]
    assert all(one["keepTime"] for one in made.get("links", []))
    for panel in panels_of(made):
        for override in panel["fieldConfig"]["overrides"]:
            for one in override["properties"]:
                if one["id"] == "links":
                    assert "${__url_time_range}" in one["value"][0]["url"]
                    urls += [each["url"] for each in one["value"]]
    assert urls
    assert {url.split("?")[0].removeprefix("/d/") for url in urls} <= known


def test_variables_are_asked_again_when_a_board_opens():
    made = drawn(REGION, "en")
    names = [one["name"] for one in made["templating"]["list"]]

    assert names == ["ds", "lang", "region", "profile", "zone"]
    assert made["templating"]["list"][0]["query"] == "postgres"
    assert made["templating"]["list"][1]["query"] == "en"
    assert all(one["refresh"] == 1 for one in made["templating"]["list"][2:])


def test_files_hold_all_boards_and_no_secret(tmp_path):
    written = CliRunner().invoke(app, ["boards", "export", str(tmp_path)])

    assert written.exit_code == 0, written.output
    found = {path for path in tmp_path.rglob("*") if path.is_file()}
    assert len(found) == 2 + 2 * len(BOARDS) == len(list(files(LANGS)))
    source = (tmp_path / "provisioning/datasources/commonwatt.yaml").read_text("utf-8")
    assert "uid: commonwatt" in source
    assert "password: ${COMMONWATT_GRAFANA_DATABASE_PASSWORD}" in source
    provider = (tmp_path / "provisioning/dashboards/commonwatt.yaml").read_text("utf-8")
    assert "allowUiUpdates: false" in provider
    assert "foldersFromFilesStructure: true" in provider
    for path in found:
        if path.suffix == ".json":
            assert path.stem == json.loads(path.read_text("utf-8"))["uid"]


def whole(part):
    """Return what Go makes of JSON: a number without a fraction is written without one."""
    if isinstance(part, dict):
        return {key: whole(value) for key, value in part.items()}
    if isinstance(part, list):
        return [whole(one) for one in part]
    return int(part) if isinstance(part, float) and part == int(part) else part


class Fake(ThreadingHTTPServer):
    """As much of Grafana as publishing asks: folders and dashboards by uid, with its statuses."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.folders: dict[str, dict] = {}
        self.placed: dict[str, str] = {}
        self.dashboards: dict[str, dict] = {}
        self.written = 0
        self.role = "Editor"
        self.meanwhile: dict[str, dict] = {}  # what somebody saves between plan and write


class Handler(BaseHTTPRequestHandler):
    """Answers as Grafana does, numbers what it stores, and keeps its own id and version."""

    server: Fake

    def do_GET(self) -> None:
        self.path = self.path.removeprefix("/below")
        kind, uid = self.path.split("/")[2], self.path.rsplit("/", 1)[1]
        held = self.server.folders if kind == "folders" else self.server.dashboards
        if not self._known():
            return
        if kind.startswith("search"):
            self._say(200, self._tagged(parse_qs(urlsplit(self.path).query)))
            return
        found = held.get(uid)
        if found is None:  # of a folder that is not there an Editor has no right to hear
            self._say(403 if kind == "folders" else 404, {"message": "not found"})
        else:
            self._say(200, found if kind == "folders" else {"dashboard": found, "meta": {}})

    def do_POST(self) -> None:
        self.path = self.path.removeprefix("/below")
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if not self._known():
            return
        if self.path == "/api/folders" and body["uid"] in self.server.folders:
            self._say(412, {"message": "the folder has been changed by someone else"})
        elif self.path == "/api/folders":
            self.server.folders[body["uid"]] = body
            self._say(200, body)
        elif body["folderUid"] not in self.server.folders:
            self._say(400, {"message": "folder not found"})
        elif self._somebody_was_faster(body):
            message = "The dashboard has been changed by someone else"
            self._say(412, {"message": message, "status": "version-mismatch"})
        else:
            board = body["dashboard"]
            before = self.server.dashboards.get(board["uid"], {"version": 0, "id": 7})
            kept = board | {"id": before["id"], "version": before["version"] + 1}
            self.server.dashboards[board["uid"]] = whole(kept)
            self.server.placed[board["uid"]] = body["folderUid"]
            self.server.written += 1
            self._say(200, {"uid": board["uid"], "status": "success", "version": kept["version"]})

    def do_DELETE(self) -> None:
        if self._known():
            uid = self.path.rsplit("/", 1)[1]
            found = self.server.dashboards.pop(uid, None)
            self._say(404 if found is None else 200, {"title": uid})

    def _tagged(self, asked: dict[str, list[str]]) -> list[dict]:
        return [
            {"uid": uid, "folderUid": self.server.placed[uid]}
            for uid, board in self.server.dashboards.items()
            if asked["tag"][0] in board["tags"]
        ]

    def _somebody_was_faster(self, body: dict) -> bool:
        self.server.dashboards |= self.server.meanwhile
        held = self.server.dashboards.get(body["dashboard"]["uid"], {"version": 0})
        return not body["overwrite"] and held["version"] != body["dashboard"]["version"]

    def _known(self) -> bool:
        if self.headers["Authorization"] != f"Bearer {TOKEN}":
            self._say(401, {"message": "Unauthorized"})
            return False
        if self.command != "GET" and self.server.role == "Viewer":
            self._say(403, {"message": "You'll need additional permissions to perform this action"})
            return False
        return True

    def _say(self, status: int, body: dict | list) -> None:
        payload = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=UTF-8")
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture
def grafana() -> Iterator[Fake]:
    """A fake Grafana on a free port."""
    fake = Fake()
    thread = threading.Thread(target=fake.serve_forever)
    thread.start()
    yield fake
    fake.shutdown()
    thread.join()
    fake.server_close()


def publish(grafana, tmp_path, *more, token=TOKEN, path="/"):
    held = tmp_path / "token"
    held.write_text(token + "\n")
    url = f"http://127.0.0.1:{grafana.server_address[1]}{path}"
    command = ["boards", "publish", "--url", url, "--token-file", str(held), *more]
    return CliRunner().invoke(app, command)


def test_publishing_again_changes_nothing(grafana, tmp_path):
    first = publish(grafana, tmp_path)
    again = publish(grafana, tmp_path)

    assert first.exit_code == again.exit_code == 0, first.output
    assert first.output.count("create ") == 2 * len(BOARDS) == grafana.written
    assert again.output.count("same ") == 2 * len(BOARDS)
    assert set(grafana.folders) == {"commonwatt", "commonwatt-en"}
    assert {one["version"] for one in grafana.dashboards.values()} == {1}


def test_a_dry_run_tells_and_does_nothing(grafana, tmp_path):
    told = publish(grafana, tmp_path, "--dry-run")

    assert told.exit_code == 0
    assert "create  commonwatt-region" in told.output
    assert grafana.written == 0
    assert grafana.folders == {}


def test_what_somebody_edited_is_left_alone_unless_forced(grafana, tmp_path):
    publish(grafana, tmp_path, "--lang", "zh")
    edited = grafana.dashboards["commonwatt-region"]
    edited["panels"][1]["title"] = "by hand"
    written = grafana.written

    refused = publish(grafana, tmp_path, "--lang", "zh")
    told = publish(grafana, tmp_path, "--lang", "zh", "--dry-run")
    assert refused.exit_code == told.exit_code == 2
    assert "edited  commonwatt-region" in refused.output
    assert "~ 综合能耗(kgce)" in refused.output
    assert grafana.written == written

    forced = publish(grafana, tmp_path, "--lang", "zh", "--force")
    assert forced.exit_code == 0
    assert grafana.written == written + 1
    assert grafana.dashboards["commonwatt-region"]["panels"][1]["title"] == "综合能耗(kgce)"


def test_an_older_board_of_ours_is_updated(grafana, tmp_path):
    publish(grafana, tmp_path, "--lang", "en")
    older = drawn(REGION, "en") | {"title": "an older title", "version": 1, "id": 7}
    grafana.dashboards[older["uid"]] = publishing.signed(older)

    done = publish(grafana, tmp_path, "--lang", "en")

    assert done.exit_code == 0
    assert "update  commonwatt-region-en" in done.output
    assert "~ title" in done.output
    assert grafana.dashboards[older["uid"]]["title"] == "Region"


def test_untouched_boards_hold_numbers_that_come_back_otherwise(grafana, tmp_path):
    """A 1.0 that Grafana saved is a 1: without such boards the tests above would show nothing."""
    publish(grafana, tmp_path)
    sent = [drawn(one, "zh") for one in BOARDS]

    assert any(text_of(one) != text_of(whole(one)) for one in sent)
    assert publish(grafana, tmp_path, "--dry-run").exit_code == 0


def old_board(grafana, uid="commonwatt-oldest", **more):
    """Put a board there that an earlier version published, and this one has not."""
    board = publishing.signed(drawn(REGION, "zh") | {"uid": uid, "version": 1, "id": 7}) | more
    grafana.dashboards[uid], grafana.placed[uid] = board, "commonwatt"
    return board


def test_a_board_that_a_version_drops_goes(grafana, tmp_path):
    publish(grafana, tmp_path, "--lang", "zh")
    old_board(grafana)

    told = publish(grafana, tmp_path, "--lang", "zh", "--dry-run")
    assert "drop    commonwatt-oldest" in told.output
    assert "commonwatt-oldest" in grafana.dashboards
    done = publish(grafana, tmp_path, "--lang", "zh")
    assert done.exit_code == 0, done.output
    assert "1 that are no longer ours removed" in done.output
    assert set(grafana.dashboards) == {one.uid for one in BOARDS}


def test_a_dropped_board_that_somebody_edited_and_one_of_their_own_stay(grafana, tmp_path):
    publish(grafana, tmp_path, "--lang", "zh")
    old_board(grafana, title="by hand")
    old_board(grafana, "theirs", tags=["commonwatt"])

    refused = publish(grafana, tmp_path, "--lang", "zh")
    assert refused.exit_code == 2
    assert "edited  commonwatt-oldest" in refused.output
    publish(grafana, tmp_path, "--lang", "zh", "--force")
    assert "commonwatt-oldest" not in grafana.dashboards
    assert "theirs" in grafana.dashboards


def test_a_folder_that_this_token_cannot_see_is_not_made_twice(grafana, tmp_path):
    grafana.folders["commonwatt"] = {"uid": "commonwatt"}
    client = ClientGrafana(f"http://127.0.0.1:{grafana.server_address[1]}", TOKEN)

    assert client.folder("commonwatt-en") is None
    client.make_folder("commonwatt", "another title")
    assert grafana.folders["commonwatt"] == {"uid": "commonwatt"}


def test_an_exported_board_that_a_version_drops_goes_with_its_file(tmp_path):
    CliRunner().invoke(app, ["boards", "export", str(tmp_path)])
    folder = tmp_path / "boards" / "CommonWatt"
    (folder / "commonwatt-oldest-en.json").write_text("{}")
    (folder / "theirs.json").write_text("{}")

    CliRunner().invoke(app, ["boards", "export", str(tmp_path)])

    assert not (folder / "commonwatt-oldest-en.json").exists()
    assert (folder / "theirs.json").exists()


def test_a_grafana_below_a_path_is_the_same(grafana, tmp_path):
    for path in ("/below", "/below/"):
        assert publish(grafana, tmp_path, path=path).exit_code == 0
    assert grafana.written == 2 * len(BOARDS)


def test_what_somebody_saved_after_the_plan_is_left_alone(grafana, tmp_path):
    publish(grafana, tmp_path, "--lang", "en")
    older = drawn(REGION, "en") | {"title": "an older title", "version": 1, "id": 7}
    grafana.dashboards[older["uid"]] = publishing.signed(older)
    theirs = older | {"title": "theirs", "version": 2}
    grafana.meanwhile = {older["uid"]: theirs}

    refused = publish(grafana, tmp_path, "--lang", "en")

    assert isinstance(refused.exception, ConflictError)
    assert "changed by someone else" in refused.exception.en
    assert "--dry-run" in refused.exception.next_en
    assert grafana.dashboards[older["uid"]] == theirs


def test_a_wrong_token_and_a_weak_one_are_told_apart_from_a_grafana_that_is_away(grafana, tmp_path):
    wrong = publish(grafana, tmp_path, token="another")
    grafana.role = "Viewer"
    weak = publish(grafana, tmp_path)

    for refused, status in ((wrong, "401"), (weak, "403")):
        assert isinstance(refused.exception, InputError)
        assert status in refused.exception.en
        assert "service account" in refused.exception.next_en
    assert grafana.written == 0


@pytest.mark.parametrize("url", ["grafana.example.org", "ftp://grafana.example.org", ""])
def test_what_is_no_address_is_said(url):
    with pytest.raises(InputError, match="no address of a Grafana"):
        ClientGrafana(url, TOKEN)


def test_a_grafana_that_does_not_answer_is_said_with_its_address():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(UnavailableError, match=url):
        ClientGrafana(url, TOKEN).folder("commonwatt")


@pytest.mark.parametrize("kind", ["text/html", "application/json"])
def test_what_answers_but_is_no_grafana_is_said(kind):
    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(b"<html>a proxy's page</html>")

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            grafana = ClientGrafana(f"http://127.0.0.1:{server.server_address[1]}", TOKEN)
            with pytest.raises(UnavailableError, match="Grafana did not do it"):
                grafana.dashboard("commonwatt-region")
        finally:
            server.shutdown()
            thread.join()


def test_nothing_else_asks_for_the_name_that_the_client_brings():
    folder = Path(__file__).parents[3] / "requirements"
    lists = {one.stem: one.read_text("utf-8") for one in folder.glob("*.txt")}

    assert "\nurllib3-future==" in lists.pop("grafana")
    assert {"run", "assets", "test", "dev", "mutation", "arrow"} == set(lists)
    assert [name for name, text in lists.items() if "\nurllib3" in text] == []
