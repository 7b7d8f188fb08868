"""A command for every declared action, made from its declaration, with its help."""

import json
from collections.abc import Callable
from inspect import Parameter, Signature
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from pydantic import ValidationError

from actions.actor import Actor
from actions.catalogue import declared
from actions.declared import Action, Effect
from actions.doing import MOST_KEY, Done, carry_out, foresee
from actions.fields import Words, field_words, input_kind
from actions.files import errors_workbook, take
from actions.saying import wrong
from cli import settings
from cli.commands.options import ApiUrl
from cli.services.words import language, say
from cli.wiring import operator
from metering.errors import InputError

_FILE = Annotated[
    Path | None,
    typer.Option(
        "--file",
        exists=True,
        dir_okay=False,
        help=say(
            "CSV 或 XLSX,每行办理一次;全部办理或全部不办。",
            "CSV or XLSX, a row each; whole or not.",
        ),
    ),
]
_ERRORS = Annotated[
    Path | None,
    typer.Option("--errors", help=say("有误的行存入此工作簿。", "Keeps wrong rows in a workbook.")),
]
_REST = Annotated[
    bool,
    typer.Option(
        "--without-failed",
        help=say("有误的行不办理,其余照办。", "Leave wrong rows out and do the rest."),
    ),
]

Kind = type[Action[Any, Any]]

_DRY = Annotated[
    bool, typer.Option("--dry-run", help=say("只说明影响,不作更改。", "Tell what would change."))
]
_KEY = Annotated[
    str,
    typer.Option(
        "--key",
        help=say("重复请求的键:同一键只办理一次。", "Sent again under one key, it is done once."),
    ),
]


def program() -> typer.Typer:
    """Return the program of all actions."""
    app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)
    app.callback()(_about)
    for code, kind in declared().items():
        about = f"{say(kind.about.zh, kind.about.en)}. {(kind.__doc__ or '').strip()}"
        app.command(code, help=about)(_command(kind))
    return app


def _about() -> None:
    """Do one of these; `commonwatt do CODE --help` lists its fields."""


def _command(kind: Kind) -> Callable[..., None]:
    """Return a function whose signature says which options there are."""

    def command(**given: Any) -> None:
        on, url = given.pop("on", None), given.pop("database_url")
        dry_run, key = given.pop("dry_run"), given.pop("key")
        file, errors = given.pop("file", None), given.pop("errors", None)
        rest = given.pop("without_failed", False)
        with operator(settings.load(database_url=url), taking=True) as actor:
            if file is not None:
                _take(actor, kind, file, errors, dry_run=dry_run, rest=rest)
                return
            action = read(kind, given)
            if dry_run:
                _tell(foresee(actor, action, on).effects)
                return
            done = carry_out(actor, action, on, key=key[:MOST_KEY], again=True)  # as the operator
        result = done.result.model_dump(mode="json") if isinstance(done, Done) else done.result
        typer.echo(json.dumps(result, ensure_ascii=False, indent=2))

    asked = _options(kind)
    command.__signature__ = Signature(asked)  # type: ignore[attr-defined]
    command.__annotations__ = {one.name: one.annotation for one in asked}
    return command


def _options(kind: Kind) -> list[Parameter]:
    asked: list[tuple[str, Any, Any]] = []
    if (thing := kind.about.on) is not None:
        words = say(f"{thing.words.zh}的编号", f"Id of the {thing.words.en}")
        option = typer.Option(f"--{thing.code}", help=words)
        asked.append(("on", Annotated[int | None, option], None))
    for name, info in kind.model_fields.items():
        many = input_kind(info) in ("rows", "several")
        flag = input_kind(info) == "flag"
        option = typer.Option(f"--{name.replace('_', '-')}", help=_help(kind, name))
        taken: Any = bool if flag else list[str] if many else str
        annotation = taken if flag else taken | None
        asked.append((name, Annotated[annotation, option], False if flag else None))
    if kind.about.by_file:
        asked += [
            ("file", _FILE, None),
            ("errors", _ERRORS, None),
            ("without_failed", _REST, False),
        ]
    asked += [("dry_run", _DRY, False), ("key", _KEY, ""), ("database_url", ApiUrl, None)]
    return [
        Parameter(name, Parameter.KEYWORD_ONLY, annotation=annotation, default=default)
        for name, annotation, default in asked
    ]


