"""People as an administrator keeps them: listed, added, granted, withdrawn, ended; and oneself."""

import csv
import html
import io
import re
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from actions.access.login import hash_password
from api import create_app
from dashboards.pages.app import error_page, router
from tests.actions.world import TODAY, make_world
from tests.dashboards.pages.conftest import PASSWORD, Site
from tests.dashboards.pages.test_forms import hidden, walk


@pytest.fixture(scope="module")
def site(database_of_module) -> Iterator[Site]:
    """One world for all of these tests; the planner of all administers, too."""
    world = make_world(database_of_module)
    world.admin("UPDATE app_user SET password_hash = %s WHERE id > 1", hash_password(PASSWORD))
    world.admin(
        "INSERT INTO access_grant (viewer, role, scope) VALUES (%s, 'administrator', 'all')",
        f"user:{world.user['planner of all']}",
    )
    app = create_app(world.pool, extra_routers=[router()], error_page=error_page, today=TODAY)
    yield Site(world, app)
    world.close()


@pytest.fixture(scope="module")
def admin(site) -> TestClient:
    return site.client("planner of all", "en")


def added(admin: TestClient, login: str) -> tuple[int, str]:
    """Add somebody by the form; return the id and the first password."""
    first = admin.get("/do/user.add").text
    fields = {"login": login, "name": f"Name of {login}", "language": "en", "step": "preview"}
    check = admin.post("/do/user.add", data=hidden(first) | fields)
    assert check.status_code == 200, check.text
    done = admin.post("/do/user.add", data=hidden(check.text) | {"step": "do"})
    assert done.status_code == 200, done.text
    (password,) = re.findall(r'<code class="once">([^<]+)</code>', done.text)
    (user_id,) = re.findall(r'href="/people/(\d+)\?done=user.add', done.text)
    return int(user_id), html.unescape(password)


def test_a_person_is_added_granted_withdrawn_and_ended(site, admin):
    user_id, password = added(admin, "zhang.wei")
    client = site.client()
    assert site.log_in(client, "zhang.wei", password).status_code == 303
    region = str(site.world.region["city 1"])

    fields = {"role": "officer", "scope": "region", "region": region}
    _, then = walk(admin, f"/do/user.grant/{user_id}", fields)
    page = admin.get(then).text
    assert "The grant has been given." in page
    assert "Officer · A region and those below it · Demo city 1" in page
    (undo,) = re.findall(r'href="(/do/grant\.withdraw/\d+)"[^>]*>Undo<', page)
    assert undo in page
    assert client.get(site.path("office")).status_code == 200

    _, then = walk(admin, undo, {})
    back = html.unescape(admin.get(then).text)
    assert re.search(r'href="/do/grant\.restore/\d+">Undo<', back)
    assert client.get(site.path("office")).status_code == 404

    walk(admin, f"/do/user.end/{user_id}", {})
    assert client.get("/").status_code == 303  # to the log-in
    assert site.log_in(site.client(), "zhang.wei", password).status_code == 401
    walk(admin, f"/do/user.resume/{user_id}", {})
    assert site.log_in(site.client(), "zhang.wei", password).status_code == 303


def test_a_lost_password_is_made_anew_by_who_gives_their_own_once_more(site, admin):
    user_id, old = added(admin, "li.na")
    path = f"/do/user.password/{user_id}"
    check = admin.post(path, data=hidden(admin.get(path).text) | {"step": "preview"})
    done = admin.post(path, data=hidden(check.text) | {"step": "do", "again": PASSWORD})
    (new,) = re.findall(r'<code class="once">([^<]+)</code>', done.text)

    assert site.log_in(site.client(), "li.na", old).status_code == 401
    assert site.log_in(site.client(), "li.na", html.unescape(new)).status_code == 303
    kept = str(site.world.admin("SELECT to_jsonb(d) FROM audit_entry d"))
    kept += str(site.world.admin("SELECT to_jsonb(a) FROM answered a"))
    assert old not in kept
    assert html.unescape(new) not in kept


def test_the_list_finds_filters_pages_and_exports_all(site, admin):
    site.world.admin(
        """INSERT INTO app_user (login, name)
           SELECT 'many.' || g, '众' || g FROM generate_series(1, 70) g"""
    )
    page = admin.get("/people", params={"search": "MANY."})
    assert page.text.count('<th scope="row"') == 50
    (following,) = re.findall(r'rel="next" href="([^"]+)"', page.text)
    rest = admin.get(html.unescape(following))
    assert rest.text.count('<th scope="row"') == 20
    (file,) = re.findall(r'href="(/api/v1/people\?format=csv[^"]*)"', page.text)
    answer = admin.get(html.unescape(file))
    *rows, last = csv.DictReader(io.StringIO(answer.text.lstrip("﻿")))
    assert last["Id"].startswith("Table: People; Rows: 70; As of: 20")
    assert last["Id"].endswith("; Name or login: MANY.")
    assert len(rows) == 70
    assert {row["Login"] for row in rows} == {f"many.{g}" for g in range(1, 71)}
    assert admin.get(html.unescape(file).replace("csv", "xlsx")).content[:2] == b"PK"

    officers = admin.get("/people", params={"role": "officer"}).text
    assert "province-officer" in officers
    assert "city-reader" not in officers
    assert "since 2015-01-01" in officers
    wrong = admin.get("/people", params={"ended": "perhaps"})
    assert wrong.status_code == 422
    assert "Nothing matches" in admin.get("/people", params={"search": "nobody"}).text
    zh = site.client("planner of all").get("/people").text
    assert "用户与授权" in zh
    assert "自 2015-01-01 起" in zh


