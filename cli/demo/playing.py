"""The demo's year played in this process: each deed by its own person, once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from actions.actor import Actor
from actions.catalogue import declared
from actions.doing import Done, carry_out
from actions.files import take
from actions.scans import attach
from cli.demo import bases
from cli.demo.script import Paper, Said
from metering.errors import ConflictError

# Of what an action answers, the id of what it made; the first that is there.
_IDS: Final = (
    "id", "movement_id", "commitment_id", "submission_id", "run_id", "agreement_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Here:
    """Carries deeds out in this process; what was done before under the same key is answered alike.

    people: by log-in.
    """

    people: Mapping[str, Actor]
    tell: Callable[[str], None]

    def do(self, one: Said) -> Mapping[str, Any]:
        """Do it by the declared action."""
        actor = self.people[one.who]
        said = {name: _sent(actor, value) for name, value in one.said.items()}
        action = declared()[one.do].model_validate(said)
        key = f"demo-{one.place}-{sha256(f'{one.on}{said}'.encode()).hexdigest()[:16]}"
        done = carry_out(actor, action, one.on, key=key, again=True)
        result = done.result
        return made_of(result.model_dump(mode="json") if isinstance(done, Done) else result)

    def take(self, one: Said, body: bytes) -> None:
        """Do every row of a file; ConflictError where one is wrong, as where all are done."""
        taken = take(self.people[one.who], declared()[one.do], body, again=True)
        if taken.wrong:
            raise _wrong(taken.wrong[0].say("zh"), taken.wrong[0].say("en"))

    def review(self, one: Said) -> None:
        """Answer for the bases of a target by what is odd about them."""
        assert one.on is not None
        actor = self.people[one.who]
        bases.answer(actor, one.on, self.tell, lambda act, on: carry_out(actor, act, on))


def made_of(result: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the id of what an action made, and its digest, where its answer names them."""
    found = next((result[name] for name in _IDS if result.get(name) is not None), None)
    return {"id": found, "sha256": result.get("sha256")}


def _sent(actor: Actor, value: Any) -> Any:
    """Return a value as an action takes it: of a paper, its hash."""
    return attach(actor, value.name, value.body).sha256 if isinstance(value, Paper) else value


def _wrong(zh: str, en: str) -> ConflictError:
    return ConflictError(
        "demo.file_refused", zh=zh, en=en, next_zh="无需操作。", next_en="Nothing is to be done."
    )
