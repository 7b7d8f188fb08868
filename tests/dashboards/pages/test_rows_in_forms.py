"""A form of a toy with every kind of field: rows come and go, and all that is said comes back."""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field
from starlette.testclient import TestClient

from actions.access.login import hash_password
from actions.catalogue import declared
from actions.declared import ACTIONS, About, Action, Effect
from actions.fields import Acting, Words, field
from actions.kinds import Amount, Day, Instant, Line, Month, Row, Text
from actions.rights import Right
from api import create_app
from dashboards.pages.app import error_page, router
from tests.actions.world import TODAY, make_world
from tests.dashboards.pages.conftest import PASSWORD, Site
from tests.dashboards.pages.test_forms import hidden


class Colour(StrEnum):
    """A choice."""

    RED = "red"
    BLUE = "blue"


NAMES = {"red": Words("红", "Red"), "blue": Words("蓝", "Blue")}


class Part(Row):
    """A row."""

    name: Line = field(zh="名", en="Name of the part")
    weight: Amount = field(zh="重", en="Weight", unit="g")
    colour: Colour = field(zh="色", en="Colour", names=NAMES)


class Nothing(BaseModel):
    """Nothing."""


@pytest.fixture(scope="module")
def toy() -> Iterator[type[Action[None, Nothing]]]:
    """An action with every kind of field, which is none of the product."""
    declared()

    class Toy(Action[None, Nothing]):
        """Make a toy."""

        about = About("toy.make", Right.LOOK, "/toys", "玩", "Play", ("好", "Done"), "toys")

        story: Text = field(zh="说明", en="Story")
        month: Month = field(zh="月", en="Month")
        day: Day = field(zh="日", en="Day")
        at: Instant = field(zh="时", en="Instant")
        many: list[Colour] = field(zh="多", en="Many", names=NAMES)
        loud: bool = field(zh="响", en="Loud", default=False)
        parts: Annotated[list[Part], Field(min_length=1)] = field(zh="件", en="Parts")

        def foresee(self, on: None, at: Acting) -> list[Effect]:
            """Return one effect."""
            return [Effect("toy", Words("玩具", "Toy"))]

        def do(self, on: None, at: Acting) -> Nothing:
            """Keep what was said."""
            at.told["parts"] = len(self.parts)
            return Nothing()

    yield Toy
    del ACTIONS["toy.make"]


@pytest.fixture(scope="module")
def client(database_of_module, toy) -> Iterator[TestClient]:
    world = make_world(database_of_module)
    world.admin("UPDATE app_user SET password_hash = %s WHERE id > 1", hash_password(PASSWORD))
    pages = [router()]
    app = create_app(world.pool, extra_routers=pages, error_page=error_page, today=TODAY)
    yield Site(world, app).client("city reader", "en")
    world.close()


FIELDS: dict[str, Any] = {
    "story": "long\nago", "month": "2026-01", "day": "2026-01-02", "at": "2026-01-02T10:30",
    "many": ["red", "blue"],
}  # fmt: skip


def test_rows_come_and_go_and_keep_what_was_typed(client):
    one = FIELDS | {"parts.0.name": "wheel", "parts.0.weight": "1.5", "parts.0.colour": "red"}
    page = client.get("/do/toy.make")
    assert page.status_code == 200
    more = client.post("/do/toy.make", data=hidden(page.text) | one | {"step": "add:parts"})
    assert 'name="parts.1.name"' in more.text
    assert 'value="wheel"' in more.text
    two = one | {"parts.1.name": "axle", "parts.1.weight": "a"}
    wrong = client.post("/do/toy.make", data=hidden(page.text) | two)
    assert wrong.status_code == 422
    assert re.findall(r'href="#(f-parts[^"]+)"', wrong.text) == [
        "f-parts-1-weight", "f-parts-1-colour",
    ]  # fmt: skip
    assert "Parts 2 Weight" in wrong.text
    less = client.post("/do/toy.make", data=hidden(page.text) | two | {"step": "drop:parts:0"})
    assert 'value="axle"' in less.text
    assert 'value="wheel"' not in less.text


def test_all_that_is_said_stands_in_the_preview_and_comes_back(client):
    fields = FIELDS | {"loud": "true", "parts.0.name": "wheel", "parts.0.weight": "1,000.5"}
    page = client.get("/do/toy.make")
    check = client.post(
        "/do/toy.make", data=hidden(page.text) | fields | {"parts.0.colour": "blue"}
    )
    assert check.status_code == 200, check.text
    for text in ("2026-01", "2026-01-02 10:30:00 (Asia/Shanghai)", "Red, Blue", "yes"):
        assert text in check.text
    assert "Name of the part wheel, Weight 1000.5 g, Colour Blue" in check.text
    back = client.post("/do/toy.make", data=hidden(check.text) | {"step": "back"})
    assert back.text.count(" checked") == 3
    assert "long\nago" in back.text.replace("\r\n", "\n")
    done = client.post("/do/toy.make", data=hidden(check.text) | {"step": "do"})
    assert (done.status_code, done.headers["location"]) == (303, "/?done=toy.make")
