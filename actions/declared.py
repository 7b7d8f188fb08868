"""An action is declared once: a model whose fields carry words, what it foresees and does."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as of_dataclass
from typing import Any, ClassVar, Final, Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError

from actions.field_checks import check_fields
from actions.fields import Acting, Lang, Option, Words, field_words
from actions.rights import Right
from metering.days import CIVIL_ZONE

OnT = TypeVar("OnT")  # the object that an action hangs on; None: on none
ResultT = TypeVar("ResultT")  # a pydantic model: the body of the API's 201
# The reason that an opposite gives: `both`, which a form says in its reader's language.
BY_MISTAKE: Final = Words("误操作", "by mistake")


@dataclass(frozen=True)  # slots break Thing[T](...) on Python 3.11
class Thing(Generic[OnT]):
    """A kind of object that actions hang on.

    find: None where there is none, or the actor does not see it. page: the object's address.
    covered: SQL of %(on)s and %(right)s: whether a grant with that right reaches the object.
    lock: one action at a time on one object; taken before what was foreseen is compared. Left out,
    it is a lock of the object's kind and id, for those whose rows nobody may update.
    options: the objects to choose from, where no page leads to their forms; else way: how people
    come to it, and way_from: the page on which that begins. keyed: in files of rows, the ids of
    objects that the field knows by a number of its own.
    """

    code: str
    words: Words
    type: type[OnT]
    find: Callable[[Acting, int], OnT | None]
    name: Callable[[OnT, Lang], str]
    page: Callable[[OnT], str]
    covered: str
    lock: str = ""
    unit: Callable[[OnT], str] = lambda _: ""
    zone: Callable[[OnT], str] = lambda _: CIVIL_ZONE
    options: Callable[[Acting], Sequence[Option]] | None = None
    way: Words | None = None
    way_from: str = "/institutions"
    keyed: Callable[[Acting, Sequence[str]], Mapping[str, Sequence[int]]] | None = None

    def __post_init__(self) -> None:
        if not self.lock:
            own = f"SELECT pg_advisory_xact_lock(hashtextextended('{self.code}', %s))"
            object.__setattr__(self, "lock", own)


@dataclass(frozen=True, slots=True)
class About:
    """What an action is: its code, the right it asks for on its object, and how it is called.

    path: of the API, under /api/v1; {on} is the object's id. done: said when it has been done.
    second_person: whoever proposed or made the object may not do it, under none of their log-ins.
    log_in_again: the password is asked for once more. by_file: whether rows of a file may do it.
    """

    code: str
    right: Right
    path: str
    zh: str
    en: str
    done: tuple[str, str]
    tag: str
    on: Thing[Any] | None = None
    second_person: bool = False
    log_in_again: bool = False
    by_file: bool = True

    @property
    def words(self) -> Words:
        """What it is called."""
        return Words(self.zh, self.en)


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that would change: what, and before and after as people read them.

    code: the kind of effect; where: the same for programs: ids, months, exact figures.
    warns: whether somebody careful would stop there.
    """

    code: str
    what: Words
    before: Words | None = None
    after: Words | None = None
    where: Mapping[str, Any] = of_dataclass(default_factory=dict)
    warns: bool = False


class Started(BaseModel):
    """What goes on after the answer: the task that does it, to be watched at /tasks/ID."""

    task: int


@dataclass(frozen=True, slots=True)
class Opposite:
    """The action that takes another back, and the id of its object."""

    action: "Action[Any, Any]"
    on: int | None = None


