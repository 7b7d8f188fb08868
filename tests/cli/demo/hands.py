"""Hands that carry the year's deeds out as people and programs do: over the API, or by forms."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx2

from actions.actor import Actor
from actions.catalogue import declared
from actions.declared import Action
from cli.demo import bases
from cli.demo.playing import made_of
from cli.demo.script import Paper, Said
from metering.errors import ConflictError
from tests.cli.demo.replay_world import PASSWORD


def refused(text: str) -> ConflictError:
    """Return what an answer refused, as the script knows it."""
    return ConflictError(text, zh=text, en=text, next_zh="", next_en="")


@dataclass
class _Outside:
    """What both hands have: a client for each person, and the base review in their way."""

    url: str
    people: Mapping[str, Actor]  # who looks at bases to review them
    clients: dict[str, httpx2.Client] = field(default_factory=dict)

    def client(self, who: str) -> httpx2.Client:
        """Return somebody's client, logged in."""
        if who not in self.clients:
            made = httpx2.Client(base_url=self.url, timeout=60, headers={"Accept-Language": "en"})
            self.log_in(made, who)
            self.clients[who] = made
        return self.clients[who]

    def log_in(self, client: httpx2.Client, who: str) -> None:
        raise NotImplementedError

    def do(self, one: Said) -> Mapping[str, Any]:
        raise NotImplementedError

    def review(self, one: Said) -> None:
        """Answer for bases by acts of their own, each of them said in this hand's way."""

        def act(action: Action[Any, Any], on: int) -> None:
            said = action.model_dump(mode="json", exclude_none=True)
            self.do(Said(one.place, one.who, action.about.code, on, said))

        assert one.on is not None
        bases.answer(self.people[one.who], one.on, lambda _: None, act)

    def close(self) -> None:
        """Let all connections go."""
        for one in self.clients.values():
            one.close()


class OverTheApi(_Outside):
    """A program: bearer tokens, JSON, scans and files on routes of their own."""

    def log_in(self, client: httpx2.Client, who: str) -> None:
        said = {"login": who, "password": PASSWORD, "bearer": True}
        answer = client.post("/api/v1/login", json=said)
        client.headers["Authorization"] = f"Bearer {answer.json()['token']}"

    def do(self, one: Said) -> Mapping[str, Any]:
        about, client = declared()[one.do].about, self.client(one.who)
        headers = {"X-Password": quote(PASSWORD)} if about.log_in_again else {}
        said = {name: self._sent(client, value) for name, value in one.said.items()}
        path = f"/api/v1{about.path.format(on=one.on)}"
        answer = client.post(path, json=said, headers=headers)
        if answer.status_code not in (201, 202):
            raise refused(answer.text)
        return made_of(answer.json())

    def take(self, one: Said, body: bytes) -> None:
        client, path = self.client(one.who), f"/api/v1/imports/{one.do}"
        answer = client.post(path, content=body, headers={"Content-Type": "text/csv"})
        assert answer.status_code == 200, answer.text

    def _sent(self, client: httpx2.Client, value: Any) -> Any:
        if not isinstance(value, Paper):
            return value
        sent = client.post("/api/v1/attachments", params={"name": value.name}, content=value.body)
        return sent.json()["sha256"]


class ByForms(_Outside):
    """A person: opens the form, sends it, reads what would change, confirms, and is led on."""

    def log_in(self, client: httpx2.Client, who: str) -> None:
        page = client.get("/login")
        said = hidden(page.text) | {"login": [who], "password": [PASSWORD]}
        answer = client.post("/login", data=said)
        assert answer.status_code == 303, answer.text

    def do(self, one: Said) -> Mapping[str, Any]:
        client = self.client(one.who)
        path = f"/do/{one.do}" + (f"/{one.on}" if one.on is not None else "")
        form = client.get(path)
        if form.status_code != 200:
            raise refused(f"{form.status_code} {_told(form.text)}")
        papers = {n: v for n, v in one.said.items() if isinstance(v, Paper)}
        typed = {n: _typed(v) for n, v in one.said.items() if n not in papers}
        check = client.post(
            path,
            data=hidden(form.text) | typed | {"step": "preview"},
            files={n: (v.name, v.body, "application/pdf") for n, v in papers.items()} or None,
        )
        if check.status_code != 200:
            raise refused(f"{check.status_code} {_told(check.text)}")
        again = {"again": PASSWORD} if 'name="again"' in check.text else {}
        done = client.post(path, data=hidden(check.text) | {"step": "do"} | again)
        if done.status_code != 303:
            raise refused(f"{done.status_code} {_told(done.text)}")
        return self._led(client, done.headers["location"])

    def take(self, one: Said, body: bytes) -> None:
        client, path = self.client(one.who), f"/do/{one.do}/file"
        form = client.get(path)
        files = {"file": ("rows.csv", body, "text/csv")}
        check = client.post(path, data=hidden(form.text) | {"step": "check"}, files=files)
        assert check.status_code == 200, _told(check.text)
        nothing = {"file": ("", b"", "application/octet-stream")}
        done = client.post(path, data=hidden(check.text) | {"step": "do"}, files=nothing)
        assert done.status_code == 200, _told(done.text)

    def _led(self, client: httpx2.Client, address: str) -> Mapping[str, Any]:
        """Follow to the page that comes next: its number is that of what was made."""
        page = client.get(address)
        assert page.status_code == 200, (address, page.text)
        path = address.partition("?done=")[0].partition("&done=")[0]
        number = re.search(r"(\d+)$", path)
        digest = re.search(r"\b[0-9a-f]{64}\b", page.text)
        return {"id": int(number[1]) if number else None, "sha256": digest and digest[0]}


def hidden(text: str) -> dict[str, Any]:
    """Return what a page's form sends without anybody typing."""
    found: dict[str, list[str]] = {}
    main = text.split("<main")[1]
    for name, value in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', main):
        found.setdefault(name, []).append(html.unescape(value))
    return found


def _typed(value: Any) -> Any:
    """Return a value as it is typed: a tick, several of a list, or a line."""
    if isinstance(value, list):
        return [str(one) for one in value]
    return str(value).lower() if isinstance(value, bool) else str(value)


def _told(text: str) -> str:
    """Return what a page says to a reader."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text.split("<main")[-1]))[:600]
