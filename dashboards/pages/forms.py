"""A form for every action: filled in, previewed, done; without script, and without state here."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from actions.catalogue import declared
from actions.declared import Action, Thing
from actions.doing import ChangedError, Foreseen, acting, carry_out, foresee, may, target
from actions.fields import Acting
from actions.filled import filled, pairs_of
from actions.rights import holds
from actions.saying import label_of, wrong
from dashboards.pages.asking import Asked, Asking, Place, answers, asked, flat
from dashboards.pages.sending import Sent, Writer
from dashboards.pages.visit import Reader, Visit
from metering.errors import ConflictError, EnergyError, InputError, InsufficientDataError

Kind = type[Action[Any, Any]]
Id = Annotated[int, Path(ge=1, le=2**31 - 1)]
_REMEMBERED = ("lang", "theme", "done", "on")


@dataclass(frozen=True, slots=True)
class Filling:
    """A form on its way: whose, of which action and object, with what was filled in."""

    visit: Visit
    kind: Kind
    on: int | None
    values: dict[str, Any]
    errors: dict[str, str] = field(default_factory=dict)
    status: int = 200

    def asking(self, at: Acting, found: Any) -> Asking:
        """Return what its fields are drawn from."""
        thing: Thing[Any] | None = self.kind.about.on
        place = Place(thing.unit(found), thing.zone(found)) if thing else Place()
        return Asking(self.values, self.errors, at, self.visit.lang, place)


def router(kinds: Iterable[Kind] | None = None) -> APIRouter:
    """Return the pages of all actions, or of these."""
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route("/do", _list, methods=["GET"])
    for kind in declared().values() if kinds is None else kinds:
        _add(routes, kind)
    return routes


def offered(visit: Visit, thing: Thing[Any], on: int) -> list[Kind]:
    """Return the actions that the reader may do to an object, for links beside it."""
    with visit.desk.look() as connection:
        at = acting(visit.desk, connection)
        found = thing.find(at, on)
        kinds = [one for one in declared().values() if one.about.on is thing]
        fitting = [one for one in kinds if found and one.fits(found)]
        held = {one.about.right: one for one in fitting}  # one question a right
        allowed = {right for right, one in held.items() if may(one, on, at)}
        return [one for one in fitting if one.about.right in allowed]


def _list(visit: Reader) -> Response:
    """Return the page of what the reader may do."""
    with visit.desk.look() as connection:
        kinds = [one for one in declared().values() if holds(connection, one.about.right)]
    return visit.page("actions.html", kinds=[one.about for one in kinds])


def _add(routes: APIRouter, kind: Kind) -> None:
    path = f"/do/{kind.about.code}"

    def get_form(visit: Reader, on: Id) -> Response:
        return _form(Filling(visit, kind, on, _asked_for(visit, kind)))

    def post_form(visit: Writer, form: Sent, on: Id) -> Response:
        return _sent(visit, kind, on, form)

    def get_plain(visit: Reader) -> Response:
        if kind.about.on is not None:
            return _choose(visit, kind)
        return _form(Filling(visit, kind, None, _asked_for(visit, kind)))

    def post_plain(visit: Writer, form: Sent) -> Response:
        return _sent(visit, kind, None, form)

    routes.add_api_route(path, get_plain, methods=["GET"])
    if kind.about.on is None:
        routes.add_api_route(path, post_plain, methods=["POST"])
    else:
        routes.add_api_route(f"{path}/{{on}}", get_form, methods=["GET"])
        routes.add_api_route(f"{path}/{{on}}", post_form, methods=["POST"])


def _asked_for(visit: Visit, kind: Kind) -> dict[str, Any]:
    """Return what the address fills in ahead."""
    query = visit.request.query_params.multi_items()
    return filled([pair for pair in query if pair[0] not in _REMEMBERED], kind)


def _choose(visit: Visit, kind: Kind) -> Response:
    """Return the page that asks on which object, or go on to the form of the one chosen."""
    thing: Thing[Any] | None = kind.about.on
    assert thing is not None
    chosen = visit.request.query_params.get("on", "")
    if chosen.isdecimal():
        return RedirectResponse(f"/do/{kind.about.code}/{int(chosen)}", 303)
    with visit.desk.look() as connection:
        at = acting(visit.desk, connection)
        options = thing.options(at) if thing.options else ()
    return visit.page("choose.html", about=kind.about, thing=thing, options=options)


def _sent(visit: Visit, kind: Kind, on: int | None, form: Sent) -> Response:
    pairs = [(name, text) for name, text in form.multi_items() if isinstance(text, str)]
    filling = Filling(visit, kind, on, filled(pairs, kind, form=True))
    step, key, seen = (str(form.get(name, "")) for name in ("step", "key", "seen"))
    if step.startswith(("add:", "drop:")):
        return _form(Filling(visit, kind, on, _with_rows(filling.values, step)))
    if step == "back":
        return _form(filling)
    try:
        return _went_on(filling, step, key, seen)
    except ValidationError as error:
        errors, status = wrong(error, visit.lang), 422
    except (InputError, ConflictError, InsufficientDataError) as error:
        errors = {_at_fault(error): error.text(visit.lang)}
        status = 422 if isinstance(error, InputError) else 409
    return _form(Filling(visit, kind, on, filling.values, errors, status))


def _went_on(filling: Filling, step: str, key: str, seen: str) -> Response:
    """Return the preview, or do it and go on; what has changed meanwhile is previewed again."""
    action, desk, on = _read(filling), filling.visit.desk, filling.on
    if step != "do" or not seen:
        return _preview(filling, action, foresee(desk, action, on))
    try:
        done = carry_out(desk, action, on, key=key, seen=seen)
    except ChangedError:
        return _preview(filling, action, foresee(desk, action, on), stale=True)
    query = urlencode({"done": filling.kind.about.code})
    return RedirectResponse(f"{done.to}{'&' if '?' in done.to else '?'}{query}", 303)


def _read(filling: Filling) -> Action[Any, Any]:
    """Return the action that a form says; times without offset are those of the object's place."""
    thing: Thing[Any] | None = filling.kind.about.on
    with filling.visit.desk.look() as connection:
        found = target(filling.kind, filling.on, acting(filling.visit.desk, connection))
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


