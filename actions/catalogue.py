"""Every declared action: a declaration is found where it stands, and listed nowhere else."""

import pkgutil
from functools import cache
from importlib import import_module

import actions
from actions.declared import ACTIONS, Action


@cache
def declared() -> dict[str, type[Action]]:  # type: ignore[type-arg]
    """Return all actions in order of their codes."""
    for one in pkgutil.walk_packages(actions.__path__, "actions."):
        import_module(one.name)
    return dict(sorted(ACTIONS.items()))
