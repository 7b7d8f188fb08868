"""`commonwatt do CODE --field …`: any of the actions that docs/actions.md lists."""

import typer

from cli.services.words import say

HELP = say(
    "办理 docs/actions.md 所列事项:do CODE --字段 值;do --help 列出全部,do CODE --help 列出字段。",
    "Do one of the actions that docs/actions.md lists: do CODE --field value.",
)


def do(context: typer.Context) -> None:
    """Do one of the actions that docs/actions.md lists."""
    from cli.doing import program  # as the actions, too heavy for --help of the rest

    program()(args=context.args, prog_name=context.command_path, standalone_mode=False)
