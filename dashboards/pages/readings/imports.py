"""A file of readings by upload: tried, corrections offered for lower values, then confirmed."""

import io
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData, UploadFile

from actions.actor import denied
from actions.declared import Effect
from actions.doing import acting
from actions.readings.effect_words import of_use
from actions.readings.failed_readings import failed_readings
from actions.readings.file_corrections import correct_by_file
from actions.readings.file_template import readings_template
from actions.readings.import_readings import Imported, WholeSink, import_readings
from actions.readings.kept_answers import CALLED, KeptAnswer, kept_in
from actions.readings.recognised import sentences
from actions.readings.settle_rejected import no_sink
from actions.registry.values import ProblemsError
from actions.rights import Right, holds
from actions.uploads import Upload, keep, waiting
from collector.files.bundles import together
from dashboards.pages.attaching import attached
from dashboards.pages.readings.file_questions import (
    Asked,
    answered,
    given,
    is_asked,
    questions_of,
)
from dashboards.pages.registry.problems import Problem, problems_of, problems_workbook
from dashboards.pages.sending import ReadingsForm, ReadingsWriter
from dashboards.pages.viewer import Reader, Viewer
from metering.errors import InputError, NotFoundError

router = APIRouter(include_in_schema=False)

PATH: Final = "/imports/readings"
_MOST_SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class Importing:
    """An import on its way: what was chosen and filled in, what came of it, what is wrong.

    answers: to what the file leaves open, by name; questions: what still is.
    corrects: the file counts against what there is. rest: without the rows that fail.
    missing: the field that is left open. fresh: without answers that earlier files had; kept: those
    that hold.
    """

    gateway: str = ""
    answers: tuple[tuple[str, str], ...] = ()
    questions: tuple[Asked, ...] = ()
    reason: str = ""
    corrects: bool = False
    rest: bool = False
    fresh: bool = False
    kept: tuple[KeptAnswer, ...] = ()
    upload: Upload | None = None
    done: Imported | None = None
    effects: tuple[Effect, ...] = ()
    problems: tuple[Problem, ...] = ()
    missing: str = ""


@router.get(PATH)
def get_form(viewer: Reader) -> Response:
    """Return the page that asks for the file."""
    _must_hold(viewer)
    if form := viewer.request.query_params.get("template"):
        form = "csv" if form == "csv" else "xlsx"
        return attached(readings_template(viewer.lang, form), f"readings.{form}")
    return _page(viewer, Importing(gateway=viewer.request.query_params.get("gateway", "")[:200]))


@router.post(PATH)
def post_form(viewer: ReadingsWriter, form: ReadingsForm) -> Response:
    """Try what was chosen, or do what was tried."""
    _must_hold(viewer)
    step = str(form.get("step", ""))
    one = Importing(
        gateway=str(form.get("gateway", "")).strip()[:200],
        answers=answered(form),
        reason=str(form.get("reason", "")).strip()[:500],
        corrects=step.endswith("correction"),
        rest=step == "check_rest" or form.get("rest") == "1",
        fresh=form.get("fresh") == "1",
    )
    try:
        one = replace(one, upload=_upload(viewer, form))
    except (InputError, NotFoundError) as error:
        return _page(viewer, replace(one, problems=tuple(problems_of(viewer, error))), 422)
    if one.upload is None:
        return _page(viewer, replace(one, missing="files"), 422)
    if one.corrects and not one.reason:
        tried = _taken(viewer, replace(one, corrects=False), dry_run=True)
        return _page(viewer, replace(one, done=tried, missing="reason"), 422)
    return _stepped(viewer, one, step)


def _stepped(viewer: Viewer, one: Importing, step: str) -> Response:
    try:
        done = _taken(viewer, one, dry_run=not step.startswith("do"))
    except InputError as error:
        problems = problems_of(viewer, error)
        if step == "errors":
            return _failed_or_problems(viewer, one, problems)
        each = error.problems if isinstance(error, ProblemsError) else (error,)
        plain = (one for one, why in zip(problems, each, strict=True) if not is_asked(why))
        asked = questions_of(viewer, error)
        found = replace(one, problems=tuple(plain), questions=asked, kept=tuple(kept_in(error)))
        return _page(viewer, found, 422)
    if step == "errors":
        return _failed_or_problems(viewer, one, ())
    if step.startswith("do"):
        undo = {"file": done.file_id or "", "import": done.import_id or ""}
        query = urlencode({"imported": done.readings, "left": done.left_out} | undo)
        return RedirectResponse(f"{PATH}?{query}", 303)
    found = replace(one, done=done, effects=_effects(viewer, done), kept=tuple(done.kept))
    return _page(viewer, found)


