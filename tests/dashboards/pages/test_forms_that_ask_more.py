"""Forms that begin with what there is, take scans, find options, ask for password or another."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

import psycopg
import pytest
from pydantic import BaseModel
from starlette.testclient import TestClient

from actions.access.login import hash_password
from actions.catalogue import declared
from actions.declared import ACTIONS, About, Action, Effect
from actions.fields import Acting, Option, Searched, Words, field, once, plain
from actions.kinds import Instant, Line, Scan
from actions.rights import Right
from actions.things import PERSON
from api import create_app
from dashboards.pages.app import error_page, router
from storage import attachments
from storage.access.people import User
from tests.actions.world import TODAY, World, make_world
from tests.dashboards.pages.conftest import PASSWORD, Site
from tests.dashboards.pages.test_forms import hidden

PDF = b"%PDF-1.7 a scan"
MADE_BY: set[str] = set()


def numbers(at: Acting) -> Sequence[Option]:
    """More than a form lists."""
    return [Option(str(one), Words(f"号{one}", f"number {one}")) for one in range(600)]


FAR = Searched(
    find=lambda at, text: [Option(text, plain(f"far {text}"))] if text else [],
    named=lambda at, value: Option(value, plain(f"far {value}")) if value.isdigit() else None,
)


class Nothing(BaseModel):
    """What is shown once."""

    secret: str | None = once(zh="口令", en="Secret")


@pytest.fixture(scope="module")
def toy() -> Iterator[type[Action[User, Nothing]]]:
    """An action that asks for all that an action may ask, which is none of the product."""
    declared()

    class Toy(Action[User, Nothing]):
        """Confirm a toy."""

        about = About(
            "toy.confirm", Right.ADMINISTER, "/toys/{on}", "玩", "Play", ("好", "Done"), "toys",
            on=PERSON, second_person=True, log_in_again=True,
        )  # fmt: skip

        name: Line = field(zh="名", en="Name")
        at: Instant = field(zh="时", en="Instant")
        number: Line = field(zh="号", en="Number", choices=numbers)
        far: list[Line] = field(zh="远", en="Far", choices=FAR)
        scan: Scan = field(zh="扫描件", en="Scan")

        @classmethod
        def given(cls, on: User, at: Acting) -> Mapping[str, Any]:
            """Begin with the person's name."""
            return {"name": on.name, "number": 7}

        @classmethod
        def made_by(cls, on: User, at: Acting) -> Collection[str]:
            """Return who made it."""
            return MADE_BY

        def foresee(self, on: User, at: Acting) -> list[Effect]:
            """Return one effect."""
            return [Effect("toy", Words("玩具", "Toy"))]

        def do(self, on: User, at: Acting) -> Nothing:
            """Do nothing."""
            return Nothing(secret="shown-once-only")

        @classmethod
        def where_to(cls, on: User, result: Nothing) -> str:
            """Return a page."""
            return "/do"

    yield Toy
    del ACTIONS["toy.confirm"]


@pytest.fixture(scope="module")
def site(database_of_module, toy) -> Iterator[Site]:
    world = make_world(database_of_module)
    world.admin("UPDATE app_user SET password_hash = %s WHERE id > 1", hash_password(PASSWORD))
    world.admin(
        "INSERT INTO access_grant (viewer, role, scope) VALUES (%s, 'administrator', 'all')",
        f"user:{world.user['planner of all']}",
    )
    pages = [router()]
    app = create_app(world.pool, extra_routers=pages, error_page=error_page, today=TODAY)
    yield Site(world, app)
    world.close()


@pytest.fixture(scope="module")
def client(site) -> TestClient:
    return site.client("planner of all", "en")


@pytest.fixture
def path(site) -> Iterator[str]:
    MADE_BY.clear()
    yield f"/do/toy.confirm/{site.world.user['outsider']}"
    MADE_BY.clear()


FIELDS = {"name": "n", "at": "2026-01-02T10:30", "number": "599", "far": ["12", "13"]}


def sent(client: TestClient, path: str, fields: dict[str, Any], **more: Any):
    csrf = hidden(client.get(path).text)["csrf"]
    return client.post(path, data={"csrf": csrf, **fields}, **more)


def previewed(client: TestClient, path: str) -> str:
    scan = {"scan": ("form 12.pdf", PDF, "application/pdf")}
    check = sent(client, path, FIELDS | {"step": "preview"}, files=scan)
    assert check.status_code == 200, check.text
    return check.text


def test_a_form_begins_with_what_there_is_and_the_address_goes_before(client, path):
    page = client.get(path).text
    assert 'value="outsider"' in page
    assert "<strong>number 7</strong>" in page
    other = client.get(path, params={"name": "other", "at": "2026-01-02T02:30:00+00:00"}).text
    assert 'value="other"' in other
    assert 'value="2026-01-02T10:30:00"' in other  # civil time of the place


