"""`commonwatt user` and `retry` are thin: each does declared actions, all of a command or none."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from actions.access.login import Failures, LoginError, log_in
from cli.main import app
from metering.errors import EnergyError, InputError
from tests.actions.examples_of_readings import failed, set_aside
from tests.actions.world import make_world

CHOSEN = "four unrelated words here"


@pytest.fixture(scope="module")
def world(database_of_module):
    made = make_world(database_of_module)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _settings(world, monkeypatch):
    monkeypatch.setenv("COMMONWATT_DATABASE_URL", world.database.url("api"))
    monkeypatch.setenv("COMMONWATT_LANG", "en")


def say(*options: object):
    return CliRunner().invoke(app, list(map(str, options)))


def trail(world) -> list[str]:
    rows = world.admin("SELECT act FROM audit_entry WHERE act LIKE 'user.%%' ORDER BY id")
    return [row[0] for row in rows]


def test_a_user_is_added_with_a_grant_changed_and_ended(world, tmp_path: Path):
    file = tmp_path / "root.password"
    file.write_text(f"{CHOSEN}\n", encoding="utf-8")
    code = world.admin("SELECT code FROM region_fact WHERE region_id = %s", world.region["city 1"])
    done = say(
        "user", "add", "wang", "--name", "王工", "--role", "officer", "--region", code[0][0],
        "--password-file", file,
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "password" not in done.stdout  # it was chosen
    assert log_in(world.pool, "wang", CHOSEN, failures=Failures()).token
    assert trail(world) == ["user.add", "user.grant"]
    assert CHOSEN not in str(world.admin("SELECT to_jsonb(a) FROM audit_entry a"))

    more = say("user", "grant", "wang", "--everything")
    assert more.exit_code == 0, more.output
    listed = say("user", "list").stdout
    assert "officer / region" in listed
    assert "reader / all" in listed
    shown = say("user", "password", "wang").stdout.split("password (shown once): ")[1].strip()
    assert log_in(world.pool, "wang", shown, failures=Failures()).token
    assert say("user", "end", "wang").exit_code == 0
    with pytest.raises(LoginError):
        log_in(world.pool, "wang", shown, failures=Failures())
    assert trail(world)[-3:] == ["user.grant", "user.password", "user.end"]


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--everything", "--institution", 1),
        ("--institution", 999_999),
        ("--role", "king", "--everything"),
        ("--region", "no such code"),
        ("--everything", "--lang", "fr"),
    ],
)
def test_what_is_refused_leaves_nobody_behind(world, options):
    refused = say("user", "add", "nobody", "--name", "N", *options)
    assert isinstance(refused.exception, EnergyError), refused.output
    assert world.admin("SELECT count(*) FROM app_user WHERE login = 'nobody'") == [(0,)]


def test_a_password_that_is_weak_is_refused(world, tmp_path: Path):
    file = tmp_path / "weak"
    file.write_text("password123", encoding="utf-8")
    refused = say("user", "add", "weak", "--name", "N", "--everything", "--password-file", file)
    assert isinstance(refused.exception, InputError)
    assert world.admin("SELECT count(*) FROM app_user WHERE login = 'weak'") == [(0,)]


def test_one_thing_one_task_or_all_are_tried_again_with_a_reason(world):
    thing, task = set_aside(world), failed(world)
    for options, act, on in (
        ((thing, "--reason", "mended"), "set_aside.retry", str(thing)),
        (("--task", task, "--reason", "mended"), "task.retry", str(task)),
    ):
        assert "1 will be tried" in say("retry", *options).stdout
        entry = world.admin("SELECT act, subject, detail FROM audit_entry ORDER BY id DESC LIMIT 1")
        assert entry == [(act, on, {"reason": "mended"})]
    set_aside(world)
    assert say("retry").exit_code == 0
    entry = world.admin("SELECT act, detail->>'reason' FROM audit_entry ORDER BY id DESC LIMIT 1")
    assert entry == [("set_aside.retry_all", "commonwatt retry")]
