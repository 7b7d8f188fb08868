"""What docs/operations.md tells to type at docker compose: services that are there, and how."""

import re

import pytest

from tests.compose.native import ROOT, compose

PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
TYPED = re.findall(r"^(?:[^`\n]*\| )?docker compose .*$", PAGE, re.MULTILINE)
LINES = [line[line.index("docker compose") :] for line in TYPED]
SERVICES = set(compose()["services"])
# Words that take the next one as their value, as compose's help has it.
TAKES = {"--user", "--profile"}


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

    assert action in {"up", "exec", "run", "stop", "build", "logs", "ps", "restart"}
    if action in ("exec", "run", "logs", "restart"):
        assert others[0] in SERVICES
    else:
        assert set(others) <= SERVICES


@pytest.mark.parametrize("line", [one for one in TYPED if re.search(r" [<>|] ", one)])
def test_what_is_read_or_written_goes_through_no_terminal(line):
    """A terminal between would end the dump at its first control sign."""
    assert " exec -T " in line


@pytest.mark.parametrize("line", [one for one in LINES if " database " in one and " exec " in one])
def test_the_database_is_entered_as_its_owner(line):
    assert " -U energy" in line


def test_no_signal_goes_past_the_restart_policy():
    """Docker takes what it sent a signal for stopped by hand, and starts it no more."""
    assert not re.findall(r"^docker compose kill", PAGE, re.MULTILINE)


def test_files_go_in_as_those_of_who_reads_them():
    """`docker cp` leaves them to root, with the rights they had here: none for others, perhaps."""
    assert not re.findall(r"^docker compose cp", PAGE, re.MULTILINE)
    assert any(
        re.match(r"tar -cf - .* \| docker compose exec -T api tar -xf -", one) for one in TYPED
    )


@pytest.mark.parametrize(
    "told",
    [
        "pg_dump -U energy",
        "pg_restore -U energy",
        "--profile demo up",
        "import registry",
        "ALTER EXTENSION timescaledb UPDATE",
        "timescaledb_post_restore",
        "cat /mosquitto/data/passwords.own >",
        "'cat > /mosquitto/data/passwords.own' <",
    ],
)
def test_backup_restore_upgrade_and_import_are_told(told):
    assert any(told in line for line in LINES)