class Action(BaseModel, Generic[OnT, ResultT]):
    """What a person or program may do to an object; the result is what the API answers."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    about: ClassVar[About]

    def check(self, on: OnT, at: Acting) -> None:
        """Refuse what cannot be done; asked before it is foreseen, and again before it is done."""

    def foresee(self, on: OnT, at: Acting) -> list[Effect]:
        """Return what would change; whatever is written for that is undone."""
        raise NotImplementedError

    def do(self, on: OnT, at: Acting) -> ResultT:
        """Do it."""
        raise NotImplementedError

    @classmethod
    def do_many(cls, rows: Sequence[tuple[OnT, Self]], at: Acting) -> Sequence[ResultT] | None:
        """Do it to many objects, in columns; files of more than 2,000 rows need it.

        The results in the order of the rows, where there is an opposite that wants them.
        """
        raise NotImplementedError

    @classmethod
    def takes_many(cls) -> bool:
        """Return whether it can be done in columns."""
        return _says(cls, "do_many")

    @classmethod
    def notes_itself(cls) -> bool:
        """Return whether `do` writes the audit entry, together with readings on another login."""
        return False

    @classmethod
    def copies(cls) -> bool:
        """Return whether `do` reads by COPY, so that a file's rows are done in no pipeline."""
        return False

    @classmethod
    def fits(cls, on: OnT) -> bool:
        """Return whether this is ever done to such an object; if not, nothing leads there."""
        return True

    @classmethod
    def where_to(cls, on: OnT, result: ResultT) -> str:
        """Return the address of the page to go on to."""
        if isinstance(result, Started):
            return f"/tasks/{result.task}"
        return cls.about.on.page(on) if cls.about.on else "/"

    @classmethod
    def given(cls, on: OnT, at: Acting) -> Mapping[str, Any]:
        """Return what its form begins with, by field, where it changes what there is."""
        return {}

    @classmethod
    def made_by(cls, on: OnT, at: Acting) -> Collection[str]:
        """Return the actors who proposed or made the object; another person must do this."""
        raise NotImplementedError

    def opposite(self, on: OnT, result: ResultT) -> Opposite | None:
        """Return what takes this back once it has been done, None where nothing does."""
        return None

    @classmethod
    def has_opposite(cls) -> bool:
        """Return whether it can be taken back."""
        return _says(cls, "opposite")

    @model_validator(mode="after")
    def _conditions(self) -> Self:
        """Demand a conditional field where its condition holds, and only there."""
        for name, info in type(self).model_fields.items():
            if (when := field_words(info).when) is not None:
                asked = str(getattr(self, when[0])) == when[1]
                if asked != (getattr(self, name) is not None):
                    kind = "missing" if asked else "not_asked"
                    told = {"field": name, "kind": kind}
                    raise PydanticCustomError("conditional", "{field}: {kind}", told)
        return self

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if "[" not in cls.__name__:  # Action[OnT, ResultT] itself is no action
            check_declared(cls)
            ACTIONS[cls.about.code] = cls


ACTIONS: Final[dict[str, type[Action[Any, Any]]]] = {}


def result_of(kind: type[Action[Any, Any]]) -> type[BaseModel]:
    """Return the model of what an action answers."""
    result: type[BaseModel] = _args(kind)[1]
    return result


def check_declared(kind: type[Action[Any, Any]]) -> None:
    """Raise TypeError where a declaration is not whole, for a person would find out later."""
    about = getattr(kind, "about", None)
    if not isinstance(about, About):
        raise TypeError(f"{kind.__name__} does not say what it is about")
    if about.code in ACTIONS:
        raise TypeError(f"two actions are called {about.code}")
    if _args(kind)[0] is not (about.on.type if about.on else type(None)):
        raise TypeError(f"{kind.__name__} hangs on something else than its type says")
    if ("{on}" in about.path) != (about.on is not None):
        raise TypeError(f"{kind.__name__}: its path and its object do not agree")
    if not (kind.__doc__ or "").strip():
        raise TypeError(f"{kind.__name__} has no docstring for the API")
    if about.second_person != _says(kind, "made_by"):
        raise TypeError(f"{kind.__name__}: second_person and made_by go together")
    check_fields(kind, Action)


def _says(kind: type[Action[Any, Any]], name: str) -> bool:
    """Return whether an action has this of its own, and not what all have."""
    return next(one for one in kind.__mro__ if name in vars(one)) is not Action


def _args(kind: type[Action[Any, Any]]) -> tuple[Any, ...]:
    """Return what an action says of Action[OnT, ResultT]; pydantic keeps None as it is."""
    found = (getattr(one, "__pydantic_generic_metadata__", {}).get("args") for one in kind.__mro__)
    on, result = next(args for args in found if args)
    return (type(None) if on is None else on, result)
