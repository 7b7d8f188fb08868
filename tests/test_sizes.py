"""A module is about one noun and a function does one thing: their sizes have a limit, for all."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

MODULE_LINES: Final = 300
FUNCTION_LINES: Final = 40
# What every declared action and table goes through: whoever mends it must have read it whole.
MACHINERY: Final = ("actions/*.py", "api/*.py", "dashboards/pages/*.py", "cli/doing.py")
MACHINERY_LINES: Final = 250
ROOT: Final = Path(__file__).parents[1]
NOT_OURS: Final = {"tests", "mutants", "build"}


def sources() -> list[Path]:
    """Return every module that is kept: packages, scripts and benchmarks, but not their tests."""
    return [
        path
        for folder in sorted(ROOT.iterdir())
        if folder.is_dir() and folder.name not in NOT_OURS and not folder.name.startswith(".")
        for path in sorted(folder.rglob("*.py"))
    ]


def too_long(name: str, text: str, most: int = MODULE_LINES) -> Iterator[str]:
    """Say which parts of a module are beyond the limits, by name."""
    if (lines := len(text.splitlines())) > most:
        yield f"{name}: {lines} lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES:
                yield f"{name}: {node.name} has {lines} lines"


def test_no_module_is_over_300_lines_and_no_function_over_40():
    found = sources()
    names = {path.relative_to(ROOT).parts[0] for path in found}
    assert {"actions", "api", "benchmarks", "cli", "scripts", "storage"} <= names

    assert [
        name
        for path in found
        for name in too_long(str(path.relative_to(ROOT)), path.read_text(encoding="utf-8"))
    ] == []


def test_no_module_of_the_machinery_is_over_250_lines():
    found = {pattern: sorted(ROOT.glob(pattern)) for pattern in MACHINERY}
    assert all(found.values()), "a part of it has another place now"

    assert [
        name
        for paths in found.values()
        for path in paths
        for name in too_long(path.name, path.read_text(encoding="utf-8"), MACHINERY_LINES)
    ] == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("def a():\n" + "    x = 1\n" * 39, []),
        ("def a():\n" + "    x = 1\n" * 40, ["m.py: a has 41 lines"]),
        ("class B:\n  async def b(self):\n" + "    x = 1\n" * 40, ["m.py: b has 41 lines"]),
        ("x = 1\n" * 300, []),
        ("x = 1\n" * 301, ["m.py: 301 lines"]),
    ],
)
def test_what_is_one_line_too_long_is_named(text, name):
    assert list(too_long("m.py", text)) == name