def _help(kind: Kind, name: str) -> str:
    info = kind.model_fields[name]
    wording = field_words(info)
    parts = [_word(wording.label) + (f" [{wording.unit}]" if wording.unit else "")]
    if not info.is_required():
        parts[0] += say("(选填)", " (optional)")
    if wording.names:
        parts.append(" | ".join(f"{code} {_word(words)}" for code, words in wording.names.items()))
    if input_kind(info) == "rows":
        parts.append(say("每行写作 name=value,name=value", "Each a name=value,name=value"))
    parts.append(_word(wording.hint) if wording.hint else "")
    return ". ".join(part for part in parts if part)


def read(kind: Kind, given: dict[str, Any]) -> Action[Any, Any]:
    """Return the action that options say, or tell which of them is wrong."""
    fields = {name: value for name, value in given.items() if value not in (None, [])}
    for name, value in fields.items():
        if input_kind(kind.model_fields[name]) == "rows":
            fields[name] = [_row(one) for one in value]
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        found = wrong(error, _LANG[language()])
        options = [f"--{path.partition('.')[0].replace('_', '-')}" for path in found]
        told = "\n".join(
            f"{one}: {text}" for one, text in zip(options, found.values(), strict=True)
        )
        raise InputError(
            "command.option",
            zh=told,
            en=told,
            next_zh=f"字段见 commonwatt do {kind.about.code} --help。",
            next_en=f"commonwatt do {kind.about.code} --help lists the fields.",
            where={"field": options[0]},
        ) from None


def _row(text: str) -> Any:
    """Return a row that is written as name=value,name=value."""
    parts = (one.partition("=") for one in text.split(","))
    return {name.strip(): value for name, _, value in parts}


def _tell(effects: list[Effect]) -> None:
    for one in effects:
        before, after = (_word(each) if each else "–" for each in (one.before, one.after))
        mark = say("注意:", "Mind: ") if one.warns else ""
        typer.echo(f"{mark}{_word(one.what)}: {before} → {after}")
    typer.echo(say("试算,未作更改。", "Only tried: nothing was changed."))


def _word(words: Words) -> str:
    return say(words.zh, words.en)


def _take(
    actor: Actor, kind: Kind, path: Path, errors: Path | None, *, dry_run: bool, rest: bool
) -> None:
    """Do every row of a file, or the rest where that is asked, or say what is wrong with which."""
    taken = take(
        actor, kind, path.read_bytes(), dry_run=dry_run, again=True, without_failed=rest
    )  # as the operator
    for one in taken.wrong[:_MOST_TOLD]:
        typer.echo(f"{path.name}:{one.number}: {one.say(_LANG[language()])}", err=True)
    if taken.wrong and errors is not None:
        errors.write_bytes(errors_workbook(taken, _LANG[language()]))
    if taken.done or not taken.wrong:
        done = say(f"{taken.done} 行已办理。", f"Rows done: {taken.done}.")
        would = say(
            f"{taken.done} 行均可办理,未作更改。", f"Rows that could be done: {taken.done}."
        )
        typer.echo(would if dry_run else done)
        if taken.wrong:
            left = taken.rows - taken.done
            typer.echo(say(f"{left} 行有误,未办理。", f"Rows left out for mistakes: {left}."))
        return
    raise InputError(
        "import.wrong_rows",
        zh=f"{len(taken.wrong)} 处有误,全部未办理。",
        en=f"Mistakes found: {len(taken.wrong)}. None of the rows was done.",
        next_zh="请改正后重新提交整个文件;--errors 可存出有误的行。",
        next_en="Put them right and send the whole file again; --errors keeps the wrong rows.",
    )


_MOST_TOLD: Final = 50
_LANG: Final[dict[str, Any]] = {"zh": "zh", "en": "en"}