def test_the_list_leads_to_what_each_did_in_the_audit_trail(site, admin):
    user_id, _ = added(admin, "sun")
    added(admin, "sun.li")
    world = site.world
    for who, act in ((user_id, "user.end"), (world.user["planner of all"], "user.add")):
        world.admin(
            "INSERT INTO audit_entry (actor, act, subject) VALUES (%s, %s, '9')", f"user:{who}", act
        )
    page = admin.get("/people", params={"search": "sun"}).text
    assert re.findall(r'href="(/audit[^"]*)"', page.split("<main")[1]) == ["/audit?who=sun"]
    trail = admin.get("/audit?who=sun").text
    assert trail.count('<th scope="row"') == 1
    assert "End a log-in" in trail
    assert 'href="/audit?who=sun"' in admin.get(f"/people/{user_id}").text


def test_others_find_themselves_alone(site):
    reader = site.client("city reader", "en")
    listed = reader.get("/people").text
    assert listed.count('<th scope="row"') == 1
    assert "/do/user.add" not in listed
    own, other = (f"/people/{site.world.user[who]}" for who in ("city reader", "outsider"))
    assert reader.get(own).status_code == 200
    assert "/do/" not in reader.get("/me").text.split("<main")[1]
    assert reader.get(other).status_code == 404


def test_a_person_shows_what_they_did(site, admin):
    added(admin, "wang.fang")
    page = admin.get("/me").text
    assert "Add a person" in page


def test_everybody_changes_their_own_password_with_the_old_one(site):
    client, new = site.client("of the office", "en"), "unrelated kettle orbit"
    csrf = hidden(client.get("/me/password").text)

    def change(old: str, new: str, repeated: str | None = None):
        fields = {"old": old, "new": new, "repeated": new if repeated is None else repeated}
        return client.post("/me/password", data=csrf | fields)

    for answer, field in (
        (change("not the old one", new), "old"),
        (change(PASSWORD, "short"), "new"),
        (change(PASSWORD, new, "other"), "repeated"),
    ):
        assert answer.status_code == 422
        assert f'id="f-{field}-error"' in answer.text
        assert new not in answer.text
    done = change(PASSWORD, new)
    assert (done.status_code, done.headers["location"]) == (303, "/login?changed=true")
    assert client.get("/").status_code == 303
    assert site.log_in(site.client(), "of-the-office", PASSWORD).status_code == 401
    assert site.log_in(site.client(), "of-the-office", new).status_code == 303
    entry = site.world.admin("SELECT act, detail FROM audit_entry ORDER BY id DESC LIMIT 1")
    assert entry == [("user.own_password", {})]


def test_the_last_administrator_stays(site, admin):
    world = site.world
    [(grant,)] = world.admin(
        "SELECT id FROM access_grant WHERE role = 'administrator' AND viewer = %s",
        f"user:{world.user['planner of all']}",
    )
    path = f"/do/grant.withdraw/{grant}"
    refused = admin.post(path, data=hidden(admin.get(path).text) | {"step": "preview"})
    assert refused.status_code == 409
    assert "last administrator" in refused.text
    own = f"/do/user.end/{world.user['planner of all']}"
    refused = admin.post(own, data=hidden(admin.get(own).text) | {"step": "preview"})
    assert refused.status_code == 409


def test_a_file_of_grants_is_taken_back_on_its_page(site, admin):
    world = site.world
    path, held = (
        "/do/user.grant/file",
        "SELECT count(*) FROM access_grant WHERE viewer = %s AND valid_to IS NULL",
    )
    person = world.user["outsider"]
    body = (
        f"person,role,scope,institution\n{person},reader,institution,{world.institution['office']}\n"
        * 1
    )
    sent = admin.post(
        path,
        data=hidden(admin.get(path).text) | {"step": "do"},
        files={"file": ("a.csv", body.encode(), "text/csv")},
    )
    (file,) = re.findall(r'href="(/do/files/\d+)"', sent.text)
    assert world.admin(held, f"user:{person}") == [(1,)]
    assert f'href="{file}"' in admin.get("/imports/files").text
    page = admin.get(file)
    assert "all 1 rows" in page.text
    done = admin.post(file, data=hidden(page.text))
    assert done.status_code == 303
    assert "Taken back at" in admin.get(file).text
    assert world.admin(held, f"user:{person}") == [(0,)]
    assert admin.post(file, data=hidden(page.text)).status_code == 409
    assert site.client("city reader").get(file).status_code == 404
