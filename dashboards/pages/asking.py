"""The fields of an action as a form asks for them, and its values as a preview repeats them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from actions.fields import (
    OF_OBJECT,
    Acting,
    Lang,
    Option,
    Words,
    called,
    field_words,
    input_kind,
)
from actions.kinds import row_of
from actions.options import is_searched, option_of, options_of
from actions.scans import attached
from dashboards.pages.writing import unit_name
from metering.days import CIVIL_ZONE

_FEW: Final = 7  # options that are shown at once rather than in a list


@dataclass(frozen=True, slots=True)
class Place:
    """Where an object stands, as far as fields depend on it."""

    unit: str = ""
    zone: str = CIVIL_ZONE


@dataclass(slots=True)
class FormField:
    """A field as a form asks for it.

    name: with its path, such as members.0.region. value: as it was filled in.
    under: fields asked for one of the options alone, by that option. searched: its options are too
    many to list, so these are the chosen ones. steers: other fields are shown for some of its
    options alone, so it is chosen before them.
    """

    name: str
    kind: str
    label: str
    hint: str
    unit: str
    value: Any
    error: str
    needed: bool
    options: Sequence[Option] = ()
    under: dict[str, list["FormField"]] = field(default_factory=dict)
    rows: list[list["FormField"]] = field(default_factory=list)
    searched: bool = False
    steers: bool = False

    @property
    def id(self) -> str:
        """The id of its control."""
        return "f-" + self.name.replace(".", "-")

    @property
    def few(self) -> bool:
        """Whether all options are shown at once; fields under one of them need that."""
        return (
            self.kind == "choice"
            and not self.searched
            and not self.steers
            and (0 < len(self.options) <= _FEW or bool(self.under))
        )

    def chosen(self, option: Option) -> bool:
        """Return whether an option is the value, or one of them."""
        values = self.value if isinstance(self.value, list) else [self.value]
        return option.value in [str(one) for one in values]


@dataclass(frozen=True, slots=True)
class Asking:
    """What a form is filled with: values, errors by path, and who asks in which language."""

    values: Mapping[str, Any]
    errors: Mapping[str, str]
    at: Acting
    lang: Lang
    place: Place


def asked(model: type[BaseModel], asking: Asking, path: str = "") -> list[FormField]:
    """Return the fields of a model with what was filled in and what is wrong."""
    known: dict[str, FormField] = {}
    top: list[FormField] = []
    steering = _steering(model)
    for name, info in model.model_fields.items():
        if not _belongs(f"{path}{name}", info, asking):
            continue
        known[name] = one = _one(name, info, asking, path)
        one.steers = name in steering
        when = field_words(info).when
        (top if when is None else known[when[0]].under.setdefault(when[1], [])).append(one)
    return top


def flat(fields: Iterable[FormField]) -> list[FormField]:
    """Return fields with those under them, in the order shown."""
    found = []
    for one in fields:
        found.append(one)
        for below in (*one.under.values(), *one.rows):
            found += flat(below)
    return found


def answers(action: BaseModel, asking: Asking) -> list[tuple[str, str]]:
    """Return what was filled in by label, as people read it; times with their zone."""
    found: list[tuple[str, str]] = []
    for name, info in type(action).model_fields.items():
        value, label = getattr(action, name), field_words(info).label.say(asking.lang)
        if value is None:
            continue
        if input_kind(info) == "rows":
            for place, row in enumerate(value, 1):
                parts = (f"{each} {text}" for each, text in answers(row, asking))
                found.append((f"{label} {place}", _join(parts, asking.lang)))
        else:
            found.append((label, _text(info, value, asking)))
    return found


def _steering(model: type[BaseModel]) -> set[str]:
    """Return the choices by which other fields are shown or not."""
    every = (field_words(info).among for info in model.model_fields.values())
    return {among[0] for among in every if among is not None}


def _belongs(path: str, info: FieldInfo, asking: Asking) -> bool:
    """Return whether a field belongs to what is chosen before it, or is wrong there."""
    among = field_words(info).among
    if among is None or asking.values.get(among[0]) in among[1]:
        return True
    return any(one == path or one.startswith(f"{path}.") for one in asking.errors)


def _one(name: str, info: FieldInfo, asking: Asking, path: str) -> FormField:
    words, kind, full, lang = field_words(info), input_kind(info), f"{path}{name}", asking.lang
    first = "" if info.is_required() or info.default is None else info.default
    value = asking.values.get(name, first)
    one = FormField(
        name=full,
        kind=kind,
        label=words.label.say(lang),
        hint=words.hint.say(lang) if words.hint else "",
        unit=_beside(info, value, asking),
        value=_shown(value, kind, asking.place.zone),
        error=asking.errors.get(full, ""),
        needed=info.is_required() or words.when is not None or kind == "flag" or first != "",
    )
    if kind in ("choice", "several") and words.called is not None:
        one.options = _brought(info, value, asking)
    elif kind in ("choice", "several"):
        one.searched = is_searched(info, asking.at)
        one.options = _chosen(one, info, asking.at) if one.searched else options_of(info, asking.at)
    if kind == "rows":
        for place, row in enumerate(value if isinstance(value, list) and value else [{}]):
            of_row = Asking(row, asking.errors, asking.at, lang, asking.place)
            one.rows.append(asked(row_of(info), of_row, f"{full}.{place}."))
    return one


def _brought(info: FieldInfo, value: Any, asking: Asking) -> Sequence[Option]:
    """Return the ids that another page brought, each as it is called."""
    values = value if isinstance(value, list) else []
    plain = [(str(one), called(info, one, asking.at)) for one in values]
    return [Option(one, name or Words(one, one)) for one, name in plain]


def _beside(info: FieldInfo, value: Any, asking: Asking) -> str:
    """Return what stands beside a field: its unit, or what the id in it is called."""
    name = called(info, value, asking.at)
    return name.say(asking.lang) if name else unit_name(_unit(info, asking), asking.lang)


def _chosen(one: FormField, info: FieldInfo, at: Acting) -> list[Option]:
    """Return the options that are chosen; what is none of them stays, to be said so."""
    values = one.value if isinstance(one.value, list) else [one.value]
    texts = [str(value) for value in values if value not in (None, "")]
    return [option_of(info, at, text) or Option(text, Words(text, text)) for text in texts]


def _shown(value: Any, kind: str, zone: str) -> Any:
    """Return a value as its control has it: an instant with offset as civil time of the place."""
    if value is True:
        return "true"
    if kind == "instant" and value:
        try:
            at = datetime.fromisoformat(str(value))
            civil = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        except (ValueError, OverflowError):
            return value
        return civil.isoformat() if at.tzinfo else value
    return value


def _unit(info: FieldInfo, asking: Asking) -> str:
    unit = field_words(info).unit
    return asking.place.unit if unit == OF_OBJECT else unit


def _text(info: FieldInfo, value: Any, asking: Asking) -> str:
    kind = input_kind(info)
    if kind in ("choice", "several"):
        values = value if kind == "several" else [value]
        if field_words(info).called is not None:
            brought = _brought(info, values, asking)
            return _join((one.words.say(asking.lang) for one in brought), asking.lang)
        chosen = ((one, option_of(info, asking.at, str(one))) for one in values)
        names = (name.words.say(asking.lang) if name else str(one) for one, name in chosen)
        return _join(names, asking.lang)
    if kind == "scan":
        scan = attached(asking.at, str(value))
        return f"{scan.name} ({scan.bytes:,} B)" if scan else str(value)
    if kind == "flag":
        return {"zh": ("否", "是"), "en": ("no", "yes")}[asking.lang][bool(value)]
    if isinstance(value, datetime):
        civil = value.astimezone(ZoneInfo(asking.place.zone))
        return f"{civil:%Y-%m-%d %H:%M:%S} ({asking.place.zone})"
    text = f"{value:%Y-%m}" if kind == "month" else str(value)
    return f"{text} {_beside(info, value, asking)}".rstrip()


def _join(parts: Iterable[str], lang: Lang) -> str:
    return ("、" if lang == "zh" else ", ").join(parts)
