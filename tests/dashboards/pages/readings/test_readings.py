"""Pages of readings: what was said and the way back, what is odd and the form that settles it."""

import html
import io
import re
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from xml.etree import ElementTree

import pytest
import xlsxwriter
from starlette.testclient import TestClient

from actions.access.login import hash_password
from actions.doing import carry_out
from actions.readings.gateways import opens
from actions.readings.revoke_gateway import RevokeGateway
from api import create_app
from collector.codecs import native
from collector.intake import take_in
from dashboards.pages.app import error_page, router
from metering.messages import Message
from storage.readings.store import Store
from tests.actions import examples_of_readings as readings
from tests.actions.world import GATEWAY, HOUR_MS, START_MS, TODAY, fill, make_world
from tests.dashboards.pages.conftest import PASSWORD, Site
from tests.dashboards.pages.test_forms import fill_in, hidden, walk
from tests.sheets import cells_of

OFFICER = "of the office"
REGIONS = """\
code,kind,name_zh,name_en,parent_code
990300,city,演示三市,Demo city three,990000
"""
INSTITUTIONS = """\
code,name_zh,name_en,credit_code,class_code,department_line,level,region_code,area_m2,persons,valid_from
office-1,示范机关,Demo Office,,GOV,government,city,990300,1234.5,,2025-01-01
"""
CHANNELS = """\
institution,meter,channel,carrier,kind,unit,period_s,max_per_hour,wraps_at,zone,since,gateway,key,name_zh,name_en
office-1,m1,e,electricity,register,kWh,900,250.5,100000,Asia/Shanghai,2025-03-01T00:00+08:00,demo-x/g1,m1.e,总表,Main
"""


@pytest.fixture(scope="module")
def site(database_of_module) -> Iterator[Site]:
    """One world for all of these tests; the planner of all administers, too."""
    world = make_world(database_of_module)
    fill(world)
    world.admin("UPDATE app_user SET password_hash = %s WHERE id > 1", hash_password(PASSWORD))
    world.admin(
        "INSERT INTO access_grant (viewer, role, scope) VALUES (%s, 'administrator', 'all')",
        f"user:{world.user['planner of all']}",
    )
    app = create_app(
        world.pool,
        extra_routers=[router()],
        error_page=error_page,
        file_sink=world.sink,
        today=TODAY,
    )
    with closing(world):
        yield Site(world, app)


@pytest.fixture(scope="module")
def of(site) -> dict[str, TestClient]:
    """Browsers of those who look here; one log-in takes a while."""
    people = ("planner of all", OFFICER, "city reader", "outsider", "province officer")
    return {who: site.client(who, "en") for who in people}


def links(text: str) -> set[str]:
    return {html.unescape(one) for one in re.findall(r'href="([^"]+)"', text)}


# -- corrections ------------------------------------------------------------------------------


def test_what_was_said_of_a_channel_is_listed_with_who_and_why_and_taken_back(site, of):
    channel = readings.steady(site.world)
    path = f"/channels/{channel}/corrections"
    client = of["planner of all"]
    empty = client.get(path)
    assert "Nobody has corrected anything" in empty.text
    fields = {"at": "2016-03-01T01:00", "reason": "misread"}
    _, then = walk(client, f"/do/reading.void/{channel}", fields)
    after = links(client.get(then).text)
    assert path in after
    (offered,) = (one for one in after if one.startswith("/do/correction.undo/") and "?" in one)
    assert offered.endswith("?reason=by+mistake")  # in the reader's language alone

    page = client.get(path)
    assert "misread" in page.text
    assert "planner of all" in page.text
    assert "2016-03-01 01:00" in page.text
    (undo,) = (one for one in links(page.text) if one.startswith("/do/correction.undo/"))
    check, back = walk(client, undo, {"reason": "it was right"})
    assert "taken back" in check
    page = client.get(back)
    assert "taken back" in page.text
    assert not [one for one in links(page.text) if one.startswith("/do/correction.undo/")]


