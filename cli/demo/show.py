"""The two ways a demo goes on once all is computed: it is served, or judged and ended."""

import json
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cli import services
from cli.demo import database, outcome, state, told, world
from cli.demo.options import DemoOptions
from cli.demo.progress import Stages, for_people
from cli.demo.run import Demo, begun
from cli.demo.state import DemoState, Memory
from cli.demo.welcome import welcome
from cli.network import free_port
from cli.services import ports
from cli.services.words import say
from cli.settings import Settings
from metering.errors import UnavailableError
from storage import migrate

_TICK_S: Final = 0.3
_SERVING_S: Final = 60.0  # for the pages to answer


@dataclass(frozen=True, slots=True)
class Chosen:
    """The options of the command line."""

    data: Path | None
    once: bool
    json: bool
    fresh: bool
    noise: int | None
    batch: int
    engine: migrate.Engine | None


def run(settings: Settings, chosen: Chosen) -> int:
    """Run the demo; return the exit status."""
    stages = Stages(for_people(json=chosen.json))
    place = state.of(settings.state, chosen.data, once=chosen.once)
    folder = (chosen.data or world.shipped()).resolve()
    world.look_at(folder)
    port, held = _port(settings, chosen)
    if chosen.fresh:
        _forget(settings, place)
    seed = chosen.noise if chosen.noise is not None else 0
    memory = place.recall(state.fingerprint(folder), seed)
    memory = world.shifted(place, memory, folder, once=chosen.once)
    wanted = DemoOptions(
        data=folder,
        seed=seed,
        noise=chosen.noise is not None,
        once=chosen.once,
        live=not chosen.once,
        batch=chosen.batch,
        speed=0.0,
        port=port,
        engine=chosen.engine,
    )
    if chosen.once:
        return _once(wanted, place, settings, stages, memory, as_json=chosen.json)
    with held:
        _serve(wanted, place, settings, stages, memory)
    return 0


def _port(settings: Settings, chosen: Chosen) -> tuple[int, socket.socket]:
    """Return the pages' port and what holds it: a chosen one must be free, ours may be another."""
    if "port" in settings.model_fields_set and not chosen.once:
        free_port(settings.port, settings.host, "--port")
    return ports.reserve(settings.port)


def _once(
    wanted: DemoOptions,
    place: DemoState,
    settings: Settings,
    stages: Stages,
    memory: Memory,
    *,
    as_json: bool,
) -> int:
    """Run, judge, stop, and print the figures last."""
    with begun(wanted, place, settings, stages, memory) as demo:
        _run(demo)
        sources = world.sources(demo.plan)
        found = demo.insist(lambda: outcome.judged(demo, sources))
        demo.drain()
        boards = demo.boards()
    for fault in found.faults:
        stages.say(f"!! {fault}")
    seconds = stages.seconds | {"total": stages.total()}
    values = found.values | {"boards": boards, "seconds": seconds}
    if as_json:
        print(json.dumps(values, ensure_ascii=False), flush=True)
    else:
        stages.say(json.dumps(values, ensure_ascii=False, indent=1))
    return 1 if found.faults else 0


def _serve(
    wanted: DemoOptions, place: DemoState, settings: Settings, stages: Stages, memory: Memory
) -> None:
    """Run, say where to look, and go on until Ctrl-C."""
    with begun(wanted, place, settings, stages, memory) as demo:
        _run(demo)
        url = f"http://{settings.host}:{wanted.port}"
        _wait_for(demo, wanted.port, "api")
        found = told.lines(demo.insist(demo.told), url)
        stages.say(welcome(url, demo.memory, found))
        stages.say(say(f"\n用时 {stages.total():.0f} 秒。", f"\nIt took {stages.total():.0f} s."))
        try:
            while demo.running.alive():
                demo.tend()
                time.sleep(_TICK_S)
            stages.say(say("服务已被停止。", "The services were stopped."))
        except KeyboardInterrupt:
            stages.say("")


def _run(demo: Demo) -> None:
    demo.prepare()
    demo.start()
    demo.replay()
    demo.drain()
    demo.record()
    demo.share()
    demo.insist(lambda: database.foresee(demo.logins()["worker"]))


def _wait_for(demo: Demo, port: int, name: str) -> None:
    """Wait until the pages answer, ours and no other demo's."""
    patience = time.monotonic() + _SERVING_S
    while not demo.serves(name, port):
        if time.monotonic() > patience:
            raise UnavailableError(
                "demo.no_pages",
                zh="页面没有启动成功。",
                en="The pages did not come up.",
                next_zh=f"请查看 {demo.state.logs / f'{name}.log'}。",
                next_en=f"Look at {demo.state.logs / f'{name}.log'}.",
            )
        demo.tend()
        time.sleep(_TICK_S)


def _forget(settings: Settings, place: DemoState) -> None:
    """Remove everything that an earlier run left, and nothing else."""
    memory = place.read()
    if memory is not None and settings.database_url is not None:
        database.drop(settings.database_url, memory.database)
    services.remove(place.root)
    place.forget()
