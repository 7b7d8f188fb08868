"""Telegraf as a rival: from the broker's session into a table, with its durable settings.

It is built beside (`go build ./cmd/telegraf`) and named by COMMONWATT_BENCH_TELEGRAF, or found in
PATH; where there is none, the benchmark says so. A message counts as delivered only after its
batch was written (tracked metrics), as with ours; a message that comes twice is stored twice.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from benchmarks.ground import Tables
from cli import services
from collector.connection import Address, parsed

BINARY: Final = "COMMONWATT_BENCH_TELEGRAF"
_BATCH: Final = 2_000  # as our collector's
_SESSION_S: Final = 10.0
_LOOK_S: Final = 0.05
_PATIENCE_S: Final = 300.0
_TABLE: Final = "telegraf_reading"
_CONFIG: Final = """
[agent]
  flush_interval = "1s"
  metric_batch_size = {batch}
  metric_buffer_limit = {buffer}
  omit_hostname = true
  logfile = "{log}"
[[inputs.mqtt_consumer]]
  servers = ["tcp://{host}:{port}"]
  topics = ["cw/v1/+/+/data"]
  topic_tag = ""
  qos = 1
  persistent_session = true
  client_id = "telegraf"
  max_undelivered_messages = {buffer}
{login}  data_format = "json_v2"
  [[inputs.mqtt_consumer.json_v2]]
    measurement_name = "{table}"
    timestamp_path = "at"
    timestamp_format = "unix_ms"
    [[inputs.mqtt_consumer.json_v2.tag]]
      path = "channel"
    [[inputs.mqtt_consumer.json_v2.field]]
      path = "value"
      type = "float"
    [[inputs.mqtt_consumer.json_v2.field]]
      path = "seq"
      type = "int"
[[outputs.postgresql]]
  connection = "{database}"
"""


def binary() -> str | None:
    """Return the path of a telegraf, None where there is none."""
    return os.environ.get(BINARY) or shutil.which("telegraf")


def session(known: services.Running, tables: Tables, place: Path) -> bool:
    """Have the broker keep a session for it; False where there is no telegraf."""
    if binary() is None:
        return False
    with _started(known, tables, place) as log:
        _wait(lambda: "Connected" in log.read_text(), _SESSION_S)
    return True


def drained(known: services.Running, tables: Tables, place: Path, messages: int) -> float:
    """Drain that session, a reading a message; return readings a second from its connecting."""
    tables.execute(f"DROP TABLE IF EXISTS {_TABLE}")
    with _started(known, tables, place) as log:
        _wait(lambda: "Connected" in log.read_text(), _SESSION_S)
        before = time.monotonic()
        _wait(lambda: _stored(tables) >= messages, _PATIENCE_S)
        return messages / (time.monotonic() - before)


def _stored(tables: Tables) -> int:
    known = tables.ask(f"SELECT count(*) FROM pg_class WHERE relname = '{_TABLE}'")
    return tables.ask(f"SELECT count(*) FROM {_TABLE}") if known else 0


@contextlib.contextmanager
def _started(known: services.Running, tables: Tables, place: Path) -> Iterator[Path]:
    """Run it on its session; yield its log."""
    place.mkdir(parents=True, exist_ok=True)
    log, config = place / "telegraf.log", place / "telegraf.conf"
    log.write_text("")
    address: Address = parsed(known.broker_url)
    login = f'  username = "{address.user}"\n  password = "{address.password or ""}"\n'
    config.write_text(
        _CONFIG.format(
            batch=_BATCH,
            buffer=10 * _BATCH,
            log=log,
            host=address.host,
            port=address.port,
            login=login if address.user else "",
            table=_TABLE,
            database=tables.admin_url,
        )
    )
    config.chmod(0o600)
    running = subprocess.Popen([binary() or "telegraf", "--config", str(config)])
    try:
        yield log
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(timeout=30)


def _wait(happened: Callable[[], bool], most_s: float) -> None:
    until = time.monotonic() + most_s
    while not happened():
        if time.monotonic() > until:
            raise RuntimeError("telegraf did not come that far in time")
        time.sleep(_LOOK_S)
