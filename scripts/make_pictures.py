"""Take the pictures of the documents from a demo that runs.

    python scripts/make_pictures.py http://127.0.0.1:8460 officer=PASSWORD planner=PASSWORD

Needs Chromium and fonts with Chinese characters; Playwright comes with the environment of the
tests. The officer's pictures show one institution, who wastes most at night, and its load; the
planner's the union, rules side by side, and a quota's arithmetic.
"""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
WIDTH, HEIGHT = 1060, 1050
MOST_BYTES = 250_000


def chromium() -> str:
    """Return the browser's program."""
    for name in BROWSERS:
        if found := shutil.which(name):
            return found
    sys.exit(f"None of {', '.join(BROWSERS)} is installed.")


def log_in(browser: Browser, url: str, login: str, password: str, lang: str) -> Page:
    """Open a session by the form, as a person does."""
    locale = "zh-CN" if lang == "zh" else "en-GB"
    size: ViewportSize = {"width": WIDTH, "height": HEIGHT}
    page = browser.new_page(base_url=url, viewport=size, color_scheme="light", locale=locale)
    page.goto(f"/login?lang={lang}")
    page.fill("#login", login)
    page.fill("#password", password)
    page.click("form.stack button")
    page.wait_for_selector("table.list")
    return page


def kept(page: Page, name: str, below: str | None = None) -> Path:
    """Keep what the window shows, or the page down to the end of an element."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(1500)  # charts grow for a second
    path = PICTURES / f"{name}.png"
    if below is None:
        page.screenshot(path=path)
        return path
    box = page.locator(below).bounding_box() or {"y": 0.0, "height": float(HEIGHT)}
    height = box["y"] + box["height"] + 16
    page.screenshot(
        path=path, full_page=True, clip={"x": 0, "y": 0, "width": WIDTH, "height": height}
    )
    return path


def board(page: Page, uid: str) -> None:
    """Open a board and wait for its figures."""
    page.goto(f"/boards/commonwatt-{uid}")
    page.wait_for_selector("#board[data-drawn]")


def of_institution(page: Page, lang: str) -> Iterator[Path]:
    """Take the first institution: a year's accounts and the hourly curve."""
    link = page.get_attribute("table.list tbody th a", "href") or ""
    page.goto(f"{link.split('?')[0]}?carrier=electricity")
    page.wait_for_selector("#chart-curve canvas, #chart-curve svg")
    yield kept(page, f"institution-{lang}")


def of_night(page: Page, lang: str) -> Iterator[Path]:
    """Take the ranking by night, and the load of who leads it."""
    board(page, "comparison")
    ranking = page.locator(".board-panel:has([data-panel='8'])")
    path = PICTURES / f"officer-ranking-{lang}.png"
    ranking.screenshot(path=path)
    yield path
    page.click("[data-panel='8'] tbody a")
    page.wait_for_url("**/boards/commonwatt-building?**")
    page.wait_for_selector("#board[data-drawn]")
    yield kept(page, f"officer-night-{lang}", ".board-panel:has([data-panel='8'])")


def of_union(page: Page, lang: str) -> Iterator[Path]:
    """Take the union's board."""
    board(page, "union")
    yield kept(page, f"union-{lang}")


def of_planning(page: Page, lang: str, url: str) -> Iterator[Path]:
    """Take the rules of the union's target side by side, and the arithmetic of a quota."""
    page.goto(f"{url}/unions?lang={lang}")
    page.click("main a[href^='/unions/']")
    page.click("main a[href^='/targets/']")
    page.click("main a[href$='/compare']")
    yield kept(page, f"planner-compare-{lang}")
    page.go_back()
    page.click("main a[href^='/runs/']")
    page.click("main a[href*='/quotas/']")
    yield kept(page, f"planner-quota-{lang}")


def taken(browser: Browser, url: str, passwords: dict[str, str]) -> Iterator[Path]:
    """Take every picture in both languages."""
    for lang in ("zh", "en"):
        page = log_in(browser, url, "officer", passwords["officer"], lang)
        yield from of_institution(page, lang)
        yield from of_night(page, lang)
        page = log_in(browser, url, "planner", passwords["planner"], lang)
        yield from of_union(page, lang)
        yield from of_planning(page, lang, url)


def main(url: str, *logins: str) -> None:
    """Take the pictures, and see that none is too large."""
    PICTURES.mkdir(exist_ok=True)
    passwords = dict(login.split("=", 1) for login in logins)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        for path in taken(browser, url.rstrip("/"), passwords):
            size = path.stat().st_size
            print(f"{path.name}: {size / 1000:.0f} kB")
            if size > MOST_BYTES:
                sys.exit(f"{path.name} is larger than {MOST_BYTES / 1000:.0f} kB.")
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
