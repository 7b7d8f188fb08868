"""Who gets in: nobody without a session, no socket of another origin; scripts need their nonce."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal

from actions.compact.standing import stand
from actions.readings.exchanges import record_exchange

SOCKET = "/_nicegui_ws/socket.io/?EIO=4&transport=polling"


def test_nobody_enters_without_a_session_and_no_socket_from_elsewhere(served):
    stranger = served.client()
    sent = stranger.get("/unions/1?lang=en")
    assert sent.status_code == 303
    assert sent.headers["location"] == "/login?next=%2Funions%2F1%3Flang%3Den"
    assert stranger.post("/anything").status_code == 401
    own = {"Origin": served.url}
    assert stranger.get(SOCKET, headers=own).status_code == 303

    planner = served.client("planner of all")
    assert planner.get(SOCKET, headers=own).status_code == 200
    assert planner.get(SOCKET, headers={"Origin": "http://elsewhere.example"}).status_code == 403
    assert planner.get(SOCKET).status_code == 403


def test_a_page_runs_its_own_scripts_alone_and_remembers_the_language(served):
    answer = served.client("planner of all").get("/?lang=en")

    policy = answer.headers["content-security-policy"]
    (nonce,) = re.findall(r"script-src 'self' 'nonce-([\w-]+)' 'unsafe-eval';", policy)
    scripts = re.findall(r"<script[^>]*>", answer.text)
    assert len(scripts) > 2
    assert all(f'nonce="{nonce}"' in one for one in scripts)
    assert "cw_lang=en" in answer.headers["set-cookie"]
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["cache-control"] == "no-store"
    again = served.client("planner of all").get("/")
    assert nonce not in again.headers["content-security-policy"]


def test_the_tables_of_people_and_exchanges_lead_to_files_with_count_and_time(served):
    admin = served.client("outsider")
    page = admin.get("/people?lang=en").text
    assert re.search(r"Export \d+ rows, as of \d{4}-\d\d-\d\d \d\d:\d\dZ", page)
    for form in ("csv", "xlsx"):
        assert f"/api/v1/people?format={form}" in page

    office = served.union.world.institution["office"]
    record_exchange(
        served.union.world.desk(), served.union.world.channel["office e"],
        datetime(2016, 3, 1, 12, 30, tzinfo=UTC), final=None, initial=Decimal(0), source="form 12",
        despite=True,
    )  # fmt: skip
    page = served.client("of the office").get(f"/exchanges?institution={office}&lang=en").text
    assert "form 12" in page
    assert re.search(r"Export 1 rows, as of", page)
    assert f"/api/v1/institutions/{office}/exchanges?format=csv" in page


def test_whoever_does_not_plan_is_offered_no_form(served):
    of = f"/unions/{served.union.union}"
    assert "设定目标" in served.client("planner of all").get(of).text
    reader = served.client("union reader").get(of)
    assert "双城联合体" in reader.text
    assert "设定目标" not in reader.text
    stranger = served.client("of the school").get("/unions/999")
    assert "没有此区域联合体" in stranger.text


def test_what_is_withheld_is_said_in_words_and_not_drawn_as_a_dash(served):
    """The union's planner does not see the police, which alone is left of its city's sums."""
    union = served.union
    run = union.issued()
    stand(union.world.desk("planner of all"), union.union, date(2016, 3, 31))
    words = {"zh": "不予显示:会推算出受限机构",
             "en": "withheld: it would tell of a restricted institution"}  # fmt: skip
    for lang, said in words.items():
        for path in (f"/runs/{run}", f"/unions/{union.union}", f"/targets/{union.target}"):
            page = served.client("union planner").get(f"{path}?lang={lang}").text
            assert said in page, path
            assert words["en" if lang == "zh" else "zh"] not in page
            whole = served.client("planner of all").get(f"{path}?lang={lang}").text
            assert said not in whole, path
