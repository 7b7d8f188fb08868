"""In a real browser: charts are drawn under the policy, nothing foreign is asked, back works."""

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import uvicorn

from tests.dashboards.pages.conftest import PASSWORD

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def chromium() -> Iterator[object]:
    """A browser without a window."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("no Chromium on PATH: the pages were not looked at in a browser")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def served(app: object) -> Iterator[str]:
    """Serve on a free port of this machine."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", access_log=False))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        deadline = time.monotonic() + 20
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.02)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(20)


@pytest.fixture
def visit(site, chromium):
    """Return a function that opens a logged-in page and writes down what goes wrong in it."""
    opened = []
    with served(site.app) as url:

        def open_page(
            lang: str = "zh",
            width: int = 1280,
            dark: bool = False,
            zoomed: int = 1,
            login: str = "planner-of-all",
        ):
            context = chromium.new_context(
                viewport={"width": width, "height": 900},
                color_scheme="dark" if dark else "light",
                device_scale_factor=zoomed,
                base_url=url,
            )
            page = context.new_page()
            page.wrong = []
            page.on("console", lambda text: page.wrong.append(text.text))
            page.on("pageerror", lambda error: page.wrong.append(str(error)))
            page.on(
                "request",
                lambda asked: asked.url.startswith(url) or page.wrong.append(asked.url),
            )
            page.add_init_script(
                "addEventListener('securitypolicyviolation',"
                " e => console.error('policy', e.violatedDirective, e.blockedURI))"
            )
            page.goto(f"/login?lang={lang}")
            page.fill("#login", login)
            page.fill("#password", PASSWORD)
            page.click("button.primary")
            page.wait_for_url(f"{url}/")
            opened.append(context)
            return page

        yield open_page
        for context in opened:
            context.close()


def drawn(page, chart: str = "#chart-curve") -> int:
    """Return how many figures a chart has drawn."""
    page.wait_for_selector(f"{chart}[data-drawn]")
    return int(page.get_attribute(chart, "data-drawn"))


def colours(page, chart: str) -> int:
    """Return how many different colours a canvas holds."""
    return page.evaluate(
        """chart => {
            const canvas = document.querySelector(`${chart} canvas`);
            const ink = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            return new Set(new Uint32Array(ink.data.buffer)).size;
        }""",
        chart,
    )


def fits(page) -> bool:
    """Return whether nothing sticks out sideways."""
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_data_is_drawn_and_nothing_is_refused_or_foreign(site, visit):
    page = visit("en")
    page.click("text=Demo office")
    hours = drawn(page)
    months = drawn(page, "#chart-accounts")

    assert hours == 72
    assert months == 2
    assert colours(page, "#chart-curve") > 10
    assert colours(page, "#chart-accounts") > 5
    text = page.inner_text("#said-curve")
    assert "47 h measured" in text
    assert "25 h estimated" in text
    assert "96 h without data" in text
    page.click("summary")
    assert page.locator("#table-curve tbody tr").count() == 168
    assert page.locator("#table-curve td.s-estimated").count() == 25
    page.hover("#chart-curve")
    page.hover("#chart-accounts")
    page.goto(site.path("office", "/accounts/electricity/2016-03"))
    assert page.wrong == []


def test_choices_are_in_the_address_and_back_brings_them_back(site, visit):
    page = visit("zh")
    page.goto(site.path("office"))
    drawn(page)
    page.evaluate("window.same = true")  # lost if the page were loaded anew
    page.select_option("#span", "day")
    page.wait_for_url("**span=day**")
    page.click(".tabs >> text=电力")
    page.wait_for_url("**carrier=electricity**")
    assert "span=day" in page.url
    assert drawn(page) == 24
    page.go_back()
    page.wait_for_selector(".tabs a[href*=electricity]:not([aria-current])")
    assert page.input_value("#span") == "day"
    page.go_back()
    page.wait_for_selector("#span option[value=week][selected]", state="attached")
    page.wait_for_selector("#chart-curve[data-drawn='72']")
    assert page.evaluate("window.same")
    assert page.wrong == []


