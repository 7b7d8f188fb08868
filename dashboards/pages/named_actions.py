"""The action that an address names; one set of routes serves the forms of all."""

from typing import Annotated, Any

from fastapi import Depends, HTTPException

from actions.catalogue import of_code
from actions.declared import Action

Kind = type[Action[Any, Any]]


def named(code: str) -> Kind:
    """Return the action of a code; 404 where there is none."""
    kind = of_code(code)
    if kind is None:
        raise HTTPException(404)
    return kind


def named_by_file(code: str) -> Kind:
    """Return the action of a code that takes files of rows; 404 where there is none."""
    kind = named(code)
    if not kind.about.by_file:
        raise HTTPException(404)
    return kind


Named = Annotated[Kind, Depends(named)]
NamedByFile = Annotated[Kind, Depends(named_by_file)]
