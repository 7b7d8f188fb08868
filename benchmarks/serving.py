"""What `serve` holds once its boards and forms were looked at, and what a form's page takes."""

import contextlib
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

import psutil

from actions.access.add_user import AddUser, Language
from actions.access.give_grant import GiveGrant
from actions.access.grant_words import Scope
from actions.actor import SYSTEM, Actor, open_pool
from actions.doing import together
from benchmarks.broad import Broad, broad
from benchmarks.figures import Figure, Section
from benchmarks.ground import Crew, crew, postgres
from benchmarks.rival_pages import NAME
from benchmarks.things import forms, made_of_each
from benchmarks.visitors import PASSWORD, Visitor, logged_in
from cli.demo.children import peak_bytes
from cli.services import ports
from dashboards.boards.catalogue import BOARDS

RESIDENT_MB: Final = 120.0
FORM_MS: Final = 15.0
FORM_KB: Final = 40.0
_ROLES: Final = ("reader", "officer", "planner", "administrator")
_AT_ONCE: Final = 8
_PAGES: Final = ("/", "/institutions", "/boards", "/unions", "/do", "/data", "/gateways",
                 "/rejects", "/set-aside", "/exchanges", "/imports", "/published",
                 "/me")  # fmt: skip
_OF_OBJECTS: Final = {
    "institution": ("/institutions/{}",),
    "channel": ("/channels/{}/corrections",),
    "union": ("/unions/{}",),
    "target": ("/targets/{}",),
    "run": ("/runs/{}",),
    "person": (),
}
_QUIET_S: Final = 3.0  # after the last page, for whatever is let go then


def run(root: Path, *, runs: int, quick: bool) -> list[Section]:
    """Let many people open every board, page and form; then each form again, one by one."""
    channels, hours, institutions = (5, 200, 100) if quick else (100, 3000, 1000)
    visitors, times = (4, 5) if quick else (16, 25)
    section = Section(
        "serve",
        [
            f"{visitors} people of four roles log in by the form and open every board with its",
            f"figures, every page and every form, {_AT_ONCE} at once, of {institutions:,}",
            f"institutions; what is held {_QUIET_S:.0f} s later. Then each form {times} times, one",
            "after another: processor time of the process by pages, and bytes on the wire with",
            f"scripts and icons, beside the stylesheets. Rival: {NAME}.",
        ],
    )
    seen = Seen()
    with (
        postgres(root / "serve") as server,
        broad(server.url, channels, hours, institutions, months=24) as made,
    ):
        things = made_of_each(made)
        logins = _people(made, visitors)
        for number in range(runs):
            with crew(root / f"serve-{number}", postgres=server.pid) as hands:
                _look(hands, made, seen, things, logins, times)
            with crew(root / f"rival-{number}") as hands:
                _look_at_rival(hands, made, seen, times)
    section.notes += sorted(seen.notes)
    section.figures = seen.figures()
    return [section]


@dataclass
class Seen:
    """What each run came to. Memory in MB, a form's processor time in ms, its bytes in kB.

    resident: RSS; own: what of it no other process maps as well. form_ms, form_kb: of each form
    in each run.
    """

    started: list[float] = field(default_factory=list)
    resident: list[float] = field(default_factory=list)
    own: list[float] = field(default_factory=list)
    peak: list[float] = field(default_factory=list)
    rival: list[float] = field(default_factory=list)
    rival_ms: list[float] = field(default_factory=list)
    form_ms: list[dict[str, float]] = field(default_factory=list)
    form_kb: list[dict[str, float]] = field(default_factory=list)
    failed: list[int] = field(default_factory=list)
    notes: set[str] = field(default_factory=set)

    def figures(self) -> list[Figure]:
        """Return what is told of them, beside the goals."""
        ratios = [one / rival for one, rival in zip(self.resident, self.rival, strict=True)]
        slowest, ms = _worst(self.form_ms)
        heaviest, kb = _worst(self.form_kb)
        typical = [statistics.median(one.values()) for one in self.form_ms]
        return [
            Figure("resident over the rival's", "×", ratios),
            Figure("resident after all was looked at", "MB", self.resident, RESIDENT_MB, "most"),
            Figure("of it its own alone (USS)", "MB", self.own),
            Figure("resident when it began to answer", "MB", self.started),
            Figure("peak", "MB", self.peak),
            Figure("rival's resident", "MB", self.rival),
            Figure("processor of a form, the median one", "ms", typical, FORM_MS, "most"),
            Figure(f"the slowest, {slowest}", "ms", ms, FORM_MS, "most"),
            Figure("the rival's form", "ms", self.rival_ms),
            Figure(f"the heaviest form, {heaviest}", "kB", kb, FORM_KB, "most"),
            Figure("pages that failed", "", self.failed, 0, "most"),
        ]


def _worst(runs: Sequence[dict[str, float]]) -> tuple[str, list[float]]:
    """Return the form that comes out highest, and its values by run."""
    name = max(runs[0], key=lambda one: statistics.median(run[one] for run in runs))
    return name, [run[name] for run in runs]


