"""API routes made from declared actions: body, result, dry run, repetition and errors of each."""

from collections.abc import Callable
from inspect import Parameter, Signature
from typing import Annotated, Any, Final

from fastapi import APIRouter, Body, Header, Path, Query
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field

from actions.catalogue import declared
from actions.declared import Action, Effect, Started, result_of
from actions.doing import MOST_KEY, Foreseen, Repeat, carry_out, foresee
from api.again import logged_in_again, parameters_of, responses_of
from api.auth import CurrentActor
from api.late import LateRoute

_KEY = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        max_length=MOST_KEY,
        description="Chosen by the caller, one for each request. Sent again within seven days the "
        "same request is answered alike, with `Idempotent-Replay: true`, and done once.",
    ),
]
_DRY = Annotated[
    bool, Query(description="Check everything and tell what would change, but change nothing.")
]
_SEEN = Annotated[
    str,
    Header(
        alias="If-Match",
        max_length=100,
        description="The ETag of a dry run: 409 where what would change has itself changed since.",
    ),
]
_REPLAYED: Final = {
    "Idempotent-Replay": {
        "description": "`true` where this was answered before.",
        "schema": {"type": "string"},
    }
}


class EffectShown(BaseModel):
    """One thing that would change, in words; null: there was, or will be, none."""

    code: str = Field(description="The kind of effect.")
    what_zh: str
    what_en: str
    before_zh: str | None
    before_en: str | None
    after_zh: str | None
    after_en: str | None
    where: dict[str, Any] = Field(description="The same for programs, where there is more to say.")
    warns: bool = Field(description="Whether somebody careful would stop there.")


class ForeseenShown(BaseModel):
    """What would change, were it done now; nothing was written."""

    effects: list[EffectShown]


def router() -> APIRouter:
    """Return a route for every declared action."""
    made = APIRouter(prefix="/api/v1", route_class=LateRoute)
    for kind in declared().values():
        _add(made, kind)
    return made


def _add(routes: APIRouter, kind: type[Action[Any, Any]]) -> None:
    about = kind.about
    on = {} if about.on is None else {"on": f"{{{about.on.code}_id}}"}
    name = about.code.replace(".", "_")
    routes.add_api_route(
        about.path.format(**on),
        _endpoint(kind, name),
        methods=["POST"],
        status_code=_status(kind),
        name=name,
        response_model=result_of(kind),
        summary=about.en,
        description=(kind.__doc__ or "").strip(),
        tags=[about.tag],
        responses={
            200: {"model": ForeseenShown, "description": "Of a dry run: what would change."},
            _status(kind): {
                "description": "Done." if _status(kind) == 201 else "Begun; see its Location.",
                "headers": _REPLAYED,
            },
            **responses_of(kind),
        },
        openapi_extra=_extra(kind),
    )


def _status(kind: type[Action[Any, Any]]) -> int:
    return 202 if issubclass(result_of(kind), Started) else 201


def _extra(kind: type[Action[Any, Any]]) -> dict[str, Any]:
    about = kind.about
    told = {"x-action": about.code, "x-right": about.right.value, "x-summary-zh": about.zh}
    if about.second_person:
        told["x-second-person"] = "true"
    return told | parameters_of(kind)


def _endpoint(kind: type[Action[Any, Any]], name: str) -> Callable[..., Any]:
    """Return a route's function, whose signature says what FastAPI should read."""

    def endpoint(**given: Any) -> Any:
        on, action, actor = given.get("on"), given["fields"], given["actor"]
        if given["dry_run"]:
            return _foreseen(foresee(actor, action, on))
        seen = given["seen"].removeprefix("W/").strip('"')
        done = carry_out(actor, action, on, key=given["key"], seen=seen, again=given["again"])
        if isinstance(done, Repeat):
            return _answer(kind, done.result, done.to, {"Idempotent-Replay": "true"})
        return _answer(kind, done.result.model_dump(mode="json"), done.to, {})

    endpoint.__signature__ = Signature(_parameters(kind))  # type: ignore[attr-defined]
    endpoint.__name__ = name
    return endpoint


def _answer(
    kind: type[Action[Any, Any]], result: Any, to: str, headers: dict[str, str]
) -> JSONResponse:
    status = _status(kind)
    return JSONResponse(result, status, headers | ({"Location": to} if status == 202 else {}))


def _parameters(kind: type[Action[Any, Any]]) -> list[Parameter]:
    example = example_of(kind)
    shown: dict[str, Any] = {kind.about.code: {"summary": kind.about.en, "value": example}}
    body = Body(openapi_examples=shown if example else None)
    asked: list[tuple[str, Any, Any]] = [
        (
            "fields",
            Annotated[kind, body],
            Parameter.empty,
        ),
        ("actor", CurrentActor, Parameter.empty),
        ("dry_run", _DRY, False),
        ("key", _KEY, ""),
        ("seen", _SEEN, ""),
        ("again", logged_in_again(kind), False),
    ]
    if kind.about.on is not None:
        known = Path(alias=f"{kind.about.on.code}_id", ge=1, le=2**31 - 1)
        asked.insert(0, ("on", Annotated[int, known], Parameter.empty))
    return [
        Parameter(name, Parameter.KEYWORD_ONLY, annotation=annotation, default=default)
        for name, annotation, default in asked
    ]


def example_of(kind: type[BaseModel]) -> dict[str, Any]:
    """Return a body out of the examples of fields; empty where a required one has none."""
    fields = kind.model_fields
    value = {name: info.examples[0] for name, info in fields.items() if info.examples}
    needed = {name for name, info in fields.items() if info.is_required()}
    return value if needed <= set(value) else {}


def _foreseen(found: Foreseen) -> Response:
    body = ForeseenShown(effects=[_shown(one) for one in found.effects])
    headers = {"ETag": f'"{found.seen}"'}
    return JSONResponse(body.model_dump(mode="json"), headers=headers)


def _shown(one: Effect) -> EffectShown:
    return EffectShown(
        code=one.code,
        what_zh=one.what.zh,
        what_en=one.what.en,
        before_zh=one.before.zh if one.before else None,
        before_en=one.before.en if one.before else None,
        after_zh=one.after.zh if one.after else None,
        after_en=one.after.en if one.after else None,
        where=dict(one.where),
        warns=one.warns,
    )
