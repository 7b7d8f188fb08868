"""The folders of ../shared/found, run by the product's own commands as their READMEs say."""

import csv
import io
import json
import os
import subprocess
import sys
import time
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest import mock

import psycopg

from cli.main import run
from tests.collector.rig import Gateways, Mosquitto, until
from worker.loop import Worker, WorkSettings

ROOT = Path(__file__).parents[2]
SEEN = [above / "shared/found" for above in (ROOT.parent, ROOT.parent.parent)]
FOUND = next((one for one in SEEN if one.is_dir()), None)
NEWEST_MS = 1_793_750_400_000  # nothing there was read later, but for what is of the future

ACCOUNTS = """
    SELECT to_char(a.month, 'YYYY-MM'), a.quanta::numeric / 1000
      FROM account a JOIN institution_code i USING (institution_id)
     WHERE i.code = %s AND a.carrier = %s AND a.source = 'meter' ORDER BY 1
"""
INSTITUTION = "SELECT institution_id FROM institution_code WHERE code = %s"


@dataclass(frozen=True, slots=True)
class Output:
    """What a command answered."""

    returncode: int
    stdout: str
    stderr: str


@dataclass
class FoundServer:
    """A server on which the folders are imported; outputs: what each command answered."""

    database: Any
    outputs: dict[str, Output] = field(default_factory=dict)

    def say(self, *words: object, name: str) -> Output:
        """Run a command in English, with the logins of its processes, in this process."""
        known = {n: value for n, value in os.environ.items() if not n.startswith("COMMONWATT")}
        known |= {
            "COMMONWATT_DATABASE_URL": self.database.url("api"),
            "COMMONWATT_COLLECTOR_DATABASE_URL": self.database.url("collector"),
            "COMMONWATT_LANG": "en",
        }
        out, err, ended = io.StringIO(), io.StringIO(), 0
        typed = mock.patch.object(sys, "argv", ["commonwatt", *map(str, words)])
        alone = mock.patch.dict(os.environ, known, clear=True)
        with alone, typed, redirect_stdout(out), redirect_stderr(err):
            try:
                run()
            except SystemExit as end:
                ended = int(end.code or 0)
        self.outputs[name] = Output(ended, out.getvalue(), err.getvalue())
        return self.outputs[name]

    def registry(self, folder: str | Path) -> Output:
        """Import a registry."""
        assert FOUND is not None
        return self.say("import", "registry", FOUND / folder, name=str(folder))

    def readings(self, file: str | Path, *words: str) -> Output:
        """Import a file of readings."""
        assert FOUND is not None
        return self.say("import", "readings", FOUND / file, *words, name=str(file))

    def work(self) -> None:
        """Recompute until nothing waits."""
        Worker(self.database.url("worker"), WorkSettings(), lambda *_, **__: None).drain()

    def rows(self, statement: str, *fields: object) -> list[tuple[Any, ...]]:
        """Ask past all rights."""
        with psycopg.connect(self.database.admin_url) as connection:
            return connection.execute(statement.encode(), fields).fetchall()

    def months(self, institution: str, carrier: str = "electricity") -> dict[str, Decimal | None]:
        """Return an institution's accounts by month. [unit of the carrier]"""
        return dict(self.rows(ACCOUNTS, institution, carrier))

    def id(self, institution: str) -> int:
        """Return an institution's id."""
        ((found,),) = self.rows(INSTITUTION, institution)
        return int(found)

    def publish(self, broker: Mosquitto, lines: list[dict[str, Any]]) -> Gateways:
        """Publish messages to a broker whose collector is a process of ours; wait for receipts."""
        known = os.environ | {
            "COMMONWATT_DATABASE_URL": self.database.url("collector"),
            "COMMONWATT_BROKER_URL": broker.url,
        }
        command = [sys.executable, "-m", "cli", "collect"]
        collector = subprocess.Popen(command, env=known, cwd=ROOT, stderr=subprocess.DEVNULL)
        gateways = Gateways(broker.port)
        try:
            until(lambda: "up" in gateways.states, 60)
            sent: dict[str, set[int]] = {}
            for one in lines:
                line = dict(one)
                gateway = "/".join(line.pop("topic").split("/")[2:4])
                gateways.say(gateway, json.dumps(line).encode())
                sent.setdefault(gateway, set()).add(line["seq"])
            until(lambda: all(gateways.receipted.get(g, set()) >= seqs for g, seqs in sent.items()))
        finally:
            gateways.close()
            collector.terminate()
            collector.wait(30)
        return gateways


def rows_of(file: str | Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file there."""
    assert FOUND is not None
    with (FOUND / file).open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def clocked(lines: list[dict[str, Any]], gateway: str, ahead_ms: int) -> list[dict[str, Any]]:
    """Return the lines with one gateway's clock so far ahead of now: its last reading is newest."""
    topic = f"cw/v1/{gateway}/data"
    newest = max(one["at"] for one in lines if one["topic"] == topic)
    shift = int(time.time() * 1000) + ahead_ms - newest
    return [one | {"at": one["at"] + shift * (one["topic"] == topic)} for one in lines]
