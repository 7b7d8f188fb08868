"""Scans: stored when they are sent, named by their hash in the action that refers to them."""

from hashlib import sha256
from typing import Any, Final

from pydantic import BaseModel

from actions.actor import Actor
from actions.declared import ACTIONS, Action
from actions.fields import Acting, input_kinds
from actions.figures import not_found
from metering.errors import InputError
from storage import attachments, days
from storage.attachments import Attachment

__all__ = ["Attachment", "attach", "attached", "check_scans", "content_of", "keep_scans", "named"]

MOST_BYTES: Final = 15 << 20
_KINDS: Final = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
)


def attach(actor: Actor, name: str, body: bytes) -> Attachment:
    """Keep a scan for a day; InputError unless it is a PDF, PNG or JPEG of a bounded size."""
    media_type = next((kind for begins, kind in _KINDS if body.startswith(begins)), None)
    if media_type is None or len(body) > MOST_BYTES:
        raise _unfit()
    digest = sha256(body).digest()
    plain = "".join(one for one in name.replace("\\", "/").rpartition("/")[2] if one.isprintable())
    with actor.change() as connection:
        attachments.add(connection, actor.name, digest, plain[:200], media_type, body)
        found = attachments.one(connection, digest.hex(), actor.name)
    assert found is not None
    return found


def attached(at: Acting, digest: str) -> Attachment | None:
    """Return a scan that the actor sees."""
    return attachments.one(at.connection, digest)


def content_of(actor: Actor, digest: str) -> tuple[Attachment, bytes]:
    """Return a scan with what it holds; NotFoundError where the actor sees none.

    One's own, any for an administrator, and whatever is named by an act on an object that one sees.
    """
    with actor.look() as connection:
        found = attachments.one(connection, digest)
        if found is not None:
            return found, attachments.content(connection, digest)
        at = Acting(connection, actor.name, actor.today or days.today(connection))
        if any(_sees(at, *one) for one in attachments.naming(connection, digest)):
            of_act = attachments.of_act(connection, digest)
            if of_act is not None:
                return of_act
    raise not_found("附件", "attachment", {"sha256": digest})


def named(action: BaseModel) -> dict[str, str]:
    """Return the scans that an action names, by field."""
    kinds = input_kinds(type(action)).items()
    scans = {name: getattr(action, name) for name, kind in kinds if kind == "scan"}
    return {name: digest for name, digest in scans.items() if digest is not None}


def check_scans(action: BaseModel, at: Acting) -> None:
    """Refuse a scan that the actor did not send, or that has been forgotten."""
    for name, digest in named(action).items():
        if attachments.one(at.connection, digest, at.actor) is None:
            raise InputError(
                "attachment.gone",
                zh="没有此附件:未上传,或上传后超过 24 小时未使用。",
                en="There is no such attachment: it was not sent, or not used within 24 hours.",
                next_zh="请重新上传。",
                next_en="Send it again.",
                where={"field": name, "value": digest},
            )


def keep_scans(action: Action[Any, Any], on: int | None, at: Acting) -> None:
    """Keep for good what an action names, for it has been done on an object."""
    scans = list(named(action).values())
    attachments.keep(at.connection, at.actor, scans)
    if on is not None:
        attachments.name(at.connection, at.actor, scans, action.about.code, on)


def _sees(at: Acting, act: str, subject: int) -> bool:
    """Return whether the actor sees the object of an act."""
    kind = ACTIONS.get(act)
    thing = kind.about.on if kind else None
    return thing is not None and thing.find(at, subject) is not None


def _unfit() -> InputError:
    return InputError(
        "attachment.unfit",
        zh=f"附件应为 PDF、PNG 或 JPEG,不超过 {MOST_BYTES >> 20} MB。",
        en=f"An attachment is a PDF, PNG or JPEG of at most {MOST_BYTES >> 20} MB.",
        next_zh="请另存或压缩后重新上传。",
        next_en="Save it in one of these forms, or smaller, and send it again.",
    )
