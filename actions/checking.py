"""What is refused of every action before it is foreseen or done."""

from typing import Any

from pydantic import BaseModel

from actions.declared import Action, OnT
from actions.fields import Acting, field_words, input_kinds
from actions.options import option_of
from actions.refusals import not_offered, same_person
from actions.scans import check_scans
from storage.access import people


def check(action: Action[OnT, Any], on: OnT, at: Acting) -> None:
    """Refuse who made it himself, values that no query offers, what the action itself refuses."""
    if made_it(type(action), on, at):
        raise same_person()
    _check_choices(action, at, "")
    check_scans(action, at)
    action.check(on, at)


def made_it(kind: type[Action[OnT, Any]], on: OnT, at: Acting) -> bool:
    """Return whether the actor is who made or asked for what another person must do."""
    if not kind.about.second_person:
        return False
    return people.is_one_of(at.connection, kind.made_by(on, at))


def _check_choices(model: BaseModel, at: Acting, path: str) -> None:
    kinds = input_kinds(type(model))
    for name, info in type(model).model_fields.items():
        value, kind = getattr(model, name), kinds[name]
        if kind == "rows" and value is not None:
            for place, row in enumerate(value):
                _check_choices(row, at, f"{path}{name}.{place}.")
        elif kind in ("choice", "several") and value is not None and field_words(info).choices:
            values = {str(one) for one in (value if kind == "several" else [value])}
            wrong = sorted(one for one in values if option_of(info, at, one) is None)
            if wrong:
                raise not_offered(f"{path}{name}", wrong[0])
