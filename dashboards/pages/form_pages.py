"""The pages of a form on its way: filled in, previewed, and where an option is looked for."""

import secrets
from dataclasses import dataclass, field, replace
from typing import Any

from fastapi import Response

from actions.declared import Action, Thing
from actions.doing import Foreseen, acting, target
from actions.fields import Acting
from actions.filled import pairs_of, written
from actions.saying import label_of
from dashboards.pages.asking import Asking, FormField, Place, answers, asked, flat
from dashboards.pages.form_files import takes_scans
from dashboards.pages.form_finding import field_at, find, with_value
from dashboards.pages.viewer import Viewer
from metering.errors import EnergyError

Kind = type[Action[Any, Any]]


@dataclass(frozen=True, slots=True)
class Filling:
    """A form on its way: whose, of which action and object, with what was filled in.

    opened: nobody has filled anything in yet, so it begins with what there is. focus: the step that
    led here where it added or dropped a row, so that the cursor goes on from there.
    """

    viewer: Viewer
    kind: Kind
    on: int | None
    values: dict[str, Any]
    errors: dict[str, str] = field(default_factory=dict)
    status: int = 200
    opened: bool = False
    focus: str = ""

    def asking(self, at: Acting, found: Any) -> Asking:
        """Return what its fields are drawn from."""
        thing: Thing[Any] | None = self.kind.about.on
        place = Place(thing.unit(found), thing.zone(found)) if thing else Place()
        values = self.values
        if self.opened:
            values = written(self.kind.given(found, at), self.kind) | values
        return Asking(values, self.errors, at, self.viewer.lang, place)


def form_page(filling: Filling) -> Response:
    """Return the form with what was filled in, and what is wrong with it."""
    viewer, kind = filling.viewer, filling.kind
    with viewer.actor.look() as connection:
        at = acting(viewer.actor, connection)
        found = target(kind, filling.on, at)
        fields = asked(kind, filling.asking(at, found))
    known = {one.name: one for one in flat(fields)}
    summary = [(one.id, _named(kind, one, viewer)) for one in known.values() if one.error]
    summary += [("", text) for path, text in filling.errors.items() if path not in known]
    scans = takes_scans(kind)
    here = {"summary": summary, "scans": scans, "focus": filling.focus}
    return _page(filling, "form.html", found, **here, **_steered(filling, fields))


def _steered(filling: Filling, fields: list[FormField]) -> dict[str, Any]:
    """Return the fields, apart from them the choice that they depend on, and what goes with it."""
    steering = next((one for one in fields if one.steers), None)
    rest = [one for one in fields if one is not steering]
    filled_in = pairs_of(filling.values) if steering else []
    beside = [(name, text) for name, text in filled_in if steering and name != steering.name]
    return {"fields": rest, "steering": steering, "beside": beside}


def _named(kind: Kind, one: FormField, viewer: Viewer) -> str:
    """Return an error as the summary says it, with its field and row."""
    return f"{label_of(kind, one.name, viewer.lang)}{viewer.say('colon')}{one.error}"


def preview_page(
    filling: Filling,
    action: Action[Any, Any],
    seen: Foreseen,
    *,
    stale: bool = False,
    error: EnergyError | None = None,
) -> Response:
    """Return what was filled in and what would change, to be confirmed.

    stale: it has changed since it was looked at. error: why the password did not do.
    """
    viewer = filling.viewer
    with viewer.actor.look() as connection:
        at = acting(viewer.actor, connection)
        found = target(filling.kind, filling.on, at)
        fields = answers(action, filling.asking(at, found))
    return _page(
        filling,
        "check.html",
        found,
        answers=fields,
        pairs=pairs_of(filling.values),
        effects=seen.effects,
        seen=seen.seen,
        stale=stale,
        error=error.text(viewer.lang) if error else "",
        key=secrets.token_urlsafe(16),
    )


def _page(filling: Filling, template: str, found: Any, **values: Any) -> Response:
    about, viewer = filling.kind.about, filling.viewer
    return viewer.page(
        template,
        status=filling.status,
        about=about,
        name=about.on.name(found, viewer.lang) if about.on else "",
        back=about.on.page(found) if about.on else "/do",
        **values,
    )


def choosing_page(filling: Filling, verb: str, place: str, text: str) -> Response:
    """Return the page that finds an option, or the form with the one that was taken.

    verb: find or take. place: the field's path, and of one that is taken its value.
    """
    path, _, value = place.partition(":")
    viewer, kind = filling.viewer, filling.kind
    info = field_at(kind, path)
    if info is None:
        return form_page(filling)
    if verb == "take":
        return form_page(replace(filling, values=with_value(kind, filling.values, path, value)))
    with viewer.actor.look() as connection:
        at = acting(viewer.actor, connection)
        found = target(kind, filling.on, at)
        finding = find(info, at, text)
    return _page(
        filling,
        "find.html",
        found,
        pairs=pairs_of(filling.values),
        field=path,
        label=label_of(kind, path, viewer.lang),
        text_asked=text,
        options=finding.options,
        more=finding.more,
    )