def test_an_actor_is_a_name_with_the_login_where_two_share_it(site, of):
    world, channel = site.world, site.world.channel["office e"]
    readings.correction_of(world, channel)
    path = f"/channels/{channel}/corrections"
    ((number,),) = world.admin(
        "SELECT DISTINCT substr(known_by, 6)::integer FROM amendment WHERE channel_id = %s", channel
    )
    ((login, name),) = world.admin("SELECT login, name FROM app_user WHERE id = %s", number)

    page = of["city reader"].get(path).text  # who may list nobody but themselves
    assert f"{name}<br>" in page
    assert f"user:{number}" not in page
    world.admin("INSERT INTO app_user (login, name) VALUES ('another', %s)", name)
    assert f"{name} ({login})<br>" in of["city reader"].get(path).text
    world.admin("DELETE FROM app_user WHERE login = 'another'")
    told = of["city reader"].get(site.path("office", "/accounts/electricity/2016-03")).text
    assert f"user:{number}" not in told


def test_who_looks_sees_no_way_back_and_who_does_not_see_it_finds_nothing(site, of):
    channel = site.world.channel["office e"]
    number = readings.correction_of(site.world, channel)
    path = f"/channels/{channel}/corrections"

    assert f"/do/correction.undo/{number}" in links(of[OFFICER].get(path).text)
    reader = of["city reader"].get(path)
    assert reader.status_code == 200
    assert "/do/" not in reader.text.split("<main")[1]
    assert of["outsider"].get(path).status_code == 404
    assert of["outsider"].get(f"/do/correction.undo/{number}").status_code == 404
    assert of["city reader"].get(f"/do/correction.undo/{number}").status_code == 403
    assert site.client().get(path).headers["location"].startswith("/login")


# -- what is odd, and what settles it ---------------------------------------------------------


def test_beside_each_outlier_stands_the_form_that_settles_it_with_its_time(site, of):
    channel = readings.misread(site.world)
    site.world.work()
    name = next(key for key, one in site.world.channel.items() if one == channel)
    of_it = site.world.institution[name.removesuffix(" e")]
    client = of["planner of all"]
    page = client.get(f"/institutions/{of_it}", params={"curve": channel, "day": "2016-03-01"})
    explained = client.get(f"/institutions/{of_it}/accounts/electricity/2016-03")
    form = f"/do/judgement.confirm/{channel}?at=2016-03-01T06%3A00%3A00%2B00%3A00"

    for text in (page.text, explained.text):
        assert form in links(text)
        assert form.replace("confirm", "dismiss") in links(text)
    opened = client.get(form)
    assert re.search(r'name="at" value="2016-03-01T06:00', opened.text)
    check, then = walk(client, form, {"at": "2016-03-01T06:00", "reason": "misread"})
    assert "16.000 kWh" in check
    assert client.get(then).status_code == 200
    assert site.world.admin(
        "SELECT kind FROM amendment WHERE channel_id = %s", channel
    ) == [("void",)]  # fmt: skip


def test_an_unknown_step_and_a_gap_lead_to_their_forms_and_a_reader_sees_none(site, of):
    channel = readings.leapt(site.world)
    site.world.work()
    name = next(key for key, one in site.world.channel.items() if one == channel)
    path = f"/institutions/{site.world.institution[name.removesuffix(' e')]}"
    shown = {"curve": channel, "day": "2016-03-01"}
    at = "at=2016-03-01T08%3A00%3A00%2B00%3A00"
    client = of["planner of all"]

    assert f"/do/judgement.use/{channel}?{at}" in links(client.get(path, params=shown).text)
    office = site.path("office")
    gap = client.get(office, params={"curve": site.world.channel["office e"], "day": "2016-03-02"})
    assert "/imports/readings" in links(gap.text)
    reader = of["city reader"].get(path, params=shown)
    assert "more than the connection can carry" in reader.text
    assert f"/do/judgement.use/{channel}" not in reader.text


# -- exchanges --------------------------------------------------------------------------------


def test_an_exchange_is_reached_by_institution_then_register_and_withdrawn(site, of):
    channel = readings.exchanged(site.world)
    name = next(key for key, one in site.world.channel.items() if one == channel)
    institution = site.world.institution[name.removesuffix(" e")]
    client = of["planner of all"]

    found = client.get("/exchanges", params={"search": f"Demo {name.removesuffix(' e')}"})
    assert f"/exchanges?institution={institution}" in found.text
    page = client.get("/exchanges", params={"institution": institution})
    assert f"/do/exchange.record/{channel}" in links(page.text)
    assert "116.000 kWh" in page.text
    (withdraw,) = (one for one in links(page.text) if one.startswith("/do/exchange.withdraw/"))
    fields = {"at": "2016-03-01T01:30", "reason": "the other meter"}
    check, _ = walk(client, withdraw, fields)
    assert "withdrawn" in check
    after = client.get("/exchanges", params={"institution": institution})
    assert "None is known." in after.text


