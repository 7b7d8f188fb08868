"""The real programs: broker, database, collector and worker, each started again when it ends."""

import os
import random
import signal
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import psutil
import psycopg

from cli import services
from storage import migrate
from tests.chaos.gateways import AGAIN_S, KEYS, Gateways
from tests.chaos.nursery import Child, Nursery
from tests.chaos.proxy import Proxy
from tests.storage.world import make_channels

VICTIMS = ("collector", "broker", "database", "worker")
_PASSWORDS = {group: f"{group}-of-chaos" for group in migrate.GROUPS}
_LOOK_S = 0.05


class Scene:
    """All of it, in a folder; cables lead from the collectors to broker and database.

    collectors: how many share the messages. works: whether there is a worker. again_s: after how
    long a gateway says again what has no receipt, for the first time.
    """

    def __init__(
        self,
        folder: Path,
        seed: int,
        *,
        collectors: int = 1,
        works: bool = True,
        again_s: float = AGAIN_S,
    ) -> None:
        self.chance = random.Random(seed)
        self._services = services.up(folder)
        running = self._services.running
        with psycopg.connect(running.database_url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE chaos")
        self.admin_url = psycopg.conninfo.make_conninfo(running.database_url, dbname="chaos")
        migrate.migrate(self.admin_url, passwords=_PASSWORDS)
        self.channels = make_channels(self.admin_url, [0] * KEYS, wraps_at=10**9)
        known = psycopg.conninfo.conninfo_to_dict(self.admin_url)
        self.to_database = Proxy(int(known["port"]), seed)
        self.to_broker = Proxy(urlsplit(running.broker_url).port or 0, seed)
        self._folder = folder
        self._resting: set[str] = set()
        self._share = "chaos" if collectors > 1 else ""
        self.collectors = [f"collector-{number}" for number in range(collectors)]
        self._programs = [*self.collectors, *(["worker"] if works else [])]
        self._over = threading.Event()
        self._nursery = Nursery()
        self._children: dict[str, Child] = {}
        self._tender = threading.Thread(target=self._tend, daemon=True)
        self._tender.start()
        self.gateways = Gateways(running.gateway_url, per_s=20.0, again_s=again_s)
        self.gateways.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.gateways.end()
        self._over.set()
        self._tender.join(10)
        for child in self._children.values():
            child.send(signal.SIGTERM)
        ends = time.monotonic() + 30
        while any(one.alive() for one in self._children.values()) and time.monotonic() < ends:
            time.sleep(0.05)
        for child in self._children.values():
            child.send(signal.SIGKILL)
        self._nursery.close()
        self.to_broker.close()
        self.to_database.close()
        self._services.close()
        services.remove(self._folder)

    def kill(self, victim: str, *, at_work: bool = False) -> bool:
        """Kill a process as it stands, of several collectors any; return whether it was there.

        at_work: spare one since whose start nothing was said and receipted.
        """
        if victim == "collector":
            victim = self.chance.choice(self.collectors)
        running = self._services.running
        pid = {"broker": running.broker_pid, "database": running.postgres_pid}.get(victim)
        child = self._children.get(victim)
        if child is not None and child.alive():
            pid = child.pid
        if pid is None:
            return False
        try:
            up_s = time.time() - psutil.Process(pid).create_time()
            if at_work and self.gateways.ledger.newest_s < time.monotonic() - up_s:
                return False
            os.kill(pid, signal.SIGKILL)
        except (ProcessLookupError, psutil.NoSuchProcess):
            return False
        return True

    def rest(self, victim: str) -> None:
        """Kill a program, and let it lie until it may `rise`."""
        self._resting.add(victim)
        self.kill(victim)

    def rise(self) -> None:
        """Start again all that were to lie."""
        self._resting.clear()

    def disturb(self) -> str:
        """Do something to a cable; return what."""
        proxy, name = self.chance.choice(
            [(self.to_broker, "broker"), (self.to_database, "database")]
        )
        what = self.chance.choice(["cut", "slow", "commit before", "commit after"])
        if what == "cut":
            proxy.cut()
        elif what == "slow":
            proxy.delay_s = self.chance.choice([0.0, 0.02, 0.2])
        else:
            name = "database"
            n = self.chance.randint(1, 4)
            self.to_database.fail_commit(n, "before" if what == "commit before" else "after")
        return f"{name} {what}"

    def receipt_after(self, since_s: float, within_s: float) -> float | None:
        """Wait for the receipt of what is said after an instant; return how long that took.

        None where none came in time.
        """
        while (now := time.monotonic()) < since_s + within_s:
            if self.gateways.ledger.newest_s > since_s:
                return now - since_s
            time.sleep(0.02)
        return None

    def calm(self, within_s: float) -> bool:
        """Let nothing fail any more; return whether every message came to have a receipt."""
        self.gateways.measuring = False
        self.to_broker.delay_s = self.to_database.delay_s = 0.0
        ends = time.monotonic() + within_s
        while self.gateways.ledger.waiting and time.monotonic() < ends:
            time.sleep(0.1)
        return not self.gateways.ledger.waiting

    def _tend(self) -> None:
        """Start what has ended, as a service manager does."""
        while not self._over.wait(_LOOK_S):
            for name in self._programs:
                child = self._children.get(name)
                if (child is None or not child.alive()) and name not in self._resting:
                    self._children[name] = self._started(name)

    def _started(self, name: str) -> Child:
        running = self._services.running
        broker = urlsplit(running.broker_url)
        login = f"{broker.username}:{broker.password}"
        environment = {k: v for k, v in os.environ.items() if not k.startswith("COMMONWATT_")}
        group = name.split("-")[0]
        environment["COMMONWATT_COLLECTOR_NAME"] = name
        environment["COMMONWATT_COLLECTOR_SHARE"] = self._share
        environment["COMMONWATT_BROKER_URL"] = f"mqtt://{login}@127.0.0.1:{self.to_broker.port}"
        environment["COMMONWATT_DATABASE_URL"] = psycopg.conninfo.make_conninfo(
            self.admin_url,
            user=f"chaos_{group}",
            password=_PASSWORDS[group],
            host="127.0.0.1",
            port=self.to_database.port,
        )
        command = "work" if name == "worker" else "collect"
        return self._nursery.start([command], environment, self._folder / f"{name}.log")
