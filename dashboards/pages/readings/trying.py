"""A payload pasted under a topic: what it says, what of it would be stored, and why not."""

from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Response

from actions.readings.try_payload import Encoding, Tried, bytes_of, must_try, try_payload
from dashboards.pages.sending import Sent, Writer
from dashboards.pages.viewer import Reader, Viewer
from metering.errors import InputError

router = APIRouter(include_in_schema=False)

PATH: Final = "/payloads/try"


@dataclass(frozen=True, slots=True)
class Asked:
    """What was filled in, and what is wrong with which field."""

    topic: str = ""
    payload: str = ""
    encoding: Encoding = Encoding.TEXT
    field: str = ""
    error: str = ""


@router.get(PATH)
def get_form(viewer: Reader) -> Response:
    """Return the page that asks for topic and payload."""
    must_try(viewer.actor)
    query = viewer.request.query_params
    return _page(viewer, Asked(query.get("topic", "")[:500], query.get("payload", "")[:10_000]))


@router.post(PATH)
def post_form(viewer: Writer, form: Sent) -> Response:
    """Return the same page with what the message would come to."""
    topic, payload = str(form.get("topic", "")).strip()[:500], str(form.get("payload", ""))
    written = str(form.get("encoding", ""))
    encoding = Encoding(written) if written in set(Encoding) else Encoding.TEXT
    asked = Asked(topic, payload, encoding)
    if not topic:
        return _page(viewer, Asked(topic, payload, encoding, "topic", viewer.say("try_topic_none")))
    try:
        tried = try_payload(viewer.actor, topic, bytes_of(payload, encoding))
    except InputError as error:
        text = error.text(viewer.lang)
        return _page(viewer, Asked(topic, payload, encoding, "payload", text))
    return _page(viewer, asked, tried)


def _page(viewer: Viewer, asked: Asked, tried: Tried | None = None) -> Response:
    return viewer.page(
        "readings/trying.html",
        status=422 if asked.error else 200,
        one=asked,
        tried=tried,
        encodings=[each.value for each in Encoding],
        path=PATH,
    )
