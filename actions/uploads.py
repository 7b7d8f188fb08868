"""Files that wait for their confirmation: kept where they came, found again when it is given."""

from actions.actor import Actor
from metering.errors import NotFoundError
from storage import uploads
from storage.uploads import Upload

__all__ = ["Upload", "keep", "waiting"]


def keep(actor: Actor, name: str, body: bytes) -> Upload:
    """Keep a file of the actor's until it is confirmed, a day at most."""
    with actor.change() as connection:
        return uploads.keep(connection, name, body)


def waiting(actor: Actor, upload_id: int) -> Upload:
    """Return a file of the actor's that waits."""
    with actor.look() as connection:
        found = uploads.found(connection, upload_id)
    if found is None:
        raise NotFoundError(
            "upload.gone",
            zh="该文件已不在。",
            en="The file is no longer here.",
            next_zh="请重新选择文件。",
            next_en="Choose it again.",
            where={"upload_id": upload_id},
        )
    return found
