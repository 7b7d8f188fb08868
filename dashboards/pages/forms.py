"""A form for every action: filled in, previewed, done; without script, and without state here."""

from dataclasses import dataclass, replace
from typing import Annotated, Any
from urllib.parse import quote_plus, urlencode

from fastapi import APIRouter, HTTPException, Path, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from actions.access.login import LockedError
from actions.access.turnstile import BusyError
from actions.catalogue import declared, tables
from actions.declared import BY_MISTAKE, Action, Thing, result_of
from actions.doing import Done, Repeat, acting, carry_out, foresee, target
from actions.fields import Lang, once_of
from actions.filled import filled
from actions.refusals import AgainError, ChangedError
from actions.rights import Right, holds
from actions.saying import wrong
from actions.tables import may_read
from dashboards.pages.asking import Place
from dashboards.pages.form_pages import Filling, choosing_page, form_page, preview_page
from dashboards.pages.form_scans import with_scans
from dashboards.pages.named_actions import Kind, Named
from dashboards.pages.offers import grouped
from dashboards.pages.sending import Sent, Writer
from dashboards.pages.viewer import Reader, Viewer, auth_of
from metering.errors import ConflictError, EnergyError, InputError, InsufficientDataError

router = APIRouter(include_in_schema=False)

Id = Annotated[int, Path(ge=1, le=2**31 - 1)]
_REMEMBERED = ("lang", "theme", "done", "undo", "on")


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What a confirmation carries beside the fields: step, idempotency key, digest, password."""

    step: str = ""
    key: str = ""
    seen: str = ""
    again: str = ""


@router.get("/do")
def get_list(viewer: Reader) -> Response:
    """Return the page of what the reader may do."""
    with viewer.actor.look() as connection:
        kinds = [one for one in declared().values() if holds(connection, one.about.right)]
        lists = [one for one in tables() if one.page and may_read(connection, one)]
    return viewer.page(
        "actions.html",
        offers=grouped(viewer, kinds),
        only_looks=all(one.about.right is Right.LOOK for one in kinds),
        lists=lists,
    )


@router.get("/do/{code}")
def get_plain(viewer: Reader, kind: Named) -> Response:
    """Return the form of an action on no object, or the page that asks on which."""
    if kind.about.on is not None:
        return _choose(viewer, kind)
    return form_page(Filling(viewer, kind, None, _asked_for(viewer, kind), opened=True))


@router.post("/do/{code}")
def post_plain(viewer: Writer, form: Sent, kind: Named) -> Response:
    """Take what the form of an action on no object says."""
    return _sent(viewer, _on_object(kind, False), None, form)


@router.get("/do/{code}/{on}")
def get_form(viewer: Reader, kind: Named, on: Id) -> Response:
    """Return the form of an action on an object."""
    kind = _on_object(kind, True)
    return form_page(Filling(viewer, kind, on, _asked_for(viewer, kind), opened=True))


@router.post("/do/{code}/{on}")
def post_form(viewer: Writer, form: Sent, kind: Named, on: Id) -> Response:
    """Take what the form of an action on an object says."""
    return _sent(viewer, _on_object(kind, True), on, form)


def _on_object(kind: Kind, wanted: bool) -> Kind:
    """Return an action that hangs on an object, or on none, as the address has it."""
    if (kind.about.on is not None) is not wanted:
        raise HTTPException(404)
    return kind


def _asked_for(viewer: Viewer, kind: Kind) -> dict[str, Any]:
    """Return what the address fills in ahead."""
    query = viewer.request.query_params.multi_items()
    return filled([pair for pair in query if pair[0] not in _REMEMBERED], kind)


def _choose(viewer: Viewer, kind: Kind) -> Response:
    """Return the page that asks on which object, or go on to the form of the one chosen."""
    thing: Thing[Any] | None = kind.about.on
    assert thing is not None
    chosen = viewer.request.query_params.get("on", "")
    if chosen.isdecimal():
        return RedirectResponse(f"/do/{kind.about.code}/{int(chosen)}", 303)
    with viewer.actor.look() as connection:
        at = acting(viewer.actor, connection)
        options = thing.options(at) if thing.options else ()
    return viewer.page("choose.html", about=kind.about, thing=thing, options=options)


def _sent(viewer: Viewer, kind: Kind, on: int | None, form: Sent) -> Response:
    pairs = [(name, text) for name, text in form.multi_items() if isinstance(text, str)]
    values, wrong_scans = with_scans(viewer, kind, form, filled(pairs, kind, form=True))
    filling = Filling(viewer, kind, on, values)
    if wrong_scans:
        return form_page(replace(filling, errors=wrong_scans, status=422))
    sent = Confirmation(*(str(form.get(name, "")) for name in ("step", "key", "seen", "again")))
    if sent.step.startswith(("add:", "drop:")):
        rows = _with_rows(filling.values, sent.step)
        return form_page(Filling(viewer, kind, on, rows, focus=sent.step))
    if sent.step == "back":
        return form_page(filling)
    verb, _, place = sent.step.partition(":")
    if verb in ("find", "take"):
        return choosing_page(filling, verb, place, str(form.get("find", "")))
    try:
        return _went_on(filling, sent)
    except ValidationError as error:
        errors, status = wrong(error, viewer.lang), 422
    except (InputError, ConflictError, InsufficientDataError) as error:
        errors = {_at_fault(error): error.text(viewer.lang)}
        status = 422 if isinstance(error, InputError) else 409
    return form_page(Filling(viewer, kind, on, filling.values, errors, status))


def _went_on(filling: Filling, sent: Confirmation) -> Response:
    """Return the preview, or do it and go on; what has changed meanwhile is previewed again."""
    action, actor, on = _read(filling), filling.viewer.actor, filling.on
    if sent.step != "do" or not sent.seen:
        return preview_page(filling, action, foresee(actor, action, on))
    try:
        again = _logged_in_again(filling, sent)
        done = carry_out(actor, action, on, key=sent.key, seen=sent.seen, again=again)
    except ChangedError:
        return preview_page(filling, action, foresee(actor, action, on), stale=True)
    except (AgainError, LockedError, BusyError) as error:
        filling = replace(filling, status=422 if isinstance(error, AgainError) else 429)
        return preview_page(filling, action, foresee(actor, action, on), error=error)
    return _ended(filling, done)


def _logged_in_again(filling: Filling, sent: Confirmation) -> bool:
    """Check the password where the action asks for it once more; AgainError where it is wrong."""
    viewer = filling.viewer
    if not filling.kind.about.log_in_again:
        return False
    assert viewer.session is not None
    auth_of(viewer.request).again(viewer.request, viewer.session, sent.again)
    return True


def _ended(filling: Filling, done: Done[Any, Any] | Repeat) -> Response:
    """Go on to where it shows; what is shown once is shown here, for no address may carry it."""
    query = {"done": filling.kind.about.code}
    if done.undo:
        query["undo"] = _said(done.undo, filling.viewer.lang)
    to = f"{done.to}{'&' if '?' in done.to else '?'}{urlencode(query)}"
    if not (marks := once_of(result_of(filling.kind))):
        return RedirectResponse(to, 303)
    told = done.result if isinstance(done, Repeat) else done.result.model_dump(mode="json")
    values = [
        (mark.label, told[name], mark.scanned) for name, mark in marks.items() if told.get(name)
    ]
    return filling.viewer.page("once.html", about=filling.kind.about, values=values, to=to)


def _said(undo: str, lang: Lang) -> str:
    """Return the form that takes it back, with its reason in the reader's language."""
    return undo.replace(quote_plus(BY_MISTAKE.both), quote_plus(BY_MISTAKE.say(lang)))


def _read(filling: Filling) -> Action[Any, Any]:
    """Return the action that a form says; times without offset are those of the object's place."""
    thing: Thing[Any] | None = filling.kind.about.on
    with filling.viewer.actor.look() as connection:
        found = target(filling.kind, filling.on, acting(filling.viewer.actor, connection))
    zone = thing.zone(found) if thing else Place().zone
    return filling.kind.model_validate(filling.values, context={"zone": zone})


def _with_rows(values: dict[str, Any], step: str) -> dict[str, Any]:
    """Return the values with one row more or less."""
    verb, name, *place = step.split(":")
    rows = list(values.get(name) or [{}])
    if verb == "add":
        rows.append({})
    elif place and place[0].isdecimal() and int(place[0]) < len(rows):
        rows.pop(int(place[0]))
    return values | {name: rows}


def _at_fault(error: EnergyError) -> str:
    return str(error.where.get("field", ""))
