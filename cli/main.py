"""`commonwatt`: one command per file, and one plain message where something is wrong."""

import platform
from importlib.metadata import version
from typing import Annotated

import typer

from cli.commands import (
    baseline,
    boards,
    broker,
    codecs,
    collect,
    demo,
    do,
    doctor,
    enough,
    exports,
    gateways,
    healthy,
    imports,
    migrate,
    ministry,
    plan,
    published,
    push,
    recompute,
    reconcile,
    replay,
    replay_rejected,
    retry,
    serve,
    services,
    solve,
    status,
    targets,
    upload,
    users,
    work,
    years,
)
from cli.errors import said_plainly
from cli.services.words import say

app = typer.Typer(
    name="commonwatt",
    help=say(
        "CommonWatt 协能:公共机构能源账。设置见各命令的说明和 docs/settings.md。",
        "CommonWatt: energy accounts of public institutions. Settings are environment variables "
        "that begin with COMMONWATT_; docs/settings.md lists them.",
    ),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _tell_version(asked: bool) -> None:
    if asked:
        typer.echo(f"commonwatt {version('commonwatt')}, Python {platform.python_version()}")
        raise typer.Exit


@app.callback()
def _options(
    _: Annotated[
        bool,
        typer.Option(
            "--version",
            "-V",
            callback=_tell_version,
            is_eager=True,
            help=say("显示版本后结束。", "Show the version and exit."),
        ),
    ] = False,
) -> None:
    """Take what stands before a command."""


app.command("demo")(demo.demo)
app.command(
    "do",
    help=do.HELP,
    add_help_option=False,  # the actions' own
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
)(do.do)
app.command("migrate")(migrate.migrate)
app.command("collect")(collect.collect)
app.command("ministry")(ministry.ministry)
app.command("work")(work.work)
app.command("serve")(serve.serve)
app.command("upload")(upload.upload)
app.command("push")(push.push)
app.command("replay")(replay.replay)
app.command("replay-rejected")(replay_rejected.replay_rejected)
app.command("enough")(enough.enough)
app.command("years")(years.years)
app.command("retry")(retry.retry)
app.add_typer(imports.app, name="import")
app.add_typer(exports.app, name="export")
app.add_typer(users.app, name="user")
app.add_typer(boards.app, name="boards")
app.add_typer(broker.app, name="broker")
app.add_typer(codecs.app, name="codec")
app.add_typer(services.app, name="services")
app.add_typer(targets.app, name="targets")
app.add_typer(plan.app, name="plan")
app.command("solve")(solve.solve)
app.command("baseline")(baseline.baseline)
app.command("published")(published.published)
app.command("reconcile")(reconcile.reconcile)
app.command("recompute")(recompute.recompute)
app.command("doctor")(doctor.doctor)
app.command("healthy")(healthy.healthy)
app.command("status")(status.status)
app.command("gateways")(gateways.gateways)


def run() -> None:
    """Run the program."""
    said_plainly(app)


if __name__ == "__main__":
    run()
