"""The demo from nothing to accounts: services, tables, registry, gateways, and waiting."""

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, TypeVar

import psutil
import psycopg

from actions.actor import SYSTEM, Actor, open_pool
from actions.registry.importing import register
from cli import services
from cli.demo import database, panels, people, told, troubles, union, world
from cli.demo.children import Child, peaks_of_family, stop
from cli.demo.listening import collector_up
from cli.demo.options import DemoOptions
from cli.demo.progress import Meter, Stages
from cli.demo.state import DemoState, Memory
from cli.demo.waiting import Heard, Queue
from cli.services import ports
from cli.services.words import say
from cli.settings import Settings
from metering.errors import ConflictError, UnavailableError
from storage import migrate

T = TypeVar("T")

_TICK_S: Final = 0.2
_LOOK_S: Final = 1.0
# A gateway sends again after ten minutes at the latest; with nothing new for longer, it is broken.
_STALL_S: Final = 900.0
_BACK_S: Final = 60.0  # for a database that was killed to answer again
_REFUSALS: Final = 6  # of one process in a row: starting it once more will not help


@dataclass
class Demo:
    """A demo under way: what runs, and what it took so far."""

    wanted: DemoOptions
    state: DemoState
    settings: Settings
    stages: Stages
    memory: Memory
    running: services.Services
    heard: Heard = field(default_factory=Heard)
    children: list[Child] = field(default_factory=list)
    peaks: dict[str, int] = field(default_factory=dict)
    _looked: float = 0.0

    @property
    def admin_url(self) -> str:
        """The demo's database, for its administrator."""
        return database.named(self.running.running.database_url, self.memory.database)

    def serves(self, name: str, port: int) -> bool:
        """Return whether our own process of that name listens there, and nobody else's."""
        child = next((one for one in self.children if one.name == name), None)
        if child is None or child.process is None or not ports.answers(port):
            return False
        with contextlib.suppress(psutil.Error):
            mine = psutil.Process(child.process.pid).net_connections(kind="tcp")
            return any(one.status == psutil.CONN_LISTEN and one.laddr.port == port for one in mine)
        return child.process.poll() is None

    def logins(self) -> dict[str, str]:
        """Return the URLs of api, collector and worker."""
        return database.logins(self.admin_url, self.memory.logins)

    @cached_property
    def plan(self) -> world.Plan:
        """The data set with what its meters send, read once."""
        return world.planned(self.wanted.data, self.memory)

    def prepare(self) -> None:
        """Make database, tables and registry where they are missing."""
        with self.stages.stage("migrate", say("准备数据库……", "Preparing the database …")):
            self.insist(self._migrate)
        if not self.memory.registered or not self.memory.union_id:
            words = say("登记机构和计量表……", "Registering institutions and meters …")
            with self.stages.stage("registry", words):
                self.insist(self._register)

    def _migrate(self) -> None:
        if database.ensure(self.running.running.database_url, self.memory.database):
            # An emptied server: what gateways believe to be stored is not.
            self.state.forget_spool()
            nothing = {"registered": False, "users": {}, "union_id": 0, "walked": False}
            self.memory = self.state.change(self.memory, **nothing)
        try:
            migrate.migrate(self.admin_url, passwords=self.memory.logins, engine=self.wanted.engine)
        except ConflictError as error:
            if error.code != migrate.CHANGED:
                raise
            raise troubles.of_before(self.state) from error

    def _register(self) -> None:
        with open_pool(self.logins()["api"], max_size=2) as pool:
            actor = Actor(pool, SYSTEM)
            register(actor, world.registry(self.plan))
            union_id = union.found(actor, *world.members(self.plan))
            users = people.users(actor, union_id)
        self.memory = self.state.change(
            self.memory, registered=True, users=users, union_id=union_id
        )

    def start(self) -> None:
        """Start collector, worker and gateways, and whoever serves."""
        urls, broker = self.logins(), self.running.running
        to_broker = {
            "COMMONWATT_BROKER_URL": broker.broker_url,
            "COMMONWATT_BROKER_VERSION": str(broker.mqtt_version),
            "COMMONWATT_STATE": str(self.state.root.absolute()),  # there are the broker's files
        }
        self.children = [
            self._child(
                "replay",
                world.replay_command(self.wanted, self.state, self.memory),
                to_broker | {"COMMONWATT_BROKER_URL": broker.gateway_url or broker.broker_url},
                heard=self.heard.line,
                once=not self.wanted.live,
            ),
            self._child(
                "collector",
                ["collect"],
                {"COMMONWATT_DATABASE_URL": urls["collector"], **to_broker},
            ),
            self._child("worker", ["work"], {"COMMONWATT_DATABASE_URL": urls["worker"]}),
        ]
        if not self.wanted.once:
            serve = {
                "COMMONWATT_DATABASE_URL": urls["api"],
                "COMMONWATT_COLLECTOR_DATABASE_URL": urls["collector"],
                "COMMONWATT_PORT": str(self.wanted.port),
                "COMMONWATT_STATE": to_broker["COMMONWATT_STATE"],
            }
            self.children.append(self._child("api", ["serve"], serve))
        takers, sender = self.children[1:], self.children[0]
        for child in takers:
            child.start()
        with collector_up(broker.broker_url, broker.mqtt_version) as up:
            for _ in self._until(up.is_set, lambda: 0):
                pass
        sender.start()

    def _child(
        self,
        name: str,
        command: Sequence[str],
        environment: dict[str, str],
        *,
        heard: Callable[[bytes], None] | None = None,
        once: bool = False,
    ) -> Child:
        log = self.state.logs / f"{name}.log"
        return Child(name, command, environment, log, self.stages.say, heard=heard, once=once)

    def tend(self) -> None:
        """Keep running what was started, and look at what everything holds in memory."""
        for child in self.children:
            if child.process is None and not child.falls:
                continue
            child.tend()
            if child.refusals >= _REFUSALS:
                raise troubles.broken(child)
        now = time.monotonic()
        if now - self._looked >= _LOOK_S:
            self._looked = now
            self.look()

    def look(self) -> None:
        """Note the most memory that each process held so far."""
        known = self.running.running
        for name, pid in (("broker", known.broker_pid), ("postgres", known.postgres_pid)):
            for peak in peaks_of_family(pid) if pid else ():
                self.peaks[name] = max(self.peaks.get(name, 0), peak)

    def replay(self) -> None:
        """Wait until the gateways have a receipt for everything in their history."""
        words = say("采集", "readings")
        with (
            self.stages.stage("replay", say("回放历史读数……", "Replaying history …")),
            _shown(Meter(self.stages.out, words)) as meter,
        ):
            for _ in self._until(lambda: self.heard.done, lambda: self.heard.receipted):
                meter.show(self.heard.receipted, self.heard.total)

    def drain(self) -> None:
        """Wait until use and accounts are computed, and what is due is done."""
        queue = Queue(self.admin_url)
        with self.stages.stage("accounts", say("计算用量和台账……", "Computing accounts …")):
            for _ in self._until(lambda: queue.look() == 0, lambda: queue.last):
                pass
        queue.close()

    def record(self) -> None:
        """Record the exchanges of meters, and wait until accounts know of them."""
        with (
            self.stages.stage("exchanges", say("登记换表……", "Recording exchanges of meters …")),
            open_pool(self.logins()["api"], max_size=2) as pool,
        ):
            self.insist(lambda: told.record(Actor(pool, SYSTEM), self.plan))
        self.drain()
        self.insist(lambda: database.look(self.logins()["worker"]))

    def told(self) -> list[told.ExplainedIncident]:
        """Look at the page of every incident."""
        with (
            self.stages.stage("told", say("查看每处异常的说明……", "Looking at what is told …")),
            open_pool(self.logins()["api"], max_size=2) as pool,
        ):
            return told.judge(Actor(pool, SYSTEM), self.plan)

    def share(self) -> None:
        """Play the union's year where that is not done, and see where everybody stands."""
        words = say("分解目标、下达指标……", "Sharing the target, issuing quotas …")
        with (
            self.stages.stage("quotas", words),
            open_pool(self.logins()["api"], max_size=2) as pool,
        ):
            years = world.years(self.plan, once=self.wanted.once)
            self.insist(
                lambda: union.year(Actor(pool, SYSTEM), self.memory, years, self.stages.say)
            )
        self.memory = self.state.change(self.memory, walked=True)

    def boards(self) -> dict[str, int]:
        """Draw every board once, and count the panels that show data."""
        with (
            self.stages.stage("boards", say("绘制看板……", "Drawing the boards …")),
            open_pool(self.logins()["api"], max_size=2) as pool,
        ):
            return self.insist(lambda: panels.counted(pool, world.last_day(self.plan)))

    def insist(self, do: Callable[[], T]) -> T:
        """Do something on the database again while it comes back, and return what came of it.

        Before anything of ours runs, a server that somebody named is not waited for.
        """
        ends = time.monotonic() + _BACK_S
        while True:
            try:
                return do()
            except (UnavailableError, psycopg.OperationalError):
                named = self.settings.database_url is not None and not self.children
                if named or time.monotonic() > ends or not self.running.alive():
                    raise
            self.tend()
            time.sleep(_LOOK_S)

    def _until(self, done: Callable[[], bool], moved: Callable[[], float]) -> Iterator[None]:
        """Tend everything until something is done; raise if nothing moves for too long."""
        last, since = moved(), time.monotonic()
        while not done():
            self.tend()
            if (now := moved()) != last:
                last, since = now, time.monotonic()
            if time.monotonic() - since > _STALL_S or not self.running.alive():
                raise troubles.stuck(self.state)
            yield
            time.sleep(_TICK_S)

    def stop(self) -> None:
        """Stop the demo's own processes: who sends first, and then who takes."""
        stop(self.children)


@contextmanager
def begun(
    wanted: DemoOptions, state: DemoState, settings: Settings, stages: Stages, memory: Memory
) -> Iterator[Demo]:
    """Start the services and lend the demo; whatever happens, all that it started is stopped."""
    with stages.stage("services", say("启动数据库和消息代理……", "Starting database and broker …")):
        running = services.up(
            state.root,
            database_url=settings.database_url,
            broker_url=settings.broker_url,
            progress=stages.say,
        )
    demo = Demo(wanted, state, settings, stages, memory, running)
    try:
        yield demo
    finally:
        with stages.stage("stop", say("正在停止……", "Stopping …")):
            try:
                demo.stop()
            finally:
                running.close()


@contextmanager
def _shown(meter: Meter) -> Iterator[Meter]:
    try:
        yield meter
    finally:
        meter.close()
