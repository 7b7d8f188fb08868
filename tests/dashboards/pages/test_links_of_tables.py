"""Whatever page has a table, its links carry the filter on screen and bring all rows."""

import html
import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from tests.api.test_openapi import agreed
from tests.dashboards.pages.test_tables import browsers

__all__ = ["browsers"]

FILTERS = {
    path: {one["name"] for one in methods["get"].get("parameters", []) if one["in"] == "query"}
    for path, methods in agreed()["paths"].items()
    if "get" in methods
}


def filters_of(path: str) -> set[str]:
    """Return what a list of the API can be filtered by."""
    return next(
        names
        for template, names in FILTERS.items()
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path)
    )


def filtered(text: str, page: str) -> Iterator[str]:
    """Yield the addresses to which the filters of a page lead, each choice of theirs once."""
    for form in re.findall(r'<form[^>]*method="get".*?</form>', text, re.DOTALL):
        action = re.search(r'action="([^"]*)"', form)
        where = urljoin(page, html.unescape(action[1])) if action else urlsplit(page).path
        if 'name="search"' in form:
            yield f"{where}?search=office"
        for name, choices in re.findall(
            r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL
        ):
            for value in re.findall(r'<option[^>]*value="([^"]+)"', choices)[-1:]:
                yield f"{where}?{urlencode({name: html.unescape(value)})}"


def test_links_carry_the_filter_on_screen_and_all_rows(browsers):
    client, seen, filtered_links = browsers["en"], Counter(), 0
    todo, tried = ["/"], set()
    while todo:
        page = todo.pop()
        query = dict(parse_qsl(urlsplit(page).query))
        kind = re.sub(r"\d+", "1", urlsplit(page).path), *sorted(query)
        seen[kind] += 1
        if seen[kind] > 1 or {"theme", "lang"} & query.keys():
            continue
        answer = client.get(page)
        assert answer.status_code < 500, page
        if "html" not in answer.headers.get("content-type", ""):
            continue
        todo += filtered(answer.text, page)
        for link in map(html.unescape, re.findall(r'href="([^"#]+)"', answer.text)):
            to = urljoin(page, link)
            if "format=" in to and to.startswith("/api/"):
                asked = dict(parse_qsl(urlsplit(to).query))
                meant = query.keys() & filters_of(urlsplit(to).path) - {"after", "limit"}
                assert {name: asked.get(name) for name in meant} == {n: query[n] for n in meant}
                assert not {"after", "limit"} & asked.keys(), to
                filtered_links += bool(meant)
                tried.add(to)
            elif to.startswith("/") and not to.startswith(("/api/", "/logout")):
                todo.append(to)
    assert len(seen) > 60
    assert filtered_links > 10
    for link in sorted(tried):
        file = client.get(link)
        assert file.status_code == 200, link
        if urlsplit(link).path.endswith(("/notice", "/notices")):  # documents of quotas, no tables
            continue
        assert re.search(r"-\d+-rows-\d{8}T", file.headers["content-disposition"]), link
