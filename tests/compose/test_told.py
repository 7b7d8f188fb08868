"""What docs/operations.md tells to type at docker compose: services that are there, and how."""

import re

import pytest

from tests.compose.native import ROOT, compose

PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
LINES = re.findall(r"^docker compose .*$", PAGE, re.MULTILINE)
SERVICES = set(compose()["services"])
# Words that take the next one as their value, as compose's help has it.
TAKES = {"--user", "--signal", "--profile"}


def spoken(line: str) -> list[str]:
    """Return the words of a command after `docker compose`, without options and their values."""
    words, rest = [], iter(line.split()[2:])
    for word in rest:
        if word in TAKES:
            next(rest)
        elif not word.startswith("-"):
            words.append(word)
    return words


@pytest.mark.parametrize("line", LINES)
def test_a_command_names_services_that_are_there(line):
    action, *others = spoken(line)

    assert action in {"up", "exec", "cp", "run", "stop", "kill", "build", "logs", "ps", "restart"}
    if action in ("exec", "run", "kill", "logs", "restart"):
        assert others[0] in SERVICES
    elif action == "cp":
        assert others[1].split(":")[0] in SERVICES
    else:
        assert set(others) <= SERVICES


@pytest.mark.parametrize("line", [one for one in LINES if re.search(r" [<>] ", one)])
def test_what_is_read_or_written_goes_through_no_terminal(line):
    """A terminal between would end the dump at its first control sign."""
    assert " exec -T " in line
    assert " -U energy" in line


@pytest.mark.parametrize(
    "told",
    [
        "pg_dump -U energy",
        "pg_restore -U energy",
        "--profile demo up",
        "import registry",
        "ALTER EXTENSION timescaledb UPDATE",
        "timescaledb_post_restore",
    ],
)
def test_backup_restore_upgrade_and_import_are_told(told):
    assert any(told in line for line in LINES)
