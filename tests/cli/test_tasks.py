"""Tasks as an operator meets them: what failed is listed with its reason, and tried again."""

import psycopg
import pytest

from cli.settings import load
from cli.wiring_services import worker
from tests.cli.test_routes import ask, say

POISON = "INSERT INTO task (kind, key, at) VALUES ('progress.record', 'nonsense', now())"


@pytest.fixture
def poisoned(database) -> int:
    """A task that has failed once; its number."""
    ask(database, POISON)
    worker(load({}), database.url("worker"), lambda *_, **__: None).drain()
    [(number,)] = ask(database, "SELECT id FROM task WHERE attempts = 1")
    return int(number)


def test_a_task_that_failed_is_listed_with_its_reason_and_tried_again(database, poisoned):
    api = database.url("api")

    listed = say(api, None, "retry", "--list")
    assert f"--task {poisoned}  progress.record nonsense  1 ×" in listed.stdout, listed.stderr
    assert "nonsense" in listed.stdout.split("computed.failed")[1]
    assert ask(database, "SELECT at > now() FROM task") == [(True,)]

    assert "1 will be tried" in say(api, None, "retry", "--task", str(poisoned)).stdout
    assert ask(database, "SELECT at <= now() FROM task") == [(True,)]
    assert "1 项" in say(api, None, "retry", lang="zh").stdout


def test_a_task_that_did_not_fail_is_none_to_retry(database, poisoned):
    missing = say(database.url("api"), None, "retry", "--task", str(poisoned + 1))
    assert missing.returncode == 4
    assert "task" in missing.stderr


def test_a_process_does_the_part_it_is_told_and_no_stranger_to_it(database):
    refused = say(database.url("worker"), None, "work", "--only", "mails")
    assert refused.returncode == 2
    assert "usage, accounts, tasks, upkeep" in refused.stderr
    with psycopg.connect(database.admin_url) as admin:
        assert admin.execute("SELECT count(*) FROM worker_lane").fetchone() == (0,)
