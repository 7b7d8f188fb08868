"""Boards as pages: what the form chooses, whose figures they are, and how often they are asked."""

import csv
import html
import io
import json
import re
import threading

import pytest

from actions.accounts.overview import year_of
from dashboards.boards.catalogue import BOARDS
from dashboards.pages.answers import Answers, forget_old
from dashboards.pages.viewer import CSP
from tests.dashboards.boards.conftest import make_union

MARCH = {"from": "2016-03-01", "to": "2016-03-31"}


def figures(client, uid, **query):
    answer = client.get(f"/boards/{uid}/data", params={**MARCH, **query})
    assert answer.status_code == 200, answer.text
    return answer.json()["panels"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_board_is_a_page_in_both_languages_under_the_policy(site, lang):
    client = site.client("planner of all", lang)
    assert "/boards" in client.get("/").text
    for path in ["/boards", *(f"/boards/{board.uid}" for board in BOARDS)]:
        answer = client.get(path)

        assert answer.status_code == 200
        assert answer.headers["content-security-policy"] == CSP
        assert not re.search(r"<style|\sstyle=|\son\w+=", answer.text)
        if lang == "en":
            menu = answer.text.replace("CommonWatt 协能", "").replace(">中文<", "><")
            assert not re.search(r"[\u4e00-\u9fff]", menu), path
    for board in BOARDS:
        assert board.title.of(lang) in client.get("/boards").text


def test_every_panel_answers_and_none_fails(site):
    client = site.client("planner of all", "en")
    for board in BOARDS:
        drawn = figures(client, board.uid, **{"var-institution": site.world.institution["office"]})

        assert set(drawn) == {str(panel.id) for panel in board.panels()}
        assert [one for one in drawn.values() if "error" in one] == []


def test_figures_are_those_of_the_accounts(site):
    client = site.client("planner of all", "en")
    office = site.world.institution["office"]
    year = year_of(site.world.actor("planner of all"), office)
    known = [one.kgce_g for one in year.accounts if one.kgce_g is not None]
    drawn = figures(client, "commonwatt-institution", **{"var-institution": office})

    grams = sum(known)
    assert len(known) == 2
    assert drawn["1"]["value"] == pytest.approx(grams / 1000)
    assert drawn["3"]["value"] == pytest.approx(grams / 1000 / 1234.5)
    assert drawn["4"]["value"] == pytest.approx(grams / 1000 / 80)


def test_missing_area_and_persons_stay_missing(site):
    school = site.world.institution["school"]
    drawn = figures(
        site.client("planner of all", "en"), "commonwatt-institution", **{"var-institution": school}
    )

    assert drawn["1"]["value"] > 0
    assert drawn["3"]["value"] is None
    assert drawn["4"]["value"] is None


def test_the_gap_is_estimated_and_not_measured(site):
    office = site.world.institution["office"]
    client = site.client("planner of all", "en")
    query = {"var-institution": office, "from": "2016-03-01", "to": "2016-03-03"}
    (measured, estimated) = figures(client, "commonwatt-institution", **query)["9"]["series"]

    assert measured["name"] == "measured"
    assert [value is None for value in measured["values"][30:54]] == [True] * 24
    assert all(value is not None for value in estimated["values"][30:54])
    assert measured["values"][:3] == [1.0, 1.01, 1.02]


def test_a_union_shows_its_path_its_members_and_who_is_beyond_it(site):
    make_union(site.world)
    drawn = figures(site.client("planner of all", "en"), "commonwatt-union")

    assert drawn["1"]["value"] == pytest.approx(0.05)
    assert drawn["2"]["value"] == pytest.approx(1.9)
    assert drawn["3"]["value"] == pytest.approx(900 / 1900)
    assert drawn["4"]["value"] == pytest.approx(1.5)
    quota, used, base = drawn["5"]["series"]
    assert quota["values"] == [0.95]
    assert base["values"] == [1.0]
    assert used["values"][0] > 0
    progress = ["Demo province", "2016", 1.9, 0.6, 0.9, 1.5, 0.9, 4, "9 / 12"]
    assert drawn["6"]["rows"][0]["cells"] == progress
    assert drawn["7"]["rows"][0]["cells"] == ["Demo office", "2016", 0.3, 1.5]
    own = figures(
        site.client("of the office", "en"),
        "commonwatt-institution",
        **{"var-institution": site.world.institution["office"]},
    )
    assert own["11"]["value"] == pytest.approx(900 / 1900)
    assert own["13"]["series"][0]["values"] == [0.95]


def test_without_a_quota_nothing_is_claimed(site):
    drawn = figures(site.client("planner of all", "en"), "commonwatt-union")

    assert [drawn[key]["value"] for key in "1234"] == [None] * 4
    assert drawn["6"]["rows"] == []


def test_a_reader_gets_its_own_figures_and_no_other(site):
    office = site.world.institution["office"]
    asked = {"var-institution": office}
    mine = figures(site.client("of the office", "en"), "commonwatt-institution", **asked)
    others = figures(site.client("of the school", "en"), "commonwatt-institution", **asked)

    assert mine["1"]["value"] > 0
    assert others["1"]["value"] is None
    assert others["10"]["rows"] == []
    page = site.client("of the school", "en").get("/boards/commonwatt-institution").text
    assert "Demo school" in page
    assert "Demo office" not in page


def test_a_stranger_is_sent_to_the_log_in(site):
    client = site.client()

    assert client.get("/boards").headers["location"].startswith("/login")
    assert client.get("/boards/commonwatt-region").status_code == 303
    assert client.get("/boards/commonwatt-region/data").status_code in (303, 401)
    assert site.client("planner of all").get("/boards/none").status_code == 404


@pytest.mark.parametrize(
    "evil", ["1'; DROP TABLE account; --", "1 OR 1=1", "$region", "''", "x" * 99]
)
def test_a_value_that_may_not_be_said_changes_nothing(site, evil):
    client = site.client("planner of all", "en")
    plain = figures(client, "commonwatt-region")

    assert figures(client, "commonwatt-region", **{"var-region": evil, "var-zone": evil}) == plain


@pytest.mark.parametrize(("lang", "said"), [("en", "is shown instead"), ("zh", "以下显示")])
def test_what_is_not_there_is_never_another_object_in_silence(site, lang, said):
    """Another's id shows nothing under its own number; what is no id at all is told."""
    client, clinic = site.client("of the school", lang), site.world.institution["clinic"]
    asked = {"var-institution": clinic}
    chosen = client.get("/boards/commonwatt-institution", params=asked).text
    assert re.search(rf"<option[^>]*selected[^>]*>{clinic} ·", html.unescape(chosen))
    assert "Demo school" not in re.findall(r"<option[^>]*selected[^>]*>([^<]*)", chosen)
    assert figures(client, "commonwatt-institution", **asked)["1"]["value"] is None

    for name in ("region", "profile"):
        page = client.get("/boards/commonwatt-region", params={f"var-{name}": "no such"}).text
        assert said in html.unescape(page), name


def test_a_period_that_makes_no_sense_is_refused_with_the_next_step(site):
    answer = site.client("planner of all", "en").get(
        "/boards/commonwatt-region", params={"from": "soon"}
    )

    assert answer.status_code == 422
    assert "Use months such as 2025-01" in html.unescape(answer.text)


def test_a_row_leads_one_step_down_with_its_period(site):
    rows = figures(site.client("planner of all", "en"), "commonwatt-region")["10"]["rows"]
    link = rows[0]["links"]["0"]

    assert link.startswith("/boards/commonwatt-institution?")
    assert "var-institution=" in link
    assert "from=2016-03-01" in link


def test_a_panel_is_a_file_for_spreadsheets(site):
    answer = site.client("planner of all", "en").get(
        "/boards/commonwatt-region/10.csv", params=MARCH
    )
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))

    assert rows[0] == ["Id", "Institution", "Energy", "Floor area", "Energy per area", "Coverage"]
    assert "Demo office" in [row[1] for row in rows]


