"""The machine asks nobody: all it knows it was told, so the same events give the same decisions."""

import ast
from pathlib import Path

import collector.delivery

ALLOWED = {"collections", "dataclasses", "logging", "typing", "collector", "metering"}
OF_OURS = {
    "codecs",
    "delivery",
    "intake",
    "notices",
    "routing",
    "settings",
    "tally",
}


def test_what_decides_imports_no_clock_no_thread_no_network_and_no_chance():
    for path in Path(collector.delivery.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [one.name for one in node.names]
            elif isinstance(node, ast.ImportFrom):
                prefix = node.module or ""
                names = [f"{prefix}.{one.name}" for one in node.names]
            else:
                continue
            for name in names:
                package, part = [*name.split("."), ""][:2]
                assert package in ALLOWED, f"{path.name} imports {name}"
                assert package != "collector" or part in OF_OURS, f"{path.name} imports {name}"
