"""Every kind of page, in both languages, lights and widths: axe finds nothing, all of it fits."""

import importlib.metadata
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from actions.catalogue import declared
from actions.fields import input_kind
from actions.kinds import row_of
from tests.actions.examples import union_in
from tests.actions.examples_of_keys import sent
from tests.actions.examples_of_readings import refused, set_aside
from tests.dashboards.pages.conftest import PASSWORD
from tests.dashboards.pages.test_browser import chromium, fits, served
from tests.dashboards.pages.test_forms import path_of, site

__all__ = ["chromium", "site"]
pytestmark = pytest.mark.browser

_WHEEL: Final = "axe-playwright-python"
# What WCAG 2.1 asks at level AA, and that headings step down one by one.
_FOUND: Final = """async () => (await axe.run(document, {
    resultTypes: ["violations"],
    runOnly: {type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]},
    rules: {"heading-order": {enabled: true}, "page-has-heading-one": {enabled: true}},
})).violations.map(one => [one.id, ...one.nodes.map(node => node.html.slice(0, 160))])"""
_CONTRAST: Final = """async () => (await axe.run(document, {
    resultTypes: ["violations"], runOnly: {type: "rule", values: ["color-contrast"]},
})).violations.map(one => [one.id, ...one.nodes.map(node => node.html.slice(0, 160))])"""
EXCHANGE: Final = "at=2016-03-02T10:30&initial=0&source=form+12"


@pytest.fixture(scope="module")
def axe() -> str:
    """The script that looks at a page; out of its wheel, of which nothing is run."""
    wheel = importlib.metadata.distribution(_WHEEL)
    script = wheel.locate_file("axe_playwright_python/axe.min.js")
    return Path(str(script)).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def paths(site) -> list[str]:
    """The address of one page of every kind."""
    world = site.world
    world.admin(
        """INSERT INTO institution_fact
               (institution_id, attribute, value, valid_from, source, known_by)
           VALUES (%s, 'class', 'GOV', '2010-01-01', 'test', 'test')""",
        world.institution["office"],
    )
    union, target = world.union["cities"], world.target["cities"]
    union_in(world).issued()
    set_aside(world, "office")
    refused(world, ahead_h=8)
    sent(world)
    (reject,) = world.admin("SELECT min(id) FROM rejected_message")[0]
    (run,) = world.admin("SELECT max(id) FROM run")[0]
    return [
        *("/", "/institutions", "/institutions?search=nowhere", "/boards", "/unions", "/do"),
        *("/people", "/audit", "/me", "/me/password", "/data", "/gateways", "/rejects"),
        *("/unbound-keys", "/payloads/try"),
        *(
            "/quotas",
            "/set-aside",
            "/exchanges",
            f"/exchanges?institution={world.institution['office']}",
        ),
        *("/imports", "/imports/readings", "/imports/registry", "/nowhere"),
        *("/published", "/published/quota-standards", f"/rejects/{reject}"),
        f"/channels/{world.channel['office e']}/corrections",
        site.path("office"),
        site.path("office", f"?curve={world.channel['office e']}&day=2016-03-02&span=week"),
        site.path("office", "/accounts/electricity/2016-03"),
        site.path("office", "/standards"),
        site.path("office", "/quotas/2016"),
        *("/boards/commonwatt-institution", "/boards/commonwatt-quality"),
        *(f"/unions/{union}", f"/targets/{target}", f"/targets/{target}/bases"),
        *(f"/targets/{target}/compare", f"/runs/{run}", f"/people/{world.user['city reader']}"),
        *(path_of(site, code) for code in forms()),
    ]


def forms() -> list[str]:
    """Return actions that together ask for every kind of field."""
    chosen, seen = [], set()
    for code, kind in declared().items():
        kinds = {input_kind(info) for info in kind.model_fields.values()}
        for info in kind.model_fields.values():
            if input_kind(info) == "rows":
                kinds |= {f"row of {input_kind(one)}" for one in row_of(info).model_fields.values()}
        if kinds - seen:
            chosen.append(code)
            seen |= kinds
    return chosen


