"""`commonwatt push`: a part after the other over HTTP, until each is answered."""

import gzip
import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from cli.push_parts import Outbox, Part
from cli.services.words import language, say
from metering.errors import InputError, UnavailableError

_ANSWER_S: Final = 60.0
_AGAIN: Final = frozenset({408, 429, 500, 502, 503, 504})
_MOST_WAIT_S: Final = 60.0
_SHOWN: Final = 5  # lines of one refusal
_TOLD: Final = ("detail_zh", "detail_en", "next_zh", "next_en")
_ADDRESS: Final = "/api/v1/readings"

Say = Callable[[str], None]


class _LaterError(Exception):
    """Nothing was answered, or to come again; wait_s: as the answer says, 0 where it does not."""

    def __init__(self, why: str, wait_s: float = 0.0) -> None:
        super().__init__(why)
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True)
class Where:
    """Where readings go, and as whom."""

    url: str
    gateway: str
    key: str

    def __post_init__(self) -> None:
        if urlsplit(self.url).scheme not in {"http", "https"} or not urlsplit(self.url).hostname:
            raise InputError(
                "push.url",
                zh=f"“{self.url}”不是平台地址。",
                en=f"“{self.url}” is no address of a platform.",
                next_zh="请写成 https://主机 的样子(--url 或 COMMONWATT_PUSH_URL)。",
                next_en="Write it like https://HOST (--url, or COMMONWATT_PUSH_URL).",
                where={"field": "--url"},
            )


@dataclass(slots=True)
class Pushing:
    """Sends parts in their order, and counts what became of them.

    wait_s: how long the platform may be away before this gives up.
    """

    where: Where
    outbox: Outbox
    say: Say
    wait_s: float
    sleep: Callable[[float], object] = time.sleep
    counts: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("inserted", "revised", "duplicates", "refused"), 0)
    )
    _try_at_s: float = 0.0
    _next_wait_s: float = 1.0

    def run(self, parts: Iterable[Part]) -> None:
        """Send all parts; what waits on disk from before goes first."""
        for part in parts:
            self.outbox.keep(part)
            self._deliver(patient=self.outbox.folder is None)
        self._deliver(patient=True)

    def _deliver(self, *, patient: bool) -> None:
        """Send what waits; where it is on disk, input is not held up by a platform that is away."""
        gives_up_s = time.monotonic() + self.wait_s
        while len(self.outbox):
            if not patient and time.monotonic() < self._try_at_s:
                return
            part = self.outbox.first()
            try:
                self._told(part, _sent(self.where, part))
            except _LaterError as later:
                wait_s = max(self._next_wait_s, later.wait_s)
                self._next_wait_s = min(2 * self._next_wait_s, _MOST_WAIT_S)
                self._try_at_s = time.monotonic() + wait_s
                if not patient:
                    continue
                if time.monotonic() + wait_s > gives_up_s:
                    raise self._away(str(later)) from later
                zh = f"平台暂不可用({later}),{wait_s:.0f} 秒后重发"
                self.say(say(zh, f"{later}: again in {wait_s:.0f} s"))
                self.sleep(wait_s)
            else:
                self._next_wait_s, gives_up_s = 1.0, time.monotonic() + self.wait_s
                self.outbox.answered()

    def _told(self, part: Part, answer: Mapping[str, Any]) -> None:
        for name in self.counts:
            self.counts[name] += int(answer.get(name, 0))
        lang = language()
        for one in answer.get("rejected", ()):
            lines = [part.line(row["line"]) for row in one["readings"]]
            self.say(f"{_at(lines)}{one[f'message_{lang}']} {one[f'next_{lang}']}")

    def _away(self, why: str) -> UnavailableError:
        folder = self.outbox.folder
        kept = None if folder is None else f"{len(self.outbox)} → {folder}"
        return UnavailableError(
            "push.away",
            zh=f"平台 {self.where.url} 未应答:{why}。",
            en=f"The platform at {self.where.url} does not answer: {why}.",
            next_zh=f"未送出的部分已保存({kept}),下次运行先发送。"
            if kept
            else "请稍后重新运行同一命令:已入库的不会重复计数。",
            next_en=f"What was not sent is kept ({kept}), and goes first next time."
            if kept
            else "Run the same again later: what is stored does not count twice.",
            where={"url": self.where.url},
        )


def _at(lines: Sequence[int | None]) -> str:
    """Return which lines of the input a refusal is about, the first of many."""
    known = [str(one) for one in lines if one is not None]
    if not known:
        return ""
    shown = ", ".join(known[:_SHOWN]) + (" …" if len(known) > _SHOWN else "")
    return say(f"第 {shown} 行:", f"line {shown}: ")


def _sent(where: Where, part: Part) -> Mapping[str, Any]:
    """Send one part; return the answer."""
    query = urlencode({"gateway": where.gateway})
    request = urllib.request.Request(  # noqa: S310 - checked when `where` is made
        f"{where.url.rstrip('/')}{_ADDRESS}?{query}",
        data=gzip.compress(part.body, compresslevel=5, mtime=0),
        headers={
            "Authorization": f"Bearer {where.key}",
            "Content-Encoding": "gzip",
            "Content-Type": "text/csv" if part.csv else "application/x-ndjson",
            "Idempotency-Key": part.key,
        },
        method="POST",
    )
    try:
        with urllib.request.urlopen(request, timeout=_ANSWER_S) as answer:  # noqa: S310
            found = json.load(answer)
    except urllib.error.HTTPError as error:
        raise _refused(error) from error
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise _LaterError(str(getattr(error, "reason", error)) or repr(error)) from error
    if not isinstance(found, dict):
        raise _LaterError("no answer of the platform")
    return found


def _refused(error: urllib.error.HTTPError) -> Exception:
    """Return why a part was not taken: for now, or because something is wrong with it."""
    try:
        said = json.loads(error.read())
        problem = {
            name: str(said[name]) for name in ("detail_zh", "detail_en", "next_zh", "next_en")
        }
        code = str(said["code"])
    except (OSError, ValueError, KeyError, TypeError):
        said, problem, code = {}, {}, f"http.{error.code}"
    if error.code in _AGAIN:
        wait = error.headers.get("Retry-After", "")
        why = problem.get("detail_zh" if language() == "zh" else "detail_en", f"HTTP {error.code}")
        return _LaterError(why.rstrip(".。"), float(wait) if wait.isdecimal() else 0.0)
    return InputError(
        code,
        zh=problem.get("detail_zh", f"平台拒绝:HTTP {error.code}。"),
        en=problem.get("detail_en", f"The platform refuses: HTTP {error.code}."),
        next_zh=problem.get("next_zh", "请核对平台地址(--url)。"),
        next_en=problem.get("next_en", "Check the address of the platform (--url)."),
        where={"status": error.code},
    )
