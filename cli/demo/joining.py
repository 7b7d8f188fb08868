"""The demo among services that run already: its registry, its gateways, its union, its people."""

import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Final

from actions import health
from actions.actor import Actor
from actions.registry.importing import register
from cli import replaying, wiring
from cli.demo import people, state, told, union, world
from cli.demo.state import DemoState, Memory
from cli.demo.welcome import welcome
from cli.settings import Settings, need

_LOOK_S: Final = 1.0


def join(settings: Settings, data: Path | None, batch: int, stop: threading.Event) -> None:
    """Register a data set, send all of it, share its union's target; then go on in real time.

    settings: name the database as the API's login, and the broker.
    """
    place = state.of(settings.state, data, once=False)
    folder = (data or world.shipped()).resolve()
    world.look_at(folder)
    broker = need(settings.broker_url, "broker_url")
    with wiring.operator(settings) as actor:
        memory = place.recall(state.fingerprint(folder), 0)
        memory = world.shifted(place, memory, folder, once=False)
        memory = _registered(actor, place, memory, folder)
        wanted = _wanted(settings, broker, place, memory, folder, batch)
        if not replaying.run(wanted, stop) or not _computed(actor, stop):
            return  # told to stop
        plan = world.planned(folder, memory)
        told.record(actor, plan)
        if not _computed(actor, stop):
            return
        union.year(actor, memory, world.years(plan, once=False), lambda _: None)
        memory = place.change(memory, walked=True)
        found = told.lines(told.judge(actor, plan), settings.pages_url)
    print(welcome(settings.pages_url, memory, found), file=sys.stderr, flush=True)
    replaying.run(replace(wanted, live=True), stop, quiet=True)


def _registered(actor: Actor, place: DemoState, memory: Memory, folder: Path) -> Memory:
    if memory.registered:
        return memory
    plan = world.planned(folder, memory)
    register(actor, world.registry(plan))
    union_id = union.found(actor, *world.members(plan))
    users = people.users(actor, union_id)
    return place.change(memory, registered=True, users=users, union_id=union_id)


def _wanted(
    settings: Settings, broker: str, place: DemoState, memory: Memory, folder: Path, batch: int
) -> replaying.ReplayOptions:
    """Return how the gateways send their history: as fast as it is taken."""
    return replaying.ReplayOptions(
        folder=folder,
        spool=place.spool,
        broker_url=broker,
        broker_version=settings.broker_version,
        noise=None,
        seed=memory.seed,
        speed=0.0,
        batch=batch,
        live=False,
        shift_weeks=memory.shift_weeks or {},
    )


def _computed(actor: Actor, stop: threading.Event) -> bool:
    """Wait until accounts are as the readings say; return whether they came to be."""
    while not stop.wait(_LOOK_S):
        waits = health.readiness(actor).backlog
        if waits.usage_rows + waits.account_rows == 0:
            return True
    return False