def test_viewers_of_equal_rights_share_one_answer_and_others_do_not(site):
    asked: list[str] = []
    kept = Answers()
    whole = kept.get

    def counted(key, ask, *rest):
        return whole(key, lambda: (asked.append(str(key)), ask())[1], *rest)

    kept.get = counted
    site.app.state.board_answers = kept
    first = figures(site.client("city reader", "en"), "commonwatt-region")
    once = len(asked)
    site.world.admin(
        """INSERT INTO access_grant (viewer, role, scope, region_id, valid_from)
           VALUES (%s, 'reader', 'region', %s, '2015-01-01')""",
        f"user:{site.world.user['outsider']}", site.world.region["city 1"],
    )  # fmt: skip
    same = figures(site.client("outsider", "en"), "commonwatt-region")

    assert same == first
    assert len(asked) == once
    assert figures(site.client("planner of all", "en"), "commonwatt-region") != first
    assert len(asked) > once


def test_who_asks_meanwhile_waits_for_the_same_answer():
    now, asked, inside, go = [0.0], [], threading.Event(), threading.Event()
    answers = Answers(keep_s=10, most=2, clock=lambda: now[0])

    def slow():
        asked.append(1)
        inside.set()
        go.wait(5)
        return len(asked)

    got: list[int] = []
    threads = [threading.Thread(target=lambda: got.append(answers.get("k", slow))) for _ in "abc"]
    threads[0].start()
    inside.wait(5)
    for one in threads[1:]:
        one.start()
    go.set()
    for one in threads:
        one.join(5)

    assert got == [1, 1, 1]
    now[0] = 11
    assert answers.get("k", slow) == 2


