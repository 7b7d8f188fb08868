"""What a field of an action says to people: its words in both languages, and its choices."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as of_dataclass
from datetime import date
from functools import cache
from typing import Any, Final, Literal, TypeVar, overload

from psycopg import Connection
from pydantic import BaseModel, Field
from pydantic.fields import FieldInfo

from actions.kinds import kind_of
from actions.routes import OURS, Routes

Lang = Literal["zh", "en"]
T = TypeVar("T")
OF_OBJECT: Final = "in the object's unit"


@dataclass(frozen=True, slots=True)
class Words:
    """The same said in both languages."""

    zh: str
    en: str

    def say(self, lang: Lang, **values: object) -> str:
        """Return it in one of them."""
        text = self.zh if lang == "zh" else self.en
        return text.format(**values) if values else text

    @property
    def both(self) -> str:
        """In both, for what is written down before anybody reads it."""
        return f"{self.zh} / {self.en}"


def plain(text: str) -> Words:
    """Return what reads the same in both languages: figures, codes."""
    return Words(text, text)


@dataclass(frozen=True, slots=True)
class Option:
    """One of the values that a field may have."""

    value: str
    words: Words


@dataclass(frozen=True, slots=True)
class Acting:
    """Who acts, in which transaction, on which day.

    told: what the audit entry will say beyond the fields; `do` may add to it.
    later: what is done once this is committed, by name, each once; what fails there takes nothing
        of it back.
    known: what was asked for already, such as the options of a field.
    sink: where readings go, on the collector's login, in transactions of its own.
    routes: whose messages are, and what they say.
    chosen: a password that was chosen; no field, for fields are written down. Empty: one is made.
    broker: where gateways reach the broker, as mqtts://host:port; empty where nobody said.
    """

    connection: Connection[Any]
    actor: str
    today: date
    told: dict[str, Any] = of_dataclass(default_factory=dict)
    later: dict[str, Callable[["Acting"], None]] = of_dataclass(default_factory=dict)
    known: dict[Any, Any] = of_dataclass(default_factory=dict)
    sink: object | None = None
    routes: Routes = OURS
    chosen: str = of_dataclass(default="", repr=False)
    broker: str = ""


@dataclass(frozen=True, slots=True)
class Searched:
    """Options that are too many to list, under the actor's rights.

    find: some of those that a few words mean. named: the option of a value, None where there is
    none.
    """

    find: Callable[[Acting, str], Sequence[Option]]
    named: Callable[[Acting, str], Option | None]


Choices = Callable[[Acting], Sequence[Option]] | Searched
Called = Callable[[Acting, int], Words | None]


@dataclass(frozen=True, slots=True)
class FieldWords:
    """What a field says to people beyond its type; when: (field, value) for which it is asked.

    called: what people call that whose id it is, None where the actor does not see it; for what
    is too many to choose from, and comes from the page that shows it.
    among: (field, values): a choice before it, and for which of its options forms show this one.
    """

    label: Words
    hint: Words | None
    unit: str
    choices: Choices | None
    names: Mapping[str, Words]  # of an enum's members
    when: tuple[str, str] | None
    called: Called | None = None
    among: tuple[str, tuple[str, ...]] | None = None


@overload
def field(
    *,
    zh: str,
    en: str,
    default: T,
    hint: tuple[str, str] | None = ...,
    unit: str = ...,
    choices: Choices | None = ...,
    names: Mapping[str, Words] | None = ...,
    called: Called | None = ...,
    among: tuple[str, tuple[str, ...]] | None = ...,
    examples: list[Any] | None = ...,
) -> T: ...
@overload
def field(
    *,
    zh: str,
    en: str,
    hint: tuple[str, str] | None = ...,
    unit: str = ...,
    choices: Choices | None = ...,
    names: Mapping[str, Words] | None = ...,
    called: Called | None = ...,
    when: tuple[str, str] | None = ...,
    examples: list[Any] | None = ...,
) -> Any: ...
def field(
    *,
    zh: str,
    en: str,
    default: Any = ...,
    hint: tuple[str, str] | None = None,
    unit: str = "",
    choices: Choices | None = None,
    names: Mapping[str, Words] | None = None,
    called: Called | None = None,
    when: tuple[str, str] | None = None,
    among: tuple[str, tuple[str, ...]] | None = None,
    examples: list[Any] | None = None,
) -> Any:
    """Return a field with its words; a required one is typed Any, as pydantic's own Field is.

    Limits (ge, max_length) belong to the type: on a field they would land outside its validators.
    """
    told = Words(*hint) if hint else None
    words = FieldWords(Words(zh, en), told, unit, choices, names or {}, when, called, among)
    described = f"{en}. {words.hint.en}." if words.hint else f"{en}."
    extra: dict[str, Any] = {"x-label": {"zh": zh, "en": en}} | ({"x-unit": unit} if unit else {})
    if when:
        extra["x-when"] = {when[0]: when[1]}
    first: Any = None if when else default
    info: FieldInfo = Field(
        first, description=described, json_schema_extra=extra, examples=examples
    )
    info.metadata.append(words)
    return info


def field_words(info: FieldInfo) -> FieldWords:
    """Return the words of a field."""
    return next(one for one in info.metadata if isinstance(one, FieldWords))


def input_kind(info: FieldInfo) -> str:
    """Return the kind of a field of an action: how it is asked for and shown."""
    words = field_words(info)
    chosen = words.choices is not None
    return kind_of(info, chosen=chosen, ids=words.called is not None) or "none"


@cache
def input_kinds(model: type[BaseModel]) -> Mapping[str, str]:
    """Return the kinds of the fields of a model, by name; a file asks for them at each row."""
    return {name: input_kind(info) for name, info in model.model_fields.items()}


def called(info: FieldInfo, value: Any, at: Acting) -> Words | None:
    """Return what people call that whose id a field holds, None where there is no more to say."""
    how = field_words(info).called
    return how(at, int(value)) if how is not None and str(value).isdecimal() else None


@dataclass(frozen=True, slots=True)
class Once:
    """Marks a field of a result that is shown once and kept nowhere, such as a new password.

    scanned: whether a page draws it as a QR code.
    """

    label: Words
    scanned: bool


def once(*, zh: str, en: str, scanned: bool = False) -> Any:
    """Return a field of a result that is shown once: null where the same is answered again."""
    info: Any = Field(None, description=f"{en}. Shown once, and kept nowhere.")
    info.metadata.append(Once(Words(zh, en), scanned))
    return info


def once_of(model: type[BaseModel]) -> dict[str, Once]:
    """Return the fields of a result that are shown once, with how they are shown."""
    return {
        name: mark
        for name, info in model.model_fields.items()
        for mark in info.metadata
        if isinstance(mark, Once)
    }