def _taken(viewer: Viewer, one: Importing, *, dry_run: bool) -> Imported:
    """Have the file taken, or only try."""
    sink, upload = viewer.actor.sink, one.upload
    if sink is None:
        raise no_sink()
    assert upload is not None
    taken: WholeSink = sink  # type: ignore[assignment]
    file, now_ms = io.BytesIO(upload.body), int(time.time() * 1000)
    answers = given(one.gateway, one.answers)
    if one.corrects:
        return correct_by_file(
            viewer.actor, file, upload.name, answers, reason=one.reason, now_ms=now_ms,
            ahead_ms=taken.ahead_ms, dry_run=dry_run, without_failed=one.rest, fresh=one.fresh,
        )  # fmt: skip
    return import_readings(
        viewer.actor, taken, file, upload.name, answers, now_ms=now_ms, dry_run=dry_run,
        without_failed=one.rest, fresh=one.fresh,
    )  # fmt: skip


def _failed_or_problems(viewer: Viewer, one: Importing, problems: Sequence[Problem]) -> Response:
    """Return the rows that fail as a workbook; where the file fails as a whole, what is wrong."""
    sink, upload = viewer.actor.sink, one.upload
    assert sink is not None
    assert upload is not None
    body = None
    with suppress(InputError):
        body = failed_readings(
            viewer.actor, io.BytesIO(upload.body), upload.name, given(one.gateway, one.answers),
            now_ms=int(time.time() * 1000), ahead_ms=sink.ahead_ms,  # type: ignore[attr-defined]
            lang=viewer.lang, corrects=one.corrects, fresh=one.fresh,
        )  # fmt: skip
    if body is None:
        return problems_workbook(viewer, problems, "readings")
    return attached(body, "readings-errors.xlsx")


def _effects(viewer: Viewer, done: Imported) -> tuple[Effect, ...]:
    if done.effects is None:
        return ()
    with viewer.actor.look() as connection:
        return tuple(of_use(done.effects, acting(viewer.actor, connection)))


def _upload(viewer: Viewer, form: FormData) -> Upload | None:
    """Return what waits, or keep the files chosen, several as one; None where none was."""
    number = str(form.get("upload", ""))
    sent = [one for one in form.getlist("files") if isinstance(one, UploadFile) and one.size]
    if len(sent) > 1:
        whole = io.BytesIO()
        name = together([((one.filename or "file")[:200], one.file) for one in sent], whole)
        return keep(viewer.actor, name, whole.getvalue())
    if sent:
        return keep(viewer.actor, (sent[0].filename or "file")[:200], sent[0].file.read())
    return waiting(viewer.actor, int(number)) if number.isdecimal() and len(number) < 18 else None


def _must_hold(viewer: Viewer) -> None:
    with viewer.actor.look() as connection:
        if not holds(connection, Right.CORRECT_READINGS):
            raise denied("readings.import")


def _page(viewer: Viewer, one: Importing, status: int = 200) -> Response:
    query = viewer.request.query_params
    imported, left = query.get("imported", ""), query.get("left", "")
    file, import_id = (_number(query.get(name, "")) for name in ("file", "import"))
    return viewer.page(
        "readings/import_readings.html",
        status=status,
        one=one,
        tried=one.done,
        recognised=[words for told in one.done.recognised for words in sentences(told)]
        if one.done
        else [],
        called=CALLED,
        problems=one.problems[:_MOST_SHOWN],
        count=len(one.problems),
        imported=int(imported) if imported.isdecimal() and len(imported) < 9 else None,
        left=int(left) if left.isdecimal() and len(left) < 9 else 0,
        file=file,
        import_id=import_id,
    )


def _number(text: str) -> str:
    return text if text.isdecimal() and len(text) < 10 else ""
