"""Every declared action: a declaration is found where it stands, and listed nowhere else."""

import pkgutil
from functools import cache
from importlib import import_module
from typing import Any, Final

import actions
from actions.declared import ACTIONS, Action
from actions.tables import TABLES, Table

# What stands beside the rooms answers questions, and declares nothing.
ROOMS: Final = ("access", "registry", "readings", "accounts", "compact", "boards")


@cache
def declared() -> dict[str, type[Action]]:  # type: ignore[type-arg]
    """Return all actions in order of their codes."""
    for room in ROOMS:
        for path in actions.__path__:
            for one in pkgutil.iter_modules([f"{path}/{room}"], f"actions.{room}."):
                import_module(one.name)
    return dict(sorted(ACTIONS.items()))


def of_code(code: str) -> type[Action] | None:  # type: ignore[type-arg]
    """Return the action of a code, None where there is none."""
    declared()
    return ACTIONS.get(code)


def by_file() -> dict[str, type[Action]]:  # type: ignore[type-arg]
    """Return the actions that rows of a file may do."""
    return {code: kind for code, kind in declared().items() if kind.about.by_file}


def tables() -> list[Table[Any, Any]]:
    """Return all tables in order of their codes."""
    declared()
    return [table for _, table in sorted(TABLES.items())]