def test_exchanges_of_who_only_looks_and_of_nobody(site, of):
    office = {"institution": site.world.institution["office"]}
    reader = of["city reader"].get("/exchanges", params=office)
    assert "You may look" in reader.text
    assert "/do/exchange" not in reader.text.split("<main")[1]
    nobody = of["city reader"].get("/exchanges", params={"search": "no such name"})
    assert "No institution matches." in nobody.text
    assert of["outsider"].get("/exchanges", params=office).status_code == 404
    assert "You see no institution yet." in of["outsider"].get("/exchanges").text


# -- gateways, rejects, what is set aside -----------------------------------------------------


def test_gateways_that_are_silent_come_first(site, of):
    site.world.admin("INSERT INTO gateway (name) VALUES ('demo-a/zz mute')")
    site.world.admin(
        """INSERT INTO gateway_clock (gateway_id, newest_at, ahead_ms, heard_at)
           SELECT id, now(), -7200000, now() FROM gateway WHERE name = 'demo-a/g2'
           ON CONFLICT (gateway_id) DO UPDATE SET ahead_ms = -7200000, heard_at = now()"""
    )
    site.world.admin(
        """INSERT INTO gateway_seen (gateway_id, seen_at, every_s, ahead_ms)
           SELECT gateway_id, now(), '{60,60,60,60,60}', array_fill(-10800000, '{5}')
             FROM gateway_clock
            WHERE gateway_id = (SELECT id FROM gateway WHERE name = 'demo-a/g2')
           ON CONFLICT (gateway_id) DO UPDATE SET seen_at = now(), every_s = EXCLUDED.every_s,
                ahead_ms = EXCLUDED.ahead_ms"""
    )
    page = of["planner of all"].get("/gateways")
    names = re.findall(r'<th scope="row"><a [^>]+>(demo-a/[^<]+)</a>', page.text)
    assert names[-1] == "demo-a/g2"
    assert "demo-a/zz mute" in names
    assert "3 h behind" in page.text  # its channels' period is an hour
    only = of["planner of all"].get("/gateways", params={"search": "zz"})
    assert only.text.count('<th scope="row">') == 1
    none = of["planner of all"].get("/gateways", params={"search": "nowhere"})
    assert "No gateway matches." in none.text
    assert "There is no gateway that you may see." in of["outsider"].get("/gateways").text


def test_a_key_is_shown_once_and_kept_nowhere(site, of):
    number, client = readings.gateway(site.world), of["planner of all"]
    form = f"/do/gateway.key/{number}"
    page = f"/gateways/{number}"
    assert page in links(client.get("/gateways").text)
    assert form in links(client.get(page).text)
    assert form not in of[OFFICER].get(page).text
    assert of[OFFICER].get(form).status_code == 403

    check = fill_in(client, form, {"reason": "new"})
    shown = client.post(form, data=hidden(check) | {"step": "do"})
    (key,) = set(re.findall(r"[\w-]{43}", shown.text.split("<main")[1]))
    assert opens(site.world.pool, GATEWAY, key)
    (drawn,) = re.findall(r"<svg.*?</svg>", shown.text)
    assert {one.tag.split("}")[-1] for one in ElementTree.fromstring(drawn).iter()} == {
        "svg",
        "path",
    }
    assert "style=" not in drawn
    assert f"password={key}" in shown.text
    assert shown.headers["cache-control"] == "no-store"
    again = client.post(form, data=hidden(check) | {"step": "do"})
    assert key not in again.text
    assert "<svg" not in again.text.split("<main")[1]
    for table in ("audit_entry", "answered", "gateway"):
        assert key not in str(site.world.admin(f"SELECT t::text FROM {table} t"))


