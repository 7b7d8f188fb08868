"""A declaration that is not whole is refused when the class is made, not when a person comes."""

from enum import StrEnum

import pytest
from pydantic import BaseModel, ValidationError

from actions.catalogue import declared
from actions.declared import ACTIONS, About, Action
from actions.fields import Words, field, input_kind
from actions.kinds import Amount, Id, Line, Month, Row, Signed, Text
from actions.rights import Right
from actions.things import CHANNEL, every_region
from storage.registry.meters import Channel


class Result(BaseModel):
    """Nothing."""


class Colour(StrEnum):
    """A choice."""

    RED = "red"
    BLUE = "blue"


NAMES = {"red": Words("红", "Red"), "blue": Words("蓝", "Blue")}


def about(code: str = "toy.make", **changes) -> About:
    fields = {"right": Right.LOOK, "path": "/toys", "zh": "玩", "en": "Play", "tag": "toys"}
    return About(code=code, **{**fields, "done": ("好", "Done"), **changes})


@pytest.fixture(autouse=True)
def _unlisted():
    """Toys are no actions of the product."""
    declared()
    before = dict(ACTIONS)
    yield
    ACTIONS.clear()
    ACTIONS.update(before)


class Part(Row):
    """A row."""

    colour: Colour = field(zh="色", en="Colour", names=NAMES)


def test_every_kind_of_field_has_its_control():
    class Toy(Action[None, Result]):
        """Make one."""

        about = about()

        name: Line = field(zh="名", en="Name")
        story: Text | None = field(zh="说明", en="Story", default=None)
        weight: Amount = field(zh="重", en="Weight", unit="g")
        shift: Signed = field(zh="差", en="Shift")
        month: Month = field(zh="月", en="Month")
        colour: Colour = field(zh="色", en="Colour", names=NAMES, default=Colour.RED)
        region: Id | None = field(
            zh="区", en="Region", choices=every_region, when=("colour", "blue")
        )
        many: list[Colour] = field(zh="多", en="Many", names=NAMES)
        parts: list[Part] = field(zh="件", en="Parts")
        loud: bool = field(zh="响", en="Loud", default=False)

    kinds = {name: input_kind(info) for name, info in Toy.model_fields.items()}
    assert kinds == {
        "name": "line", "story": "text", "weight": "number", "shift": "number", "month": "month",
        "colour": "choice", "region": "choice", "many": "several", "parts": "rows", "loud": "flag",
    }  # fmt: skip
    fields = {"name": "a", "weight": "1,234.5", "shift": "-1", "month": "2026-01", "many": []}
    toy = Toy.model_validate(fields | {"parts": [{"colour": "red"}]})
    assert (str(toy.weight), str(toy.month)) == ("1234.5", "2026-01-01")
    for wrong, field_name in (({"colour": "blue"}, "region"), ({"region": 1}, "region")):
        with pytest.raises(ValidationError) as caught:
            Toy.model_validate(fields | {"parts": []} | wrong)
        assert caught.value.errors()[0]["ctx"]["field"] == field_name


@pytest.mark.parametrize(
    "text", ["1,2", "12,34", "1.234,5", "1,2345", "12_3", ",5", "1,", "1e400,"]
)
def test_a_comma_that_groups_no_thousands_is_asked_back(text):
    class Reading(Action[None, Result]):
        """Make one."""

        about = about(path="/toys")

        value: Signed = field(zh="数", en="Number")

    assert str(Reading(value="-12,345.5").value) == "-12345.5"
    with pytest.raises(ValidationError, match="1,234"):
        Reading(value=text)


def test_two_actions_of_one_code_are_refused():
    with pytest.raises(TypeError, match="two actions"):

        class Toy(Action[None, Result]):
            """Make one."""

            about = about("exchange.record")


def test_an_action_says_on_what_it_hangs_alike_twice():
    with pytest.raises(TypeError, match="hangs on"):

        class Toy(Action[Channel, Result]):
            """Make one."""

            about = about()

    with pytest.raises(TypeError, match="path"):

        class Other(Action[Channel, Result]):
            """Make one."""

            about = about(on=CHANNEL)


@pytest.mark.parametrize(
    ("annotation", "value", "why"),
    [
        (dict, field(zh="典", en="Dict"), "no control"),
        (int | str, field(zh="或", en="Either"), "no control"),
        (Line | None, field(zh="名", en="Name", when=("other", "red")), "no choice before"),
        (Line, "plain", "no words"),
    ],
)
def test_a_field_that_no_form_could_ask_for_is_refused(annotation, value, why):
    body = {
        "__doc__": "Make one.",
        "__module__": __name__,
        "__annotations__": {"one": annotation},
        "about": about(),
        "one": value,
    }
    with pytest.raises(TypeError, match=why):
        type(Action)("Toy", (Action[None, Result],), body)
