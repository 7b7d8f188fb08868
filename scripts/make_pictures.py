"""Take the pictures of the documents from a demo that runs.

    python scripts/make_pictures.py http://127.0.0.1:8460 officer PASSWORD

Needs Chromium and fonts with Chinese characters; Playwright comes with the environment of the
tests. The picture shows one institution, so that it holds accounts and the hourly curve.
"""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
WIDTH, HEIGHT = 1200, 1000
MOST_BYTES = 200_000


def chromium() -> str:
    """Return the browser's program."""
    for name in BROWSERS:
        if found := shutil.which(name):
            return found
    sys.exit(f"None of {', '.join(BROWSERS)} is installed.")


def log_in(page: Page, url: str, login: str, password: str) -> None:
    """Open a session by the form, as a person does."""
    page.goto(f"{url}/login")
    page.fill("#login", login)
    page.fill("#password", password)
    page.click("form.stack button")
    page.wait_for_selector("table.list")


def take(browser: Browser, url: str, login: str, password: str, lang: str) -> Path:
    """Take the picture of the first institution in one language."""
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
    log_in(page, url, login, password)
    link = page.get_attribute("table.list tbody th a", "href") or ""
    page.goto(f"{url}{link.split('?')[0]}?lang={lang}&carrier=electricity")
    page.wait_for_selector("#chart-curve canvas, #chart-curve svg")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(1500)  # charts grow for a second
    path = PICTURES / f"institution-{lang}.png"
    page.screenshot(path=path)
    page.close()
    return path


def main(url: str, login: str, password: str) -> None:
    """Take one picture in each language."""
    PICTURES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        for lang in ("zh", "en"):
            path = take(browser, url.rstrip("/"), login, password, lang)
            size = path.stat().st_size
            print(f"{path.name}: {size / 1000:.0f} kB")
            if size > MOST_BYTES:
                sys.exit(f"{path.name} is larger than {MOST_BYTES / 1000:.0f} kB.")
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:4])