def test_a_gateways_page_shows_what_came_until_the_first_reading_is_stored(site, of):
    client, world = of["planner of all"], site.world
    assert "/do/gateway.register" in links(client.get("/gateways").text)
    check = fill_in(client, "/do/gateway.register", {"name": "demo-a/page-1"})
    shown = client.post("/do/gateway.register", data=hidden(check) | {"step": "do"})
    assert "mosquitto_pub" in shown.text
    page = next(one for one in links(shown.text) if one.startswith("/gateways/")).split("?")[0]
    number = int(page.rsplit("/", 1)[1])
    live = f"{page}/heard"
    assert f'data-live="{live}"' in client.get(page).text
    assert '<noscript><meta http-equiv="refresh"' in client.get(page).text
    assert "Nothing has come yet" in client.get(live).text

    sink = Store(world.database.url("collector"), "main")
    at_ms = int(time.time() * 1000)
    for seq, key in ((1, "<b>no key</b>"), (2, "e")):
        payload = native.encode_one(seq, key, at_ms - 1000, 5.0 + seq)
        message = Message("cw/v1/demo-a/page-1/data", "demo-a/page-1", payload, at_ms + seq)
        take_in([message], native.decode, sink)
        if seq == 1:
            readings.bind(world, "demo-a/page-1", "e", readings.steady(world))
        text = client.get(live).text
        assert ("reading.unknown_key" in text, "<b>" in text) == (True, False)
        assert ("Readings are stored: e = 7" in text) == (seq == 2)
    take_in([Message("t", "demo-a/page-1", b"\xff\x00", at_ms)], native.decode, sink)
    sink.close()
    text = client.get(page).text
    assert "ff 00" in text
    assert "online" in text
    assert "66.7%" in text  # two of three were refused
    assert "PASSWORD" in text
    carry_out(world.actor(), RevokeGateway(reason="lost"), number)
    assert "revoked" in client.get(page).text
    assert "data-live" in client.get(page).text

    seen = f"/gateways/{readings.gateway(world)}"
    officer = of[OFFICER].get(seen)
    assert officer.status_code == 200
    for hidden_part in ("data-live", "PASSWORD", "/do/gateway."):
        assert hidden_part not in officer.text
    for address in (seen, f"{seen}/heard"):
        assert of["outsider"].get(address).status_code == 404


def test_rejects_are_filtered_looked_into_and_shifted(site, of):
    number = readings.refused(site.world, ahead_h=8)
    (name,) = site.world.admin("SELECT name FROM gateway WHERE id = %s", number)[0]
    client = of["planner of all"]

    everything = client.get("/rejects").text
    assert name in everything
    assert client.get("/rejects", params={"reason": "clock.behind"}).text.count(name) == 2
    page = client.get("/rejects", params={"gateway": name, "reason": "clock.ahead"})
    (shift,) = (one for one in links(page.text) if one.startswith("/do/rejected.shift/"))
    assert shift == f"/do/rejected.shift/{number}?shift=-8h"
    (one, *_) = sorted(each for each in links(page.text) if re.match(r"/rejects/\d+$", each))
    detail = client.get(one)
    assert "clock.ahead" in detail.text
    assert html.escape('"channel"') in detail.text or "&#34;" in detail.text
    check, then = walk(client, shift, {"shift": "-8h"})
    assert "-8h" in check
    assert "Nothing that was refused waits." in client.get(then).text
    entries = site.world.admin(
        "SELECT actor, detail->>'gateway' FROM audit_entry WHERE act = 'rejected.shift'"
    )
    assert (f"user:{site.world.user['planner of all']}", name) in entries
    assert client.get(one).status_code == 404


def test_what_was_refused_for_its_key_is_taken_again_by_its_form(site, of):
    number = readings.refused(site.world)
    (name,) = site.world.admin("SELECT name FROM gateway WHERE id = %s", number)[0]
    client = of["planner of all"]
    page = client.get("/rejects", params={"gateway": name})
    assert f"/do/rejected.replay/{number}" in links(page.text)
    assert not [one for one in links(page.text) if one.startswith("/do/rejected.shift/")]

    before = site.world.admin("SELECT count(*) FROM reading")[0][0]
    check, _ = walk(client, f"/do/rejected.replay/{number}", {"reason": "bound"})
    assert "Messages that are taken" in check
    assert site.world.admin("SELECT count(*) FROM reading")[0][0] == before + 2
    form = f"/do/rejected.replay/{number}"
    again = client.post(form, data=hidden(client.get(form).text) | {"reason": "x"})
    assert (again.status_code, "Nothing that was refused" in again.text) == (422, True)


