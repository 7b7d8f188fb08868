"""What a declared field must say; a declaration that is not whole raises when it is made."""

from typing import Final

from pydantic import BaseModel

from actions.fields import FieldWords, field_words, input_kind
from actions.kinds import row_of

# What forms and commands say beside an action's fields.
RESERVED: Final = frozenset(
    ("again", "csrf", "database_url", "dry_run", "errors", "file", "find", "key", "on", "seen",
     "step")
)  # fmt: skip


def check_fields(model: type[BaseModel], base: type[BaseModel], *, nested: bool = False) -> None:
    """Raise TypeError where a field has no words, no control, or a name that `base` has."""
    before: list[str] = []
    for name, info in model.model_fields.items():
        called = f"{model.__name__}.{name}"
        if hasattr(base, name) or name in RESERVED:
            raise TypeError(f"{called} hides what every action has, or what is said beside fields")
        if not any(isinstance(one, FieldWords) for one in info.metadata):
            raise TypeError(f"{called} has no words")
        kind = input_kind(info)
        if kind == "none" or (nested and kind in ("rows", "scan")):
            raise TypeError(f"{called}: no control asks for {info.annotation}")
        when = field_words(info).when
        if when and (when[0] not in before or input_kind(model.model_fields[when[0]]) != "choice"):
            raise TypeError(f"{called} depends on {when[0]}, which is no choice before it")
        if kind == "rows":
            check_fields(row_of(info), base, nested=True)
        before.append(name)
