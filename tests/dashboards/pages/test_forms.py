"""Forms out of declarations: they open, name their fields, say what is missing, and do it once."""

import html
import re
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from actions.access.login import hash_password
from actions.catalogue import declared
from actions.topics import TOPICS
from api import create_app
from dashboards.pages.app import error_page, router
from tests.actions.compact_world import make_union_world
from tests.actions.test_laws_of_actions import objects
from tests.actions.world import TODAY, fill, make_world
from tests.dashboards.pages.conftest import PASSWORD, Site

ACTIONS = declared()
EXCHANGE = {"at": "2016-03-02T10:30", "final": "", "initial": "0", "source": "form 12"}


@pytest.fixture(scope="module")
def site(database_of_module) -> Iterator[Site]:
    """One world for all of these tests; the planner of all administers, and acts for members."""
    world = make_world(database_of_module)
    fill(world)
    make_union_world(world)
    world.admin("UPDATE app_user SET password_hash = %s WHERE id > 1", hash_password(PASSWORD))
    world.admin(
        "INSERT INTO access_grant (viewer, role, scope) VALUES (%s, 'administrator', 'all')",
        f"user:{world.user['planner of all']}",
    )
    for city in ("city 1", "city 2"):  # and acts for both members
        world.admin(
            """INSERT INTO access_grant (viewer, role, scope, region_id)
               VALUES (%s, 'planner', 'region', %s)""",
            f"user:{world.user['planner of all']}", world.region[city],
        )  # fmt: skip
    app = create_app(
        world.pool,
        file_sink=world.sink,
        extra_routers=[router()],
        error_page=error_page,
        today=TODAY,
    )
    yield Site(world, app)
    world.close()


@pytest.fixture(scope="module")
def browsers(site) -> dict[str, TestClient]:
    """Somebody who may do everything, in both languages; one log-in takes a while."""
    return {lang: site.client("planner of all", lang) for lang in ("zh", "en")}


def path_of(site: Site, code: str) -> str:
    thing = ACTIONS[code].about.on
    if thing is None:
        return f"/do/{code}"
    found = objects(site.world, ACTIONS[code])
    on = site.world.user["outsider"] if thing.code == "person" else next(iter(found.values()))
    return f"/do/{code}/{on}"


def hidden(text: str) -> dict[str, list[str]]:
    """Return what the page's form sends without anybody typing."""
    main, found = text.split("<main")[1], {}
    for name, value in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', main):
        found.setdefault(name, []).append(html.unescape(value))
    return found


def fill_in(client: TestClient, path: str, fields: dict[str, str]) -> str:
    """Fill a form in and return its preview."""
    first = client.get(path)
    assert first.status_code == 200, first.text
    check = client.post(path, data=hidden(first.text) | fields | {"step": "preview"})
    assert check.status_code == 200, check.text
    return check.text


def walk(client: TestClient, path: str, fields: dict[str, str]) -> tuple[str, str]:
    """Fill a form in, look, confirm; return the preview and the address that follows."""
    check = fill_in(client, path, fields)
    done = client.post(path, data=hidden(check) | {"step": "do"})
    assert done.status_code == 303, done.text
    return check, done.headers["location"]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("code", sorted(ACTIONS))
def test_a_form_opens_names_its_fields_and_says_what_is_missing(site, browsers, code, lang):
    path, client = path_of(site, code), browsers[lang]

    page = client.get(path)
    assert page.status_code == 200, page.text
    assert len(page.content) < 40_000
    (title,) = re.findall(r"<h1>([^<]+)</h1>", page.text)
    assert html.unescape(title) == ACTIONS[code].about.words.say(lang)
    ids = re.findall(r' id="([^"]+)"', page.text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r' for="([^"]+)"', page.text)) <= set(ids)
    controls = re.findall(
        r'<(?:input|select|textarea)(?![^>]*type="hidden")[^>]* id="([^"]+)"', page.text
    )
    assert set(controls) <= set(re.findall(r' for="([^"]+)"', page.text))

    wrong = client.post(path, data=hidden(page.text))
    if not any(info.is_required() for info in ACTIONS[code].model_fields.values()):
        # Nothing is asked: it goes on, or there is nothing that could be done.
        assert wrong.status_code in (200, 409, 422)
        return
    assert wrong.status_code == 422
    links = re.findall(r'href="#(f-[^"]+)"', wrong.text)
    assert links
    assert set(links) <= set(re.findall(r' id="([^"]+)"', wrong.text))
    assert wrong.text.count('class="wrong"') == len(links)
    assert "script-src 'self'" in wrong.headers["content-security-policy"]