def test_a_gateway_whose_keys_nobody_bound_yet_leads_to_where_they_are_bound(site, of):
    name = "demo-x/g-new"
    site.world.admin("INSERT INTO gateway (name) VALUES (%s)", name)
    payload = native.encode_one(1, "new meter", START_MS, 1.0)
    message = Message(f"cw/v1/{name}/data", name, payload, START_MS + HOUR_MS)
    assert take_in([message], native.decode, site.world.sink).rejected

    page = of["planner of all"].get("/rejects", params={"gateway": name})
    assert "/unbound-keys?gateway=demo-x%2Fg-new" in links(page.text)
    assert not [one for one in links(page.text) if one.startswith("/do/rejected.")]
    site.world.admin("DELETE FROM rejected_message WHERE topic = %s", f"cw/v1/{name}/data")


def test_an_error_keeps_the_navigation_of_whoever_is_logged_in(site, of):
    lost = of[OFFICER].get("/institutions/99999")
    assert lost.status_code == 404
    assert 'href="/unions"' in lost.text.split("<main")[0]
    assert 'action="/logout"' in lost.text
    stranger = TestClient(of[OFFICER].app, headers={"Accept": "text/html"}).get("/nowhere")
    assert stranger.status_code == 404
    assert 'href="/unions"' not in stranger.text


def test_who_only_looks_settles_nothing_that_was_refused(site, of):
    payload = native.encode_one(901, "office e", START_MS + 60 * 24 * HOUR_MS, 9000.0)
    at_ms = START_MS + 30 * 24 * HOUR_MS
    message = Message(f"cw/v1/{GATEWAY}/data", GATEWAY, payload, at_ms)
    assert take_in([message], native.decode, site.world.sink).rejected
    number = readings.gateway(site.world)

    assert of["city reader"].get(f"/do/rejected.shift/{number}").status_code == 403
    assert of["outsider"].get(f"/do/rejected.shift/{number}").status_code == 404
    page = of["planner of all"].get("/rejects", params={"gateway": GATEWAY})
    assert f"/do/rejected.replay/{number}" in page.text


def test_what_is_set_aside_is_listed_and_tried_again(site, of):
    assert "Nothing is set aside." in of["outsider"].get("/set-aside").text
    number = readings.set_aside(site.world)
    page = of[OFFICER].get("/set-aside")
    assert "account.out_of_range" in page.text
    assert "Demo office" in page.text
    form = f"/do/set_aside.retry/{number}"
    assert form in links(page.text)
    reader = of["city reader"].get("/set-aside")
    assert form not in reader.text
    assert of["city reader"].get(form).status_code == 403
    check, then = walk(of[OFFICER], form, {"reason": "mended"})
    assert "at once" in check
    assert then == "/set-aside?done=set_aside.retry"


# -- imports ----------------------------------------------------------------------------------


def rows_of(name: str, *rows: tuple[float, float]) -> bytes:
    text = "gateway,channel,at,value\n"
    text += "".join(f"{GATEWAY},{name} e,{readings.at(hour)},{value}\n" for hour, value in rows)
    return text.encode()


def send(
    client: TestClient, path: str, step: str, body: bytes = b"", name: str = "a.csv", **fields
):
    """Send an import's form, with a file or without."""
    csrf = {"csrf": hidden(client.get(path).text)["csrf"][0]}
    files = {"files": (name, body, "application/octet-stream")} if body else None
    return client.post(path, data=csrf | fields | {"step": step}, files=files or {"none": b""})


def new_register(world) -> str:
    channel = readings.steady(world)
    return next(key for key, one in world.channel.items() if one == channel).removesuffix(" e")


def test_a_file_of_readings_is_tried_then_taken_as_it_was_tried(site, of):
    name, client, path = new_register(site.world), of["planner of all"], "/imports/readings"
    body = rows_of(name, (5, 150), (6, 160))
    count = "SELECT count(*) FROM reading WHERE channel_id = %s"
    channel = site.world.channel[f"{name} e"]

    tried = send(client, path, "check", body)
    assert tried.status_code == 200, tried.text
    assert "This was only tried" in tried.text
    assert site.world.admin(count, channel) == [(4,)]
    upload = hidden(tried.text)["upload"][0]
    done = send(client, path, "do", upload=upload)
    assert done.status_code == 303
    assert site.world.admin(count, channel) == [(6,)]
    assert "Imported. Readings: 2." in client.get(done.headers["location"]).text
    other = of[OFFICER].post(
        path, data={"csrf": hidden(of[OFFICER].get(path).text)["csrf"][0], "step": "do",
                    "upload": upload}
    )  # fmt: skip
    assert (other.status_code, "no longer here" in other.text) == (422, True)


