"""An issue that needs two people, as they do it: by form, by route and by command."""

import html
import json
from urllib.parse import quote

import pytest
from typer.testing import CliRunner

from actions.access.login import hash_password
from actions.compact.second_person import StateSecondPerson
from actions.doing import carry_out
from cli.main import app
from dashboards.pages.words import say
from metering.errors import ConflictError
from tests.actions.compact_world import UnionWorld, make_union_world
from tests.dashboards.pages.conftest import PASSWORD
from tests.dashboards.pages.test_forms import fill_in, hidden, walk

ASKS, CONFIRMS = "planner of all", "union planner"


@pytest.fixture
def union(bare) -> UnionWorld:
    """A union that asks for two people, both of whom log in."""
    made = make_union_world(bare.world)
    bare.world.admin("UPDATE app_user SET password_hash = %s WHERE id > 1", hash_password(PASSWORD))
    made.answered()
    action = StateSecondPerson(needed=True, reason="Joint conference")
    carry_out(bare.world.actor(), action, made.union, again=True)
    return made


def confirmed(client, path: str, fields: dict[str, str]) -> str:
    """Fill a form in, look, give the password; return the page that follows."""
    check = fill_in(client, path, fields)
    done = client.post(path, data=hidden(check) | {"step": "do", "again": PASSWORD})
    assert done.status_code == 303, done.text
    return html.unescape(client.get(done.headers["location"]).text)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_one_asks_by_form_and_another_confirms_from_the_first_page(bare, union, lang):
    asks, confirms = bare.client(ASKS, lang), bare.client(CONFIRMS, lang)
    run_id = union.run()
    path, form, refuse = (
        f"/runs/{run_id}", f"/do/run.issue/{run_id}", f"/do/run.refuse/{run_id}"
    )  # fmt: skip
    page = asks.get(path).text
    assert f'href="/do/run.ask/{run_id}"' in page
    assert f'href="{form}"' not in page

    page = confirmed(asks, f"/do/run.ask/{run_id}", {"reason": ""})
    assert say("run_asked_by", lang, by=ASKS, at="x").split("x")[0] in page
    assert f'href="{form}"' not in asks.get(path).text  # nor is offered to who asked
    own = html.unescape(asks.get("/").text)
    assert f'href="{form}"' not in own
    assert say("run_take_back", lang) in own
    first = html.unescape(confirms.get("/").text)
    assert f'href="{form}"' in first
    assert f'href="{refuse}"' in first
    assert ASKS in first
    assert {"zh": "用能指标合计", "en": "Sum of the quotas"}[lang] in first  # what would change
    assert f"user:{bare.world.user[ASKS]}" not in first

    own = asks.post(form, data=hidden(asks.get(form).text) | {"step": "preview"})
    assert own.status_code == 409
    assert {"zh": "须由另一人办理", "en": "Another person must do this"}[lang] in own.text
    confirmed(confirms, form, {"reason": ""})
    assert bare.world.admin("SELECT made_by FROM book_cause") == [
        (f"user:{bare.world.user[CONFIRMS]}",)
    ]
    assert f'href="{form}"' not in confirms.get("/").text


def test_a_refusal_is_read_by_who_asked(bare, union):
    asks, confirms = bare.client(ASKS, "en"), bare.client(CONFIRMS, "en")
    run_id = union.run()
    confirmed(asks, f"/do/run.ask/{run_id}", {"reason": ""})
    walk(confirms, f"/do/run.refuse/{run_id}", {"reason": "March is read again first"})
    told = f"Refused by {CONFIRMS}: March is read again first"
    for path in ("/", f"/runs/{run_id}"):
        assert told in html.unescape(asks.get(path).text)


def test_the_same_over_the_api(bare, union):
    asks, confirms = (bare.client(who, "en") for who in (ASKS, CONFIRMS))
    run_id = union.run()
    path = f"/api/v1/runs/{run_id}"

    def send(client, verb: str):
        token = hidden(client.get("/do/union.make").text)["csrf"][0]
        headers = {"X-CSRF-Token": token, "X-Password": quote(PASSWORD)}
        return client.post(f"{path}/{verb}", json={}, headers=headers)

    assert send(confirms, "issue").json()["code"] == "run.not_asked"
    assert send(asks, "ask").status_code == 201
    json_wanted = {"Accept": "application/json"}
    shown = confirms.get(path, headers=json_wanted).json()
    assert (shown["second_person"], shown["request"]) == (True, "asked")
    assert send(asks, "issue").json()["code"] == "action.second_person"
    assert send(confirms, "issue").status_code == 201
    described = bare.client().get("/api/v1/openapi.json").json()["paths"]
    assert described["/api/v1/runs/{run_id}/issue"]["post"]["x-second-person"] == "true"


def test_the_operator_asks_by_command_and_is_no_second_person(bare, union, monkeypatch):
    monkeypatch.setenv("COMMONWATT_DATABASE_URL", bare.world.database.url("api"))
    monkeypatch.setenv("COMMONWATT_LANG", "en")
    run_id = union.run()

    def do(*options: object):
        return CliRunner().invoke(app, ["do", *map(str, options)])

    tried = do("run.ask", "--run", run_id, "--dry-run")
    assert "waits for another person" in tried.stdout
    assert json.loads(do("run.ask", "--run", run_id).stdout)["run_id"] == run_id
    refused = do("run.issue", "--run", run_id)
    assert isinstance(refused.exception, ConflictError)
    assert refused.exception.code == "action.second_person"
    assert do("run.refuse", "--run", run_id, "--reason", "taken back").exit_code == 0
    assert bare.world.admin("SELECT count(*) FROM book_cause") == [(0,)]