def test_an_exchange_is_previewed_in_its_zone_recorded_and_said(site, browsers):
    channel = site.world.channel["office e"]
    path = f"/do/exchange.record/{channel}"
    check, then = walk(browsers["en"], path, EXCHANGE | {"final": "41"})

    assert "2016-03-02 10:30:00 (Europe/London)" in check
    assert "41.000 → 0.000 kWh" in check
    rows = site.world.admin(
        "SELECT final, initial FROM exchange WHERE channel_id = %s AND known_until IS NULL", channel
    )
    assert rows == [(41_000, 0)]
    page = browsers["en"].get(then)
    assert page.status_code == 200
    assert "Recorded; the use is being computed anew." in page.text
    assert f'href="{path}"' in page.text  # the form is found where the channel is shown


def test_a_confirmation_that_is_sent_twice_records_once(site, browsers):
    channel = site.world.channel["shared e"]
    path, client = f"/do/exchange.record/{channel}", browsers["zh"]
    check = fill_in(client, path, EXCHANGE)

    for _ in range(2):
        done = client.post(path, data=hidden(check) | {"step": "do"})
        assert done.status_code == 303
    rows = site.world.admin("SELECT count(*) FROM exchange WHERE channel_id = %s", channel)
    assert rows == [(1,)]


def test_what_has_changed_since_the_preview_is_previewed_again(site, browsers):
    path = f"/do/exchange.record/{site.world.channel['police e']}"
    client = browsers["en"]
    check = fill_in(client, path, EXCHANGE)
    walk(client, path, EXCHANGE | {"initial": "7", "despite": "true"})

    again = client.post(path, data=hidden(check) | {"step": "do"})
    assert again.status_code == 200
    assert "has just changed" in again.text
    assert "? → 7.000 kWh" in again.text
    assert client.post(path, data=hidden(again.text) | {"step": "do"}).status_code == 303


def test_what_is_refused_stands_beside_its_field_with_what_was_typed(site, browsers):
    path = f"/do/exchange.record/{site.world.channel['office e']}"
    client = browsers["zh"]
    csrf = hidden(client.get(path).text)

    for changed, field in (
        ({"initial": "200000"}, "initial"),
        ({"initial": "a"}, "initial"),
        ({"at": "1999-01-01T00:00"}, "at"),
        ({"at": "0001-01-01T00:00"}, "at"),
        ({"source": "x" * 501}, "source"),
    ):
        page = client.post(path, data=csrf | EXCHANGE | changed)
        assert page.status_code == 422, changed
        assert f'href="#f-{field}"' in page.text
        assert f'id="f-{field}-error"' in page.text
        assert 'value="form 12"' in page.text or field == "source"


def test_going_back_keeps_what_was_filled_in(site, browsers):
    path = f"/do/exchange.record/{site.world.channel['office e']}"
    check = fill_in(browsers["en"], path, EXCHANGE | {"source": 'a "<b>'})

    back = browsers["en"].post(path, data=hidden(check) | {"step": "back"})
    assert back.status_code == 200
    assert "a &#34;&lt;b&gt;" in back.text
    assert 'value="2016-03-02T10:30"' in back.text


def test_a_union_is_founded_out_of_ticked_regions(site, browsers):
    region = site.world.region
    fields = {"name_zh": "双城", "name_en": "Two", "source": "minutes"}
    members = {"members": [str(region["city 1"]), str(region["city 2"])]}

    check, then = walk(browsers["zh"], "/do/union.make", fields | members)
    assert "待答复的成员单位" in check
    assert then.endswith("?done=union.make")
    assert browsers["zh"].get(then).status_code == 200
    made = site.world.admin(
        """SELECT array_agg(region_id ORDER BY region_id) FROM membership
            WHERE union_id = (SELECT max(union_id) FROM membership)"""
    )
    assert made == [(sorted([region["city 1"], region["city 2"]]),)]


def test_a_grant_asks_for_what_its_scope_names_and_for_nothing_else(site, browsers):
    user = site.world.user["of the school"]
    path, client = f"/do/user.grant/{user}", browsers["en"]
    csrf = hidden(client.get(path).text)
    fields = {"role": "officer", "scope": "region"}

    missing = client.post(path, data=csrf | fields)
    assert missing.status_code == 422
    assert 'href="#f-region"' in missing.text
    both = fields | {"region": str(site.world.region["city 1"]), "institution": "1"}
    assert client.post(path, data=csrf | both).status_code == 422
    nowhere = client.post(path, data=csrf | fields | {"region": "99999"})
    assert (nowhere.status_code, "none of the options" in nowhere.text) == (422, True)
    walk(client, path, fields | {"region": str(site.world.region["city 1"])})
    rows = site.world.admin(
        "SELECT role, region_id FROM access_grant WHERE viewer = %s ORDER BY id DESC LIMIT 1",
        f"user:{user}",
    )
    assert rows == [("officer", site.world.region["city 1"])]