def test_an_option_among_many_is_found_and_comes_back_with_the_rest(client, path):
    look = sent(client, path, {"name": "kept", "step": "find:number", "find": "r 59"})
    assert re.findall(r'value="take:number:(\d+)"', look.text) == [
        str(one) for one in (59, *range(590, 600))
    ]
    back = client.post(path, data=hidden(look.text) | {"step": "take:number:599"})
    assert "<strong>number 599</strong>" in back.text
    assert 'value="kept"' in back.text

    none = sent(client, path, {"step": "find:far", "find": ""})
    assert "Nothing was found." in none.text
    for value in ("12", "13"):
        back = client.post(
            path,
            data=hidden(back.text)
            | {"step": f"take:far:{value}"}
            | ({"far": ["12"]} if value == "13" else {}),
        )
    assert back.text.count(" checked") == 2
    assert "far 13" in back.text
    wrong = sent(client, path, FIELDS | {"number": "600"}, files={"scan": ("a.pdf", PDF)})
    assert (wrong.status_code, "none of the options" in wrong.text) == (422, True)


def test_a_scan_is_kept_when_it_is_sent_and_for_good_once_it_was_named(site, client, path):
    digest = sha256(PDF).hexdigest()
    held = "SELECT kept FROM attachment WHERE encode(sha256, 'hex') = %s"

    refused = sent(client, path, FIELDS, files={"scan": ("a.exe", b"MZ", "application/pdf")})
    assert (refused.status_code, "PDF, PNG or JPEG" in refused.text) == (422, True)
    check = previewed(client, path)
    assert "form 12.pdf (15 B)" in check
    assert hidden(check)["scan"] == [digest]
    assert site.world.admin(held, digest) == [(False,)]

    done = client.post(path, data=hidden(check) | {"step": "do", "again": PASSWORD})
    assert done.status_code == 200, done.text
    assert site.world.admin(held, digest) == [(True,)]
    stranger = site.client("city reader", "en")
    assert stranger.get(f"/api/v1/attachments/{digest}").status_code == 404
    assert client.get(f"/api/v1/attachments/{digest}").content == PDF
    other = sent(client, path, FIELDS | {"scan": "0" * 64})
    assert (other.status_code, "Send it again" in other.text) == (422, True)


def test_a_scan_is_opened_by_whoever_sees_what_the_act_that_names_it_is_on(site, client, path):
    content = b"%PDF-1.7 a scan of one's own"
    digest = sha256(content).hexdigest()
    address = f"/api/v1/attachments/{digest}"
    scan = {"scan": ("own.pdf", content, "application/pdf")}
    check = sent(client, path, FIELDS | {"step": "preview"}, files=scan).text
    themselves, stranger = site.client("outsider", "en"), site.client("city reader", "en")
    assert themselves.get(address).status_code == 404  # nothing names it yet

    client.post(path, data=hidden(check) | {"step": "do", "again": PASSWORD})

    assert themselves.get(address).content == content  # a person sees themselves
    assert stranger.get(address).status_code == 404
    assert client.get(address).content == content


def test_what_no_act_named_is_forgotten_after_a_day(site, client, path):
    made = client.get("/do").text
    csrf = re.findall(r'name="csrf" value="([^"]+)"', made)[0]
    for name in ("old", "young"):
        answer = client.post(
            "/api/v1/attachments",
            params={"name": name},
            content=b"\x89PNG\r\n\x1a\n" + name.encode(),
            headers={"X-CSRF-Token": csrf},
        )
        assert answer.status_code == 201, answer.text
    site.world.admin("UPDATE attachment SET at = now() - interval '25 h' WHERE name = 'old'")
    with psycopg.connect(site.world.database.url("worker")) as connection:
        assert attachments.forget(connection, 100) == 1
    assert site.world.admin("SELECT count(*) FROM attachment WHERE name = 'young'") == [(1,)]


def test_the_password_is_asked_once_more_and_kept_nowhere(site, client, path):
    check = previewed(client, path)
    assert 'type="password"' in check
    for given, told in (("", "asks for your password"), ("wrong one", "password is wrong")):
        again = client.post(path, data=hidden(check) | {"step": "do", "again": given})
        assert (again.status_code, told in again.text) == (422, True)
    done = client.post(path, data=hidden(again.text) | {"step": "do", "again": PASSWORD})
    assert done.status_code == 200
    assert "shown-once-only" in done.text
    assert done.headers["cache-control"] == "no-store"

    repeated = client.post(path, data=hidden(again.text) | {"step": "do", "again": PASSWORD})
    assert "shown-once-only" not in repeated.text
    assert "cannot be shown again" in repeated.text
    kept = " ".join(
        str(row)
        for table in ("audit_entry", "answered")
        for row in site.world.admin(f"SELECT to_jsonb(t) FROM {table} t")
    )
    assert "toy.confirm" in kept
    assert "shown-once-only" not in kept
    assert PASSWORD not in kept


def test_whoever_made_it_does_not_confirm_it_under_any_of_their_logins(site, client, path):
    world: World = site.world
    me, other = (f"user:{world.user[who]}" for who in ("planner of all", "city reader"))
    scan = {"scan": ("a.pdf", PDF)}
    for made_by, status in ((me, 409), (other, 200)):
        MADE_BY.clear()
        MADE_BY.add(made_by)
        page = sent(client, path, FIELDS, files=scan)
        assert (page.status_code, "Another person must do this" in page.text) == (
            status, status == 409,
        )  # fmt: skip
    world.admin(
        """UPDATE app_user SET person_id = (SELECT person_id FROM app_user WHERE id = %s)
            WHERE id = %s""",
        world.user["planner of all"], world.user["city reader"],
    )  # fmt: skip
    assert sent(client, path, FIELDS, files=scan).status_code == 409