@pytest.fixture(scope="module")
def url(site) -> Iterator[str]:
    """Where the pages are served."""
    with served(site.app) as url:
        yield url


@pytest.fixture
def visit(url, chromium, axe) -> Iterator[Callable[..., Any]]:
    """Return a function that opens the log-in page with axe at hand."""
    opened = []

    def open_page(lang: str, width: int = 1280, light: str = "light") -> Any:
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=light,
            base_url=url,
        )
        opened.append(context)
        page = context.new_page()
        page.add_init_script(axe)
        page.goto(f"/login?lang={lang}")
        return page

    yield open_page
    for context in opened:
        context.close()


def log_in(page: Any) -> None:
    page.fill("#login", "planner-of-all")
    page.fill("#password", PASSWORD)
    page.click("button.primary")
    page.wait_for_selector(".who", state="attached")


def wrong(page: Any, other: str | None = None) -> list[Any]:
    """Return what axe finds on an open page, in the other light too, and whether it is too wide."""
    page.wait_for_function("() => !document.querySelector('#board:not([data-drawn])')")
    found = page.evaluate(_FOUND)
    if other:
        page.emulate_media(color_scheme=other)
        found += page.evaluate(_CONTRAST)
        page.emulate_media(color_scheme="light" if other == "dark" else "dark")
    return [*found, *([] if fits(page) else ["too wide"])]


@pytest.mark.slow
@pytest.mark.parametrize(("lang", "width", "light"), [("zh", 1280, "light"), ("en", 390, "dark")])
def test_axe_finds_nothing_and_nothing_sticks_out(paths, visit, lang, width, light):
    page = visit(lang, width, light)
    other = "dark" if width > 1000 else None  # where narrow, heads of tables are not seen
    found = {"/login": wrong(page, other)}
    log_in(page)
    for path in paths:
        answer = page.goto(path)
        as_meant = answer.status == (404 if path == "/nowhere" else 200)
        found[path] = wrong(page, other) if as_meant else answer.status
    lines = [f"{path}: {one}" for path, one in found.items() if one]
    assert not lines, "\n".join(lines)


@pytest.mark.parametrize(("lang", "light"), [("zh", "dark"), ("en", "light")])
def test_what_is_wrong_and_what_would_change_is_accessible(site, visit, lang, light):
    page = visit(lang, 390, light)
    log_in(page)
    page.goto(path_of(site, "exchange.record"))
    page.click("button.primary")
    page.wait_for_selector(".summary")
    assert wrong(page) == []
    page.goto(f"{path_of(site, 'exchange.record')}?{EXCHANGE}")
    page.click("button.primary")
    page.wait_for_selector(".answers")
    assert wrong(page) == []


def test_paper_names_what_and_when_and_leaves_out_what_nobody_can_press(visit):
    page = visit("en")
    log_in(page)
    page.goto("/institutions?search=office")
    head = page.locator(".on-paper")
    assert not head.is_visible()
    page.emulate_media(media="print")
    assert head.is_visible()
    assert re.search(r"As of 20\d\d-\d\d-\d\d \d\d:\d\d \(UTC\+8\)", head.inner_text())
    for what in (page.title().split(" · ")[0], "planner of all", "/institutions?search=office"):
        assert what in head.inner_text()
    assert page.locator("#search").is_visible()  # what was chosen
    for selector in ("header nav", ".tools", "main button", ".links", ".skip"):
        assert not page.locator(selector).first.is_visible(), selector


def test_a_phone_reaches_every_section_and_ones_own_page(visit):
    page = visit("en", 390)
    log_in(page)
    for name in ("Today", "Institutions", "Boards", "Unions", "Do", "Data", "People"):
        assert page.locator("header nav").get_by_text(name, exact=True).is_visible()
    page.click(".who")
    page.wait_for_url("**/me")
    page.click("header nav >> text=Data")
    page.click("main >> text=Gateways")
    page.wait_for_url("**/gateways")
    assert page.locator("header nav [aria-current]").inner_text() == "Data"


def test_people_are_a_section_for_who_administers(site):
    assert '<a href="/people"' in site.client("planner of all").get("/boards").text
    assert '<a href="/people"' not in site.client("city reader").get("/boards").text