def test_a_file_is_checked_then_done_and_wrong_rows_are_kept(site, browsers):
    client, path = browsers["en"], "/do/exchange.record/file"
    csrf = hidden(client.get(path).text)
    clinic, head = site.world.channel["clinic e"], "channel,at,initial,source\n"
    good, bad = f"{clinic},2016-04-01 10:30,0,form\n", f"{clinic},2016-04-01 11:30,x,form\n"
    count = "SELECT count(*) FROM exchange WHERE channel_id = %s"

    def send(text: str, step: str):
        file = {"file": ("a.csv", text.encode(), "text/csv")}
        return client.post(path, data=csrf | {"step": step}, files=file)

    wrong = send(head + good + bad, "do")
    assert wrong.status_code == 422
    assert "Enter a number" in wrong.text
    assert send(head + good + bad, "errors").content[:2] == b"PK"
    assert "1 rows can be done" in send(head + good, "check").text
    assert site.world.admin(count, clinic) == [(0,)]
    assert "Rows that were done: 1." in send(head + good, "do").text
    assert site.world.admin(count, clinic) == [(1,)]
    assert client.get(path, params={"template": "xlsx"}).content[:2] == b"PK"
    assert client.post(path, data=csrf).status_code == 422
    forged = client.post(path, files={"file": ("a.csv", b"x", "text/csv")})
    assert forged.status_code == 403
    assert site.client("city reader").get(path).status_code == 403


def test_after_a_check_the_rows_that_are_right_are_done_with_the_file_that_was_chosen(
    site, browsers
):
    client, path = browsers["en"], "/do/exchange.record/file"
    csrf, clinic = hidden(client.get(path).text), site.world.channel["clinic e"]
    text = "channel,at,initial,source\n"
    text += f"{clinic},2016-04-02 10:30,0,form\n{clinic},2016-04-02 11:30,x,form\n"
    count = "SELECT count(*) FROM exchange WHERE channel_id = %s"
    (before,) = site.world.admin(count, clinic)

    checked = client.post(
        path, data=csrf | {"step": "check"}, files={"file": ("a.csv", text.encode(), "text/csv")}
    )
    assert "Do the 1 rows that are right" in checked.text
    kept = {"upload": hidden(checked.text)["upload"][0]}
    assert client.post(path, data=csrf | kept | {"step": "errors"}).content[:2] == b"PK"
    assert site.world.admin(count, clinic) == [before]
    done = client.post(path, data=csrf | kept | {"step": "do_rest"})
    assert done.status_code == 200
    assert "Rows that were wrong and left out: 1." in done.text
    assert site.world.admin(count, clinic) == [(before[0] + 1,)]


def test_a_form_from_elsewhere_is_refused(site, browsers):
    path = f"/do/exchange.record/{site.world.channel['office e']}"
    csrf = hidden(browsers["en"].get(path).text)

    without = browsers["en"].post(path, data=EXCHANGE)
    forged = browsers["en"].post(path, data=csrf | EXCHANGE, headers={"Origin": "https://evil.cn"})
    null = browsers["en"].post(path, data=csrf | EXCHANGE, headers={"Origin": "null"})
    own = browsers["en"].post(path, data=csrf | EXCHANGE, headers={"Origin": "http://testserver"})
    assert [one.status_code for one in (without, forged, null, own)] == [403, 403, 403, 200]
    assert site.client().post(path, data=csrf | EXCHANGE).status_code == 401


def test_what_somebody_may_do_is_listed_and_led_to(site, browsers):
    all_of_it = browsers["en"].get("/do").text
    assert {f"/do/{code}" for code in ACTIONS} <= set(re.findall(r'href="([^"?]+)"', all_of_it))
    reader = site.client("city reader", "en")
    assert "Your role only looks." in reader.get("/do").text
    assert reader.get(path_of(site, "exchange.record")).status_code == 403
    page = reader.get(site.path("office"), params={"curve": site.world.channel["office e"]})
    assert "/do/exchange.record" not in page.text
    assert site.client("outsider").get(path_of(site, "exchange.record")).status_code == 404

    chosen = browsers["en"].get("/do/user.grant", params={"on": site.world.user["outsider"]})
    assert chosen.headers["location"] == path_of(site, "user.grant")


def test_what_may_be_done_to_an_institution_stands_under_what_it_is_about(site, browsers):
    headings = {
        lang: re.findall(r"<section><h3>([^<]+)</h3><ul><li><a href=\"/do/", page.text)
        for lang in ("zh", "en")
        for page in [browsers[lang].get(site.path("office"))]
    }
    assert len(headings["zh"]) == len(headings["en"]) == len(set(headings["en"])) >= 4
    assert {one.say("zh") for one in TOPICS.values()} >= set(headings["zh"])
    assert {one.say("en") for one in TOPICS.values()} >= set(headings["en"])

    body = browsers["en"].get(site.path("office")).text
    bills = body[body.index("<h3>Bills and typed figures</h3>") :].split("</section>")[0]
    office = site.world.institution["office"]
    assert f'href="/do/delivery.record/{office}"' in bills
    assert f'href="/do/institution.close/{office}"' not in bills


def test_each_topic_is_of_some_action():
    assert set(TOPICS) <= {one.about.tag for one in ACTIONS.values()}