def test_several_files_are_one_import_and_taken_back_whole(site, of):
    name, client, path = new_register(site.world), of["planner of all"], "/imports/readings"
    count = "SELECT count(*) FROM reading WHERE channel_id = %s"
    channel = site.world.channel[f"{name} e"]
    csrf = {"csrf": hidden(client.get(path).text)["csrf"][0], "step": "check"}
    bodies = {"may.csv": rows_of(name, (5, 150)), "june.csv": rows_of(name, (6, 160))}
    files = [("files", (one, body, "text/csv")) for one, body in bodies.items()]
    tried = client.post(path, data=csrf, files=files)
    assert tried.status_code == 200, tried.text
    assert "may.csv, june.csv: " in tried.text
    assert all(f"<li>{one}: csv" in tried.text for one in bodies)
    done = send(client, path, "do", upload=hidden(tried.text)["upload"][0])
    assert site.world.admin(count, channel) == [(6,)]

    page = client.get(done.headers["location"])
    (undo,) = (one for one in links(page.text) if one.startswith("/do/import.undo/"))
    assert undo in links(client.get("/imports/files").text)
    walk(client, undo, {"reason": "the other meter"})
    assert site.world.admin(count, channel) == [(4,)]
    assert undo not in links(client.get("/imports/files").text)


def test_lower_values_are_offered_as_a_correction_which_is_undone(site, of):
    name, client, path = new_register(site.world), of["planner of all"], "/imports/readings"
    site.world.work()
    channel = site.world.channel[f"{name} e"]
    value = "SELECT value FROM reading WHERE channel_id = %s AND at = %s"

    tried = send(client, path, "check", rows_of(name, (2, 115)))
    assert "1 rows would not count" in tried.text
    assert "120.000" in tried.text
    upload = hidden(tried.text)["upload"][0]
    without = send(client, path, "check_correction", upload=upload)
    assert (without.status_code, 'href="#f-reason"' in without.text) == (422, True)
    checked = send(client, path, "check_correction", upload=upload, reason="letter")
    assert "Hours whose use changes" in checked.text
    assert site.world.admin(value, channel, readings.at(2)) == [(120_000,)]
    done = send(client, path, "do_correction", upload=upload, reason="letter")
    assert site.world.admin(value, channel, readings.at(2)) == [(115_000,)]
    page = client.get(done.headers["location"])
    (undo,) = (one for one in links(page.text) if one.startswith("/do/correction.undo_import/"))
    walk(client, undo, {"reason": "the other letter"})
    assert site.world.admin(value, channel, readings.at(2)) == [(120_000,)]


def test_what_is_wrong_with_a_file_is_told_by_row_and_kept_as_a_workbook(site, of):
    name, client, path = new_register(site.world), of["planner of all"], "/imports/readings"
    body = rows_of(name, (5, 150)) + b"demo-a/g1,nowhere,x,1\n"

    wrong = send(client, path, "check", body)
    assert wrong.status_code == 422
    assert re.search(r"<td>3</td><td><code>at</code></td>", wrong.text)
    book = send(client, path, "errors", upload=hidden(wrong.text)["upload"][0])
    assert book.content[:2] == b"PK"
    nothing = send(client, path, "check")
    assert (nothing.status_code, 'href="#f-files"' in nothing.text) == (422, True)
    garbage = send(client, path, "check", b"PK garbage", "x.xlsx")
    assert garbage.status_code == 422
    forged = client.post(path, files={"files": ("a.csv", body, "text/csv")})
    assert forged.status_code == 403
    assert of["city reader"].get(path).status_code == 403
    assert of["city reader"].get("/imports").text.count("/imports/r") == 0


def test_after_the_dry_run_the_rows_that_are_right_may_go_in_alone(site, of):
    name, client, path = new_register(site.world), of["planner of all"], "/imports/readings"
    body = rows_of(name, (5, 150)) + b"demo-a/g1,nowhere,2016-03-01T05:00Z,1\n"
    count = "SELECT count(*) FROM reading WHERE channel_id = %s"
    channel = site.world.channel[f"{name} e"]

    wrong = send(client, path, "check", body)
    assert 'value="check_rest"' in wrong.text
    upload = hidden(wrong.text)["upload"][0]
    book = send(client, path, "errors", upload=upload)
    assert [row[1] for row in cells_of(book.content)] == ["Row", "3"]
    tried = send(client, path, "check_rest", upload=upload)
    assert tried.status_code == 200, tried.text
    assert "1 rows are wrong and are left out" in tried.text
    kept = {name: hidden(tried.text)[name][0] for name in ("upload", "rest")}
    same = send(client, path, "errors", **kept)
    assert cells_of(same.content) == cells_of(book.content)
    assert site.world.admin(count, channel) == [(4,)]
    done = send(client, path, "do", **kept)
    assert site.world.admin(count, channel) == [(5,)]
    assert "1 rows were wrong and left out" in client.get(done.headers["location"]).text


