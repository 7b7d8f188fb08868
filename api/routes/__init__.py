"""One module per resource, each thin over an action; a resource is found where it stands."""

import pkgutil
from importlib import import_module

from fastapi import APIRouter


def routers(package: str = __name__) -> list[APIRouter]:
    """Return the routers of a package's modules in order of their names; no list names them."""
    path = import_module(package).__path__
    names = sorted(one.name for one in pkgutil.walk_packages(path, f"{package}."))
    parts = [part for name in names for part in vars(import_module(name)).values()]
    return [part for part in parts if isinstance(part, APIRouter)]
