"""Every command is thin over declared actions, reads, or the docs say why it does neither."""

import inspect
import re
import sys
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from actions.catalogue import declared
from cli.main import app
from tests.documented import rows_under

COMMANDS = rows_under("What is done by hand, and why", "command")
# What opens a transaction that may write, or does an action.
WRITERS = re.compile(r"\b(carry_out|together|take|\.change|\.act|register|import_readings)\(")


def leaves(of: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every command that does something, by what is typed."""
    if not hasattr(of, "commands"):
        yield name, of
        return
    for word, one in of.commands.items():
        yield from leaves(one, f"{name} {word}".strip())


FOUND = dict(leaves(typer.main.get_command(app)))


def source_of(name: str) -> str:
    """Return what a command's function says."""
    return inspect.getsource(inspect.unwrap(FOUND[name].callback))


def test_every_command_says_what_it_does_and_none_that_is_not_there():
    assert set(FOUND) == set(COMMANDS)


@pytest.mark.parametrize("name", sorted(FOUND))
def test_a_command_does_the_declared_actions_that_it_says(name):
    told = COMMANDS[name]
    codes = [code for code in re.findall(r"`([a-z_.]+)`", told) if code in declared()]
    source = source_of(name)
    if told == "read":
        assert not WRITERS.search(source)
        return
    if told.startswith("by hand: "):
        assert len(told.split()) > 4
        return
    if name == "do":
        return
    assert codes, told
    module = sys.modules[inspect.unwrap(FOUND[name].callback).__module__]
    for code in codes:
        assert declared()[code].__name__ in inspect.getsource(module)


def test_the_program_says_its_version():
    said = CliRunner().invoke(app, ["--version"])

    assert (said.exit_code, said.output.split(",")[0]) == (0, f"commonwatt {version('commonwatt')}")