@pytest.mark.parametrize(("lang", "dark"), [("zh", False), ("en", True)])
def test_a_phone_scrolls_down_only(site, visit, lang, dark):
    page = visit(lang, width=390, dark=dark)
    for path in (
        "/",
        "/institutions",
        site.path("office"),
        site.path("office", "?carrier=electricity"),
        site.path("office", "/accounts/electricity/2016-03"),
        "/nowhere",
    ):
        page.goto(path)
        assert fits(page), path
    assert [one for one in page.wrong if "404" not in one] == []


NAMED = """async ([names, series]) => {
    const from = document.querySelector("script[type=module]").src.replace("page.js", "chart.js");
    const { base, legend, named } = await import(from);
    const option = { ...base("kgce"), series: series.map((name) => ({ name })) };
    const element = Object.assign(document.createElement("div"), { className: "chart" });
    document.querySelector("main").append(element);
    legend(option, element, "kgce");
    named(option, element, names);
    const { xAxis, legend: by, grid } = option;
    return [xAxis.type, by.left === 0, grid.top, element.clientHeight];
}"""
OFFICES = [f"Demo university building {number}" for number in range(8)]


@pytest.mark.parametrize(
    ("width", "names", "lies"),
    [(390, OFFICES, True), (1280, OFFICES, False), (390, ["2025-01", "2025-02"] * 6, False)],
)
def test_names_beside_bars_that_lie_where_they_do_not_fit_below(visit, width, names, lies):
    page = visit("en", width=width)
    axis, _, _, high = page.evaluate(NAMED, [names, ["Year before", "This period"]])

    assert axis == ("value" if lies else "category")
    assert (high > 400) == lies


def test_a_legend_takes_lines_of_its_own_where_the_unit_is_in_its_way(visit):
    rules = ["A proportional to base", "B by the gap to the leading value", "C by capability"]
    wide, narrow = (
        visit("en", width=width).evaluate(NAMED, [["2025", "2026"], rules])[1:3]
        for width in (1280, 390)
    )

    assert wide == [False, 36]
    assert narrow[0]
    assert narrow[1] >= 2 * 22


def test_every_field_has_a_name_and_every_chart_a_table(site, visit):
    page = visit("en")
    page.goto(site.path("office"))
    drawn(page)
    nameless = page.evaluate(
        """() => [...document.querySelectorAll("input:not([type=hidden]), select, button, a")]
            .filter(e => e.offsetParent && !(e.labels?.length || e.ariaLabel
                || e.textContent.trim()))
            .map(e => e.outerHTML)"""
    )
    charts = page.evaluate(
        """() => [...document.querySelectorAll("[role=img]")].every(e => e.ariaLabel
            && document.getElementById(e.getAttribute("aria-describedby")))"""
    )
    headed = page.evaluate(
        """() => [...document.querySelectorAll("thead th")].every(e => e.scope === "col")"""
    )

    assert nameless == []
    assert charts
    assert headed
    assert page.locator("h1").count() == 1


def test_ink_stands_out_from_its_ground(site, visit):
    for dark in (False, True):
        page = visit("en", dark=dark)
        page.goto(site.path("office"))
        for ink in ("ink", "quiet", "link", "warn", "bad", "good"):
            ratio = page.evaluate(_CONTRAST, [ink, "card"])
            assert ratio >= 4.5, (ink, dark, ratio)


_CONTRAST = """([ink, ground]) => {
    const light = (name) => {
        const hex = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
        const full = hex.length === 4 ? [...hex.slice(1)].map(c => c + c).join("") : hex.slice(1);
        const [r, g, b] = full.match(/../g).map(c => parseInt(c, 16) / 255)
            .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const [low, high] = [light(ink), light(ground)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
}"""