def test_a_failed_answer_is_not_kept_and_old_ones_make_room():
    answers = Answers(most=2)

    def fails():
        raise ValueError("away")

    with pytest.raises(ValueError, match="away"):
        answers.get("k", fails)
    assert answers.get("k", lambda: 1) == 1
    assert [answers.get(key, lambda: 2) for key in "ab"] == [2, 2]
    assert answers.get("k", lambda: 3) == 3


def test_what_is_too_old_or_too_long_is_let_go():
    now = [0.0]
    answers = Answers(keep_s=10, clock=lambda: now[0])

    assert answers.get("long", lambda: 1, lambda _: False) == 1
    assert answers.get("long", lambda: 2, lambda _: False) == 2
    assert answers.get("a", lambda: 1) == answers.get("a", lambda: 2) == 1
    now[0] = 5
    answers.get("b", lambda: 1)
    assert len(answers) == 2
    now[0] = 11
    answers.get("c", lambda: 1)
    assert len(answers) == 2
    assert answers.get("b", lambda: 2) == 1
    now[0] = 30
    forget_old()
    assert len(answers) == 0


def test_an_institution_leads_to_its_boards(site):
    page = html.unescape(site.client("planner of all", "en").get(site.path("office")).text)

    for uid in ("institution", "building", "comparison"):
        office = site.world.institution["office"]
        assert re.search(rf'/boards/commonwatt-{uid}\?[^"]*var-institution={office}\b', page)
    city = site.world.region["city 1"]  # not the province, which a reader of all would begin with
    assert re.search(rf'/boards/commonwatt-comparison\?[^"]*var-region={city}\b', page)
    client = site.client("planner of all", "en")
    (link,) = re.findall(r'href="(/boards/commonwatt-comparison[^"]*)"', page)
    assert "Demo city 1" in re.findall(r"<option[^>]*selected[^>]*>([^<]*)", client.get(link).text)


def test_what_the_browser_draws_by_is_there_for_every_panel(site):
    page = site.client("planner of all", "zh").get("/boards/commonwatt-building").text
    specs = [json.loads(html.unescape(one)) for one in re.findall(r'data-spec="([^"]+)"', page)]

    assert len(specs) == 10
    assert {one["kind"] for one in specs} == {"stat", "bars", "lines", "categories", "heatmap"}
    assert "最大负荷（kW）" in page