def _form(filling: Filling) -> Response:
    visit, kind = filling.visit, filling.kind
    with visit.desk.look() as connection:
        at = acting(visit.desk, connection)
        found = target(kind, filling.on, at)
        fields = asked(kind, filling.asking(at, found))
    known = {one.name: one for one in flat(fields)}
    summary = [(one.id, _named(kind, one, visit)) for one in known.values() if one.error]
    summary += [("", text) for path, text in filling.errors.items() if path not in known]
    return _page(filling, "form.html", found, fields=fields, summary=summary)


def _named(kind: Kind, one: Asked, visit: Visit) -> str:
    """Return an error as the summary says it, with its field and row."""
    return f"{label_of(kind, one.name, visit.lang)}{visit.say('colon')}{one.error}"


def _preview(
    filling: Filling, action: Action[Any, Any], seen: Foreseen, *, stale: bool = False
) -> Response:
    visit = filling.visit
    with visit.desk.look() as connection:
        at = acting(visit.desk, connection)
        found = target(filling.kind, filling.on, at)
        said = answers(action, filling.asking(at, found))
    return _page(
        filling,
        "check.html",
        found,
        answers=said,
        pairs=pairs_of(filling.values),
        effects=seen.effects,
        seen=seen.seen,
        stale=stale,
        key=secrets.token_urlsafe(16),
    )


def _page(filling: Filling, template: str, found: Any, **values: Any) -> Response:
    about, visit = filling.kind.about, filling.visit
    return visit.page(
        template,
        status=filling.status,
        about=about,
        name=about.on.name(found, visit.lang) if about.on else "",
        back=about.on.page(found) if about.on else "/do",
        **values,
    )