def test_a_workbook_of_readings_is_read_as_a_file_is(site, of):
    name = new_register(site.world)
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    worksheet = book.add_worksheet()
    worksheet.write_row(0, 0, ["gateway", "channel", "at", "value"])
    worksheet.write_row(1, 0, [GATEWAY, f"{name} e", readings.at(5), 150.5])
    book.close()

    tried = send(of["planner of all"], "/imports/readings", "check", content.getvalue(), "a.xlsx")
    assert tried.status_code == 200, tried.text
    assert "<dd>1</dd>" in tried.text


def test_what_a_file_leaves_open_is_asked_on_the_page_and_answered_there(site, of):
    name, client, path = new_register(site.world), of["planner of all"], "/imports/readings"
    body = f"通道;时间;读数\n{name} e;2016-03-01 05:00;150\n合计;;150\n".encode("gbk")
    mine = {"gateway": GATEWAY}

    asked = send(client, path, "check", body, **mine)
    assert asked.status_code == 422
    assert 'name="answer.zone" value="channel"' in asked.text
    fields = mine | {"upload": hidden(asked.text)["upload"][0], "answer.zone": "UTC"}
    tried = send(client, path, "check", **fields)
    assert tried.status_code == 200, tried.text
    assert "GBK" in tried.text
    assert "rows that sum others are left out" in tried.text
    assert hidden(tried.text)["answer.zone"] == ["UTC"]
    done = send(client, path, "do", **fields)
    assert done.status_code == 303
    at = "SELECT value FROM reading WHERE channel_id = %s AND at = '2016-03-01T05:00Z'"
    assert site.world.admin(at, site.world.channel[f"{name} e"]) == [(150_000,)]


def test_an_answer_is_offered_at_the_next_file_told_with_its_day_and_changed_there(site, of):
    name, client, path = new_register(site.world), of["planner of all"], "/imports/readings"
    head = "gateway,channel,时刻,示数,remarks\n"
    first, second = (
        f"{head}{GATEWAY},{name} e,2016-03-02 0{hour}:00,{value},\n".encode()
        for hour, value in ((5, 150), (6, 160))
    )
    send(client, path, "do", first, **{"answer.zone": "UTC"})
    ((day,),) = site.world.admin("SELECT to_char(now() AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD')")

    tried = send(client, path, "check", second)
    assert tried.status_code == 200, tried.text
    assert f"Zone (as on {day} " in tried.text
    upload = {"upload": hidden(tried.text)["upload"][0]}
    changed = send(client, path, "check", **upload, **{"answer.zone": "Asia/Shanghai"})
    assert "2016-03-02 06:00" in changed.text
    assert "(as on" not in changed.text
    anew = send(client, path, "check", **upload, fresh="1")
    assert (anew.status_code, 'name="answer.zone"' in anew.text) == (422, True)


def folder(**files: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"registry/{name}.csv", text)
    return content.getvalue()


def test_a_registry_is_tried_and_registered_whole_and_again_changes_nothing(site, of):
    client, path = of["planner of all"], "/imports/registry"
    body = folder(regions=REGIONS, institutions=INSTITUTIONS, channels=CHANNELS)
    count = "SELECT count(*) FROM institution"
    before = site.world.admin(count)[0][0]

    tried = send(client, path, "check", body, "r.zip", namespace="roster")
    assert tried.status_code == 200, tried.text
    assert site.world.admin(count) == [(before,)]
    fields = {"upload": hidden(tried.text)["upload"][0], "namespace": "roster"}
    done = send(client, path, "do", **fields)
    assert done.status_code == 303
    made = site.world.admin(count)[0][0] - before
    assert made > 0
    page = client.get(done.headers["location"]).text
    assert re.search(rf"Institutions</th><td>{made}</td><td>0</td><td>0</td>", page)
    again = send(client, path, "check", body, "r.zip", namespace="roster").text
    assert re.search(rf"Institutions</th><td>0</td><td>0</td><td>{made}</td>", again)
    (link,) = re.findall(
        r'href="(/api/v1/exports/registry\?namespace=roster&amp;format=zip[^"]*)"', again
    )
    out = client.get(link.replace("&amp;", "&")).content
    same = send(client, path, "check", out, "r.zip", namespace="roster").text
    assert re.search(rf"Institutions</th><td>0</td><td>0</td><td>{made}</td>", same)


