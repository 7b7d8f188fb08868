"""A form with every kind of field, filled in and sent without a mouse."""

from collections.abc import Iterator
from typing import Any

import pytest

from actions.access.login import hash_password
from api import create_app
from dashboards.pages.app import error_page, router
from tests.actions.world import TODAY, make_world
from tests.dashboards.pages.conftest import PASSWORD
from tests.dashboards.pages.test_browser import chromium, served
from tests.dashboards.pages.test_rows_in_forms import toy

__all__ = ["chromium", "toy"]
pytestmark = pytest.mark.browser


@pytest.fixture
def page(database, toy, chromium) -> Iterator[Any]:
    """The log-in page, in English."""
    world = make_world(database)
    world.admin("UPDATE app_user SET password_hash = %s WHERE id > 1", hash_password(PASSWORD))
    pages = [router()]
    app = create_app(world.pool, extra_routers=pages, error_page=error_page, today=TODAY)
    with served(app) as url:
        context = chromium.new_context(base_url=url, locale="en-US")
        page = context.new_page()
        page.goto("/login?lang=en")
        yield page
        context.close()
    world.close()


def type_in(page: Any, **fields: str) -> None:
    """Go on by Tab to each field by its id, and type."""
    for field, text in fields.items():
        reach(page, f"#{field}")
        page.keyboard.type(text)


def press(page: Any, selector: str, key: str = "Enter") -> None:
    """Go on by Tab to something and press a key there."""
    reach(page, selector)
    page.keyboard.press(key)
    page.wait_for_load_state()


def reach(page: Any, selector: str) -> None:
    for _ in range(100):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Tab does not reach {selector}")


def test_a_form_is_filled_in_previewed_and_done_by_keys_alone(page):
    type_in(page, login="city-reader", password=PASSWORD)
    press(page, "button.primary")
    page.wait_for_selector(".who", state="attached")
    page.goto("/do/toy.make")
    press(page, ".skip")
    assert page.evaluate("document.activeElement.id") == "content"

    type_in(page, **{"f-story": "made by hand", "f-month": "Jan"})
    page.keyboard.press("ArrowRight")
    page.keyboard.type("2026")
    type_in(page, **{"f-day": "01022026"})
    type_in(page, **{"f-at": "01022026"})
    page.keyboard.press("Tab")
    page.keyboard.type("1030AM")
    press(page, "#f-many-1", "Space")
    press(page, "#f-many-2", "Space")
    press(page, "#f-loud", "Space")
    type_in(page, **{"f-parts-0-name": "wheel", "f-parts-0-weight": "1.5"})
    type_in(page, **{"f-parts-0-colour": "Red"})
    press(page, "button[value='add:parts']")
    page.wait_for_selector("#f-parts-1-name")
    assert page.evaluate("document.activeElement.id") == "f-parts-1-name"
    type_in(page, **{"f-parts-1-name": "axle", "f-parts-1-weight": "2"})
    type_in(page, **{"f-parts-1-colour": "Blue"})
    press(page, "button[value='add:parts']")
    page.wait_for_selector("#f-parts-2-name")
    press(page, "button[value='drop:parts:2']")
    page.wait_for_selector("#f-parts-2-name", state="detached")
    assert page.evaluate("document.activeElement.value") == "add:parts"
    press(page, "button.primary")

    page.wait_for_selector(".answers, .summary")
    assert not page.locator(".summary").count(), page.inner_text(".summary")
    for text in ("made by hand", "2026-01-02 10:30", "Red, Blue", "wheel", "axle"):
        assert text in page.inner_text(".answers")
    press(page, "button[value=back]")
    page.wait_for_selector("#f-story")
    assert page.input_value("#f-parts-1-name") == "axle"
    press(page, "button.primary")
    page.wait_for_selector(".answers")
    press(page, "button[value=do]")
    page.wait_for_url("**/?done=toy.make")
