"""`commonwatt user`: who may log in, and what each may see and do, by the declared actions."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import settings
from cli.services.words import say
from metering.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from actions.actor import Actor
    from actions.declared import Action

app = typer.Typer(
    help=say("账号和授权。", "Users and what they may see and do."), no_args_is_help=True
)

Url = Annotated[
    str | None,
    typer.Option(
        help=say(
            "API 的数据库登录;默认 COMMONWATT_DATABASE_URL。",
            "The API's login; else COMMONWATT_DATABASE_URL.",
        )
    ),
]
Role = Annotated[
    str,
    typer.Option(help=say("reader、officer、planner 或 administrator。", "What the user may do.")),
]
Region = Annotated[
    str | None,
    typer.Option(help=say("范围:行政区划代码及其下级。", "Scope: a region's code, all below it.")),
]
Line = Annotated[
    str | None, typer.Option(help=say("范围:主管部门代码。", "Scope: a department line's code."))
]
Union = Annotated[
    int | None, typer.Option(help=say("范围:区域联合体编号。", "Scope: a union's id."))
]
Institution = Annotated[
    int | None, typer.Option(help=say("范围:机构编号。", "Scope: an institution's id."))
]
Everything = Annotated[
    bool, typer.Option("--everything", help=say("范围:全部。", "Scope: everything there is."))
]
PasswordFile = Annotated[
    Path | None,
    typer.Option(
        help=say(
            "密码所在文件;不给则自动生成并显示一次。",
            "Holds the password; else one is generated and shown once.",
        )
    ),
]


@app.command()
def add(
    login: str,
    name: Annotated[str, typer.Option(help=say("姓名。", "The person's name."))],
    role: Role = "reader",
    region: Region = None,
    line: Line = None,
    union: Union = None,
    institution: Institution = None,
    everything: Everything = False,
    lang: Annotated[str, typer.Option(help="zh / en")] = "zh",
    password_file: PasswordFile = None,
    database_url: Url = None,
) -> None:
    """Add a user with one grant, whose scope must be named: user.add and user.grant in one."""
    from actions.access.add_user import AddUser
    from actions.doing import together
    from cli.doing import read
    from cli.wiring import operator

    scope = _scope(region, line, union, institution, everything)
    new, chosen = read(AddUser, {"login": login, "name": name, "language": lang}), ""
    if password_file is not None:
        chosen = _password(password_file)
    with operator(settings.load(database_url=database_url)) as actor:
        given = _grant(actor, role, scope)
        with together(actor) as acts:
            made = acts.do(new, chosen=chosen)
            acts.do(given, made.user_id)
    typer.echo(say(f"账号 {made.login} 已建立。", f"User {made.login} can log in."))
    _tell(made.password)


@app.command()
def grant(
    login: str,
    role: Role = "reader",
    region: Region = None,
    line: Line = None,
    union: Union = None,
    institution: Institution = None,
    everything: Everything = False,
    database_url: Url = None,
) -> None:
    """Let a user see and do more: user.grant."""
    from actions.access.persons import user_named
    from actions.doing import carry_out
    from cli.wiring import operator

    scope = _scope(region, line, union, institution, everything)
    with operator(settings.load(database_url=database_url)) as actor:
        carry_out(actor, _grant(actor, role, scope), user_named(actor, login).user_id)
    typer.echo(say("已授权。", "Granted."))


@app.command()
def password(login: str, password_file: PasswordFile = None, database_url: Url = None) -> None:
    """Change a user's password and end the user's sessions: user.password."""
    from actions.access.persons import user_named
    from actions.access.reset_password import ResetPassword
    from actions.doing import together
    from cli.wiring import operator

    chosen = "" if password_file is None else _password(password_file)
    with operator(settings.load(database_url=database_url)) as actor:
        user = user_named(actor, login)
        with together(actor) as acts:
            made = acts.do(ResetPassword(), user.user_id, chosen=chosen)
    typer.echo(say("密码已更改。", "The password is changed."))
    _tell(made.password)


@app.command()
def end(login: str, database_url: Url = None) -> None:
    """Let a user log in no more; what the user did stays on record: user.end."""
    from actions.access.end_user import EndUser
    from actions.access.persons import user_named
    from actions.doing import carry_out
    from cli.wiring import operator

    with operator(settings.load(database_url=database_url)) as actor:
        carry_out(actor, EndUser(), user_named(actor, login).user_id)
    typer.echo(say("账号已停用。", "The user is ended."))


@app.command("list")
def listed(database_url: Url = None) -> None:
    """List users with their grants."""
    from actions.access.persons import list_grants, list_users
    from cli.wiring import operator

    with operator(settings.load(database_url=database_url)) as actor:
        for user in list_users(actor):
            ended = say("  已停用", "  ended") if user.ended_at else ""
            typer.echo(f"{user.login:<24} {user.name}{ended}")
            for one in list_grants(actor, user.user_id):
                named = (one.region_id, one.department_line, one.union_id, one.institution_id)
                of = next((str(value) for value in named if value is not None), "")
                typer.echo(f"    {one.role} / {one.scope} {of}".rstrip())


def _scope(
    region: str | None,
    line: str | None,
    union: int | None,
    institution: int | None,
    everything: bool,
) -> dict[str, object]:
    """Return the one scope that was named, by its name; a region by its code still."""
    named: dict[str, object] = {
        "region": region,
        "department_line": line,
        "union": union,
        "institution": institution,
        "all": everything or None,
    }
    given = {scope: of for scope, of in named.items() if of is not None}
    if not given:
        raise InputError(
            "user.no_scope",
            zh="没有写明授权范围。",
            en="The grant names no scope.",
            next_zh="请写明 --region、--line、--union 或 --institution;确需全部时写 --everything。",
            next_en="Name --region, --line, --union, --institution, or --everything if meant.",
        )
    if len(given) > 1:
        raise InputError(
            "user.two_scopes",
            zh="一次授权只能有一个范围。",
            en="One grant has one scope.",
            next_zh="请分几次用 commonwatt user grant 授权。",
            next_en="Use commonwatt user grant once for each.",
        )
    return given


def _grant(actor: "Actor", role: str, given: dict[str, object]) -> "Action[Any, Any]":
    from actions.access.give_grant import GiveGrant
    from cli.doing import read

    ((scope, of),) = given.items()
    fields: dict[str, object] = {"role": role, "scope": scope}
    if scope == "region":
        fields["region"] = _region(actor, str(of))
    elif scope != "all":
        fields[scope] = of
    return read(GiveGrant, fields)


def _region(actor: "Actor", code: str) -> int:
    from actions.registry.regions import list_regions

    for region in list_regions(actor, only_seen=False):
        if region.code == code:
            return region.region_id
    raise NotFoundError(
        "user.no_region",
        zh=f"没有代码为“{code}”的行政区划。",
        en=f"There is no region “{code}”.",
        next_zh="请核对代码。",
        next_en="Check the code.",
        where={"field": "region", "value": code},
    )


def _tell(password: str | None) -> None:
    """Show a password that was made; one that was chosen is known."""
    if password is not None:
        typer.echo(say(f"密码:{password}(只显示这一次)", f"password (shown once): {password}"))


def _password(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            "user.no_password_file",
            zh=f"无法读取密码文件 {path}:{error}。",
            en=f"The password file {path} cannot be read: {error}.",
            next_zh="请核对路径和权限。",
            next_en="Check path and rights.",
            where={"file": str(path)},
        ) from error
