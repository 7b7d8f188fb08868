"""What the demo remembers between starts: passwords, how far data moved, which data it was."""

import hashlib
import json
import secrets
import shutil
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Final

from cli.services.state import Layout, read_json, write_private
from metering.errors import ConflictError

_FILE: Final = "demo.json"
_SPOOL: Final = "spool"
_MADE: Final = b"2"  # in which way readings are made of a data set; an earlier demo's go elsewise
_GROUPS: Final = ("api", "collector", "worker")


@dataclass(frozen=True, slots=True)
class Memory:
    """One demo's memory; it holds passwords, so only its owner may read it.

    data: fingerprint of the data set. shift_weeks: how far each site was moved, None before that.
    logins: passwords of the database logins. users: passwords of people, by log-in.
    union_id: of the demo's union, 0 before there is one. walked: whether its year is played.
    """

    data: str
    database: str
    shift_weeks: dict[str, int] | None = None
    seed: int = 0
    logins: dict[str, str] = field(default_factory=dict)
    users: dict[str, str] = field(default_factory=dict)
    registered: bool = False
    union_id: int = 0
    walked: bool = False


@dataclass(frozen=True, slots=True)
class DemoState:
    """The folder in which one demo keeps everything."""

    root: Path

    @property
    def spool(self) -> Path:
        """Where the simulated gateways keep what has no receipt yet."""
        return self.root / _SPOOL

    @property
    def logs(self) -> Path:
        return Layout(self.root).logs

    def read(self) -> Memory | None:
        """Return what an earlier start left, if it left anything that can be used."""
        content = read_json(self.root / _FILE)
        try:
            return Memory(**content) if content else None
        except TypeError:
            return None

    def write(self, memory: Memory) -> Memory:
        """Keep a memory, and return it."""
        Layout(self.root).create()
        write_private(self.root / _FILE, json.dumps(asdict(memory), indent=1))
        return memory

    def recall(self, data: str, seed: int) -> Memory:
        """Return the memory for this data set, made where there is none."""
        memory = self.read()
        if memory is None:
            suffix = hashlib.sha256(str(self.root).encode()).hexdigest()[:8]
            logins = {group: secrets.token_urlsafe(18) for group in _GROUPS}
            return self.write(Memory(data, f"commonwatt_demo_{suffix}", seed=seed, logins=logins))
        if (memory.data, memory.seed) != (data, seed):
            raise ConflictError(
                "demo.other_data",
                zh=f"{self.root} 中的演示用的是另一套数据或另一个噪声种子。",
                en=f"The demo in {self.root} was made from other data, or with another seed.",
                next_zh="加上 --fresh 从头开始(会删除这次演示的数据),或指定 --state。",
                next_en="Add --fresh to begin anew (its data is removed), or name another --state.",
            )
        return memory

    def change(self, memory: Memory, **values: object) -> Memory:
        """Keep a memory with some values changed."""
        return self.write(replace(memory, **values))  # type: ignore[arg-type]

    def forget(self) -> None:
        """Remove what the demo itself kept; the services' own data goes by `services.remove`."""
        (self.root / _FILE).unlink(missing_ok=True)
        self.forget_spool()

    def forget_spool(self) -> None:
        """Let the gateways begin anew."""
        shutil.rmtree(self.spool, ignore_errors=True)


def of(state: Path, data: Path | None, *, once: bool) -> DemoState:
    """Return the state of a data set: the shipped one's is the state folder itself."""
    if data is None and not once:
        return DemoState(state.absolute())
    name = "shipped" if data is None else data.resolve().name
    if data is not None:
        name += "-" + hashlib.sha256(str(data.resolve()).encode()).hexdigest()[:8]
    return DemoState(state.absolute() / f"{'once' if once else 'data'}-{name}")


def fingerprint(folder: Path) -> str:
    """Return what tells what is sent apart: the bytes of meters and buildings, and the way."""
    digest = hashlib.sha256(_MADE)
    for path in sorted(folder.iterdir()):
        if path.name.startswith(("meters.csv", "buildings.csv")):
            digest.update(path.name.encode())
            with path.open("rb") as file:
                while block := file.read(2**20):
                    digest.update(block)
    return digest.hexdigest()
