"""docker-compose.yml read as compose reads it, and its services as processes of this machine.

What differs from a container is named here: where database and broker are, folders, ports.
"""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docker-compose.yml"
VARIABLE = re.compile(r"(?<!\$)\$\{(\w+):\?run scripts/make_env\.py\}")  # missing: what to run
HEALTHY_S = 60.0
END_S = 25.0  # as stop_grace_period


def compose() -> dict[str, Any]:
    """Return the file as it stands."""
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))


def env_of(path: Path) -> dict[str, str]:
    """Return what a file of variables says."""
    lines = path.read_text(encoding="utf-8").splitlines()
    pairs = (line.split("=", 1) for line in lines if line and not line.startswith("#"))
    return dict(pairs)


def filled(value: Any, env: Mapping[str, str]) -> Any:
    """Return a part of the file with its variables filled in, as compose fills them in."""
    if isinstance(value, dict):
        return {key: filled(one, env) for key, one in value.items()}
    if isinstance(value, list):
        return [filled(one, env) for one in value]
    if isinstance(value, str):
        return VARIABLE.sub(lambda match: env[match[1]], value).replace("$$", "$")
    return value


class Native:
    """The services of the file, with what is elsewhere here put in its place.

    moved: texts that stand in commands, environments and health checks, and what they are here.
    """

    def __init__(self, services: Mapping[str, Any], moved: Mapping[str, str]) -> None:
        self.services = services
        self.tls: tuple[int, Path] = (0, Path())  # the broker's port, and its certificate
        self._moved = moved

    def here(self, text: str) -> str:
        """Return a text of the file as it is on this machine."""
        if text in self._moved:  # a port by itself
            return self._moved[text]
        for there, here in self._moved.items():
            text = text if there.isdigit() else text.replace(there, here)
        return text

    def environment(self, name: str) -> dict[str, str]:
        """Return a service's variables, and of ours none but what a program needs to start."""
        known = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
        env_known = self.services[name].get("environment", {})
        more = {key: self.here(str(value)) for key, value in env_known.items()}
        path = f"{known.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
        return known | {"PATH": path} | more

    def command(self, words: list[str]) -> list[str]:
        """Return a command as it is run here: our program is that of this environment."""
        moved = [self.here(word) for word in words]
        return [sys.executable, "-m", "cli", *moved[1:]] if moved[0] == "commonwatt" else moved

    def run(self, name: str) -> subprocess.CompletedProcess[str]:
        """Run a service that ends by itself."""
        return subprocess.run(
            self.command(self.services[name]["command"]), env=self.environment(name), cwd=ROOT,
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip

    def start(self, name: str, log: Path) -> subprocess.Popen[bytes]:
        """Start a service that goes on."""
        with log.open("ab") as out:
            return subprocess.Popen(
                self.command(self.services[name]["command"]), env=self.environment(name), cwd=ROOT,
                stdout=out, stderr=out,
            )  # fmt: skip

    def healthy(self, name: str) -> bool:
        """Return what the service's own health check says."""
        kind, *words = self.services[name]["healthcheck"]["test"]
        command = ["sh", "-c", *words] if kind == "CMD-SHELL" else words
        asked = subprocess.run(
            self.command(command), env=self.environment(name), cwd=ROOT, capture_output=True,
            timeout=30, check=False,
        )  # fmt: skip
        return asked.returncode == 0

    def until_healthy(self, name: str, process: subprocess.Popen[bytes], log: Path) -> None:
        """Wait for the health check, and show the log where it does not come to be."""
        ends = time.monotonic() + HEALTHY_S
        while process.poll() is None and time.monotonic() < ends:
            if self.healthy(name):
                return
            time.sleep(0.2)
        raise AssertionError(f"{name} is not healthy:\n{log.read_text(errors='replace')[-2000:]}")


def ended(process: subprocess.Popen[bytes]) -> int:
    """Stop a service as compose stops it, and return its exit status."""
    process.send_signal(signal.SIGTERM)
    try:
        return process.wait(END_S)
    finally:
        process.kill()