def test_faults_of_a_registry_are_told_by_file_and_row(site, of):
    client, path = of["planner of all"], "/imports/registry"
    head, first, *_ = INSTITUTIONS.splitlines()
    bad = "\n".join([head, first.replace("2025", "2o25"), ""])

    wrong = send(client, path, "check", folder(institutions=bad), "r.zip")
    assert wrong.status_code == 422
    assert "institutions.csv" in wrong.text
    book = send(client, path, "errors", upload=hidden(wrong.text)["upload"][0])
    assert book.content[:2] == b"PK"
    none = send(client, path, "check", b"a,b\n", "other.csv")
    assert (none.status_code, "regions.csv" in none.text) == (422, True)
    assert of["province officer"].get(path).status_code == 403
    assert "/imports/registry" not in of["province officer"].get("/imports").text


def test_after_the_dry_run_a_registry_may_go_in_without_its_wrong_rows(site, of):
    client, path = of["planner of all"], "/imports/registry"
    head, first, *_ = INSTITUTIONS.splitlines()
    rows = [head, first.replace("office-1", "rest-1"), first.replace("2025", "2o25"), ""]
    count = "SELECT count(*) FROM institution_code WHERE namespace = 'rest'"

    files = folder(regions=REGIONS, institutions="\n".join(rows))
    wrong = send(client, path, "check", files, "r.zip", namespace="rest")
    fields = {"upload": hidden(wrong.text)["upload"][0], "namespace": "rest"}
    book = send(client, path, "errors", **fields)
    assert [row[1] for row in cells_of(book.content)] == ["Row", "3"]
    tried = send(client, path, "check_rest", **fields)
    assert "1 rows are wrong and are left out" in tried.text
    assert site.world.admin(count) == [(0,)]
    done = send(client, path, "do", **fields, rest=hidden(tried.text)["rest"][0])
    assert site.world.admin(count) == [(1,)]
    assert "1 rows were wrong and left out" in client.get(done.headers["location"]).text


def test_a_registry_comes_as_a_workbook_with_its_dates_too(site, of):
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    worksheet = book.add_worksheet("Regions")
    worksheet.write_row(0, 0, ["code", "kind", "name_zh", "name_en", "parent_code", "valid_from"])
    worksheet.write_row(1, 0, ["880000", "province", "演示省", "Eighty-eight", "000000"])
    worksheet.write_datetime(1, 5, date(2015, 1, 1), day)
    book.close()

    path, client = "/imports/registry", of["planner of all"]
    tried = send(client, path, "check", content.getvalue(), "r.xlsx")
    assert tried.status_code == 200, tried.text
    assert re.search(r"Regions</th><td>1</td><td>0</td><td>0</td>", tried.text)
    send(client, path, "do", upload=hidden(tried.text)["upload"][0])
    assert site.world.admin(
        "SELECT valid_from::text FROM region_fact WHERE code = '880000'"
    ) == [("2015-01-01",)]  # fmt: skip


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_has_one_heading_labels_for_its_controls_and_no_word_of_the_other(
    site, of, lang
):
    client = site.client("planner of all", lang)
    channel, office = site.world.channel["office e"], site.world.institution["office"]
    for path in (
        f"/channels/{channel}/corrections", "/exchanges", f"/exchanges?institution={office}",
        "/gateways", "/rejects", "/set-aside", "/imports", "/imports/readings", "/imports/registry",
    ):  # fmt: skip
        page = client.get(path)
        assert page.status_code == 200, path
        assert page.text.count("<h1>") == 1, path
        assert f'<html lang="{"zh-CN" if lang == "zh" else "en"}"' in page.text
        main = page.text.split("<main")[1]
        ids = re.findall(r'<(?:input|select)(?![^>]*type="hidden")[^>]* id="([^"]+)"', main)
        assert set(ids) <= set(re.findall(r' for="([^"]+)"', main)), path
        assert "script-src 'self'" in page.headers["content-security-policy"]
