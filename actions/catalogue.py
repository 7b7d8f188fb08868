"""Every declared action: a declaration is found where it stands, and listed nowhere else."""

import pkgutil
from functools import cache
from importlib import import_module
from typing import Any

import actions
from actions.declared import ACTIONS, Action
from actions.tables import TABLES, Table


@cache
def declared() -> dict[str, type[Action]]:  # type: ignore[type-arg]
    """Return all actions in order of their codes."""
    for one in pkgutil.walk_packages(actions.__path__, "actions."):
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
