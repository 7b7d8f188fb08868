"""What a file leaves open, as fields of the import's page; what was answered goes on with it."""

from dataclasses import dataclass
from typing import Final

from starlette.datastructures import FormData

from actions.readings.file_answers import answers_of, choices_of
from actions.registry.values import ProblemsError
from collector.files.answers import Answers
from dashboards.pages.viewer import Viewer
from metering.errors import EnergyError

_FIELD: Final = "answer."
_MOST: Final = 100
_SEVERAL: Final = ("same", "column")
_OF_CHOICES: Final = ("zone", *_SEVERAL)  # what else it may be is typed


@dataclass(frozen=True, slots=True)
class Asked:
    """A question: its field, the words, and the choices with theirs; free takes any text.

    number: of the field on the page.
    """

    number: int
    field: str
    text: str
    choices: tuple[tuple[str, str], ...]
    free: bool


def answered(form: FormData) -> tuple[tuple[str, str], ...]:
    """Return the answers of a form, in its order: earlier ones go before new ones."""
    found = [
        (name.removeprefix(_FIELD), str(value).strip()[:200])
        for name, value in form.multi_items()
        if name.startswith(_FIELD) and str(value).strip()
    ]
    return tuple(dict.fromkeys(found[-_MOST:]))


def given(gateway: str, answers: tuple[tuple[str, str], ...]) -> Answers:
    """Return answers as the import takes them; of one name the last holds."""
    several = {name: [v for n, v in answers if n == name] for name in _SEVERAL}
    single = {name: value for name, value in answers if name not in _SEVERAL}
    return answers_of({"gateway": gateway, **single, **several})


def questions_of(viewer: Viewer, error: EnergyError) -> tuple[Asked, ...]:
    """Return what a file leaves open, each question once."""
    problems = error.problems if isinstance(error, ProblemsError) else (error,)
    found: dict[tuple[str, str], Asked] = {}
    for one in problems:
        name = str(one.where.get("question", ""))
        key = (name, str(one.where.get("value")) if name in _SEVERAL else "")
        if not name or name == "gateway" or key in found or len(found) >= _MOST:
            continue
        choices = tuple(
            (each["value"], each["zh" if viewer.lang == "zh" else "en"])
            for each in one.where["choices"]
            if not each["value"].isupper()  # which stands for what is typed
        )
        free = not choices_of(name) if name not in _OF_CHOICES else name == "zone"
        shown = choices if name in _OF_CHOICES or not free else ()
        text = one.zh if viewer.lang == "zh" else one.en
        found[key] = Asked(len(found), f"{_FIELD}{name}", text, shown, free)
    return tuple(found.values())


def is_asked(error: EnergyError) -> bool:
    """Return whether a problem is a question that has a field of its own among these."""
    return str(error.where.get("question", "gateway")) != "gateway"
