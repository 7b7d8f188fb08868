"""People at the pages: each logs in by the form, and opens pages as a browser that keeps little."""

import re
import time
from dataclasses import dataclass, field
from typing import Final, Self

import httpx2

PASSWORD: Final = "four unrelated words here"
_PATIENCE_S: Final = 60.0
_TRIES: Final = 30
_TOKEN: Final = re.compile(r'name="form" value="([^"]+)"')
_BESIDE: Final = re.compile(r'<(?:script|img|link rel="icon")[^>]+(?:src|href)="(/[^"]+)"')
_ZIPPED: Final = {"Accept-Encoding": "gzip", "Accept-Language": "en"}


@dataclass
class Visitor:
    """Somebody who is logged in; `failed` holds the addresses that did not answer 200."""

    client: httpx2.Client
    failed: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, url: str) -> Self:
        """Return a stranger at a server."""
        return cls(httpx2.Client(base_url=url, timeout=_PATIENCE_S, headers=_ZIPPED))

    def open(self, path: str, **query: object) -> str:
        """Open a page, and return its text."""
        asked = {name: str(value) for name, value in query.items()}
        answer = self.client.get(path, params=asked)
        if answer.status_code != 200:
            self.failed.append(f"{path} ({answer.status_code})")
        return answer.text

    def cold_bytes(self, path: str) -> int:
        """Return what a page and all beside its stylesheets take on the wire."""
        with self.client.stream("GET", path) as page:
            text = "".join(page.iter_text())
            total = page.num_bytes_downloaded
        for address in sorted(set(_BESIDE.findall(text))):
            with self.client.stream("GET", address) as part:
                part.read()
                total += part.num_bytes_downloaded
        return total

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()


def logged_in(url: str, login: str) -> Visitor:
    """Log in as a person does: by the form, with a password; who is put off tries again."""
    visitor = Visitor.of(url)
    token = _TOKEN.search(visitor.open("/login"))
    assert token is not None
    asked = {"login": login, "password": PASSWORD, "form": token[1]}
    for _ in range(_TRIES):
        answer = visitor.client.post("/login", data=asked, headers={"Origin": url})
        if answer.status_code != 429:  # others log in at the same moment
            break
        time.sleep(1)
    assert answer.status_code == 303, answer.text
    return visitor