def _look(
    hands: Crew,
    made: Broad,
    seen: Seen,
    things: dict[str, int],
    logins: Sequence[str],
    times: int,
) -> None:
    """Open everything from a process that has just begun."""
    url, process = _served(hands, made)
    seen.started.append(_resident(process))
    known, without = forms(things)
    if without:
        seen.notes.add(f"Without an object, so not opened: {', '.join(without)}.")
    with contextlib.ExitStack() as stack, ThreadPoolExecutor(_AT_ONCE) as many:
        people = list(many.map(lambda login: stack.enter_context(logged_in(url, login)), logins))
        list(many.map(lambda one: _round(one, made, things), people))
        administrators = people[_ROLES.index("administrator") :: len(_ROLES)]
        list(many.map(lambda one: _each(one, known.values()), administrators))
        time.sleep(_QUIET_S)
        seen.resident.append(_resident(process))
        seen.own.append(process.memory_full_info().uss / 1e6)
        seen.peak.append(peak_bytes(process.pid) / 1e6)
        one = administrators[0]
        seen.form_ms.append(
            {code: busy_ms(process, partial(one.open, path), times) for code, path in known.items()}
        )
        seen.form_kb.append({code: one.cold_bytes(path) / 1e3 for code, path in known.items()})
        failed = [path for one in people for path in one.failed]
    seen.failed.append(len(failed))
    seen.notes |= {f"Failed: {path}" for path in failed}


def _look_at_rival(hands: Crew, made: Broad, seen: Seen, times: int) -> None:
    with _rival(hands, made) as (url, process):
        one = Visitor.of(url)
        with ThreadPoolExecutor(_AT_ONCE) as many:
            list(many.map(lambda _: one.open("/form/1"), range(50 * _AT_ONCE)))
        time.sleep(_QUIET_S)
        seen.rival.append(_resident(process))
        seen.rival_ms.append(busy_ms(process, lambda: one.open("/form/1"), 10 * times))


def _round(one: Visitor, made: Broad, things: dict[str, int]) -> None:
    """Open every board with its figures, and every page."""
    for board in BOARDS:
        for lang in ("en", "zh"):
            path, asked = f"/boards/{board.uid}", {"lang": lang, "var-region": made.region_id}
            one.open(path, **asked)
            one.open(f"{path}/data", **asked)
    of_objects = (
        path.format(things[code])
        for code, paths in _OF_OBJECTS.items()
        if code in things
        for path in paths
    )
    _each(one, (*_PAGES, *of_objects))


def _each(one: Visitor, paths: Iterable[str]) -> None:
    for path in paths:
        one.open(path)


def busy_ms(process: psutil.Process, act: Callable[[], object], times: int) -> float:
    """Return the processor time that a process spends on something, the mean of so many."""
    act()
    before = process.cpu_times()
    for _ in range(times):
        act()
    after = process.cpu_times()
    return (after.user + after.system - before.user - before.system) * 1000 / times


def _resident(process: psutil.Process) -> float:
    """Return what it holds (RSS), pages of program files that others map as well among them."""
    return process.memory_info().rss / 1e6


def _people(made: Broad, count: int) -> list[str]:
    """Add so many people with passwords, of each role in turn, who see the whole set."""
    logins = [f"{_ROLES[place % len(_ROLES)]}-{place}" for place in range(count)]
    with (
        open_pool(made.tables.logins["api"], max_size=2) as pool,
        together(Actor(pool, SYSTEM)) as acts,
    ):
        for login in logins:
            new = AddUser(login=login, name=login, language=Language.EN)
            user_id = acts.do(new, chosen=PASSWORD).user_id
            role = login.partition("-")[0]
            acts.do(GiveGrant.model_validate({"role": role, "scope": Scope.ALL}), user_id)
    return logins


@contextlib.contextmanager
def _rival(hands: Crew, made: Broad) -> Iterator[tuple[str, psutil.Process]]:
    """Lend the rival, served by a process of its own."""
    port = ports.choose()
    command = [sys.executable, "-m", "benchmarks.rival_pages", str(port)]
    process = subprocess.Popen([*command, made.tables.logins["api"]])
    try:
        hands.until(lambda: ports.answers(port))
        yield f"http://{ports.HOST}:{port}", psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(10)


def _served(hands: Crew, made: Broad) -> tuple[str, psutil.Process]:
    """Start `commonwatt serve`, and return where it answers."""
    port = ports.choose()
    environment = {
        "COMMONWATT_DATABASE_URL": made.tables.logins["api"],
        "COMMONWATT_COLLECTOR_DATABASE_URL": made.tables.logins["collector"],
    }
    hands.start("serve", ["serve", "--port", str(port)], environment)
    hands.until(lambda: ports.answers(port))
    process = hands.children[-1].process
    assert process is not None
    return f"http://{ports.HOST}:{port}", psutil.Process(process.pid)
