"""A demo that is served, and who asks it."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

READY = re.compile(r"The CommonWatt demo is ready:\s+(http://\S+)")


class Served:
    """A demo that is served, in a state folder and with a log of its own."""

    def __init__(self, data: Path, folder: Path, wanted: int) -> None:
        folder.mkdir()
        self.folder, self.log = folder, folder / "said"
        known = {n: value for n, value in os.environ.items() if not n.startswith("COMMONWATT")}
        known |= {"COMMONWATT_LANG": "en"}
        command = [sys.executable, "-c", _ON_PORT, str(wanted), "--data", str(data)]
        with self.log.open("w") as out:
            self.process = subprocess.Popen(
                [*command, "--state", str(folder / "state")],
                env=known, stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip

    def found(self, wanted: re.Pattern[str]) -> str:
        """Return what the demo told, empty as long as it did not."""
        assert self.process.poll() is None, self.log.read_text()
        names = wanted.search(self.log.read_text())
        return names[1] if names else ""

    def password(self, who: str) -> str:
        """Return somebody's password."""
        (memory,) = self.folder.rglob("demo.json")
        return str(json.loads(memory.read_text())["users"][who])

    def end(self) -> None:
        """Let it end all that it started."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(60)


# The port is a default that both want, as where nobody names one: --port must be free.
_ON_PORT = """
import sys
from cli import settings
from cli.main import run
port = int(sys.argv.pop(1))
load = settings.load
settings.load = lambda *said, **given: load(*said, **given).model_copy(update={"port": port})
sys.argv.insert(1, "demo")
run()
"""


def log_in(url: str, demo: Served, who: str) -> urllib.request.OpenerDirector:
    """Return what asks with a session of somebody of a demo."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    names = json.dumps({"login": who, "password": demo.password(who)}).encode()
    asked = urllib.request.Request(
        f"{url}/api/v1/login", names, {"Content-Type": "application/json"}
    )
    opener.open(asked, timeout=20).close()
    return opener
