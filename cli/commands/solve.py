"""`commonwatt solve`: any rule worked out on figures in a file, to check by hand."""

from pathlib import Path
from typing import Annotated

import typer

from cli.services.words import language, say


def solve(
    file: Annotated[
        Path,
        typer.Argument(
            help=say(
                'JSON 文件:[{"id", "rule", "given"}],或含 cases 的对象。',
                'JSON: [{"id", "rule", "given"}], or an object with `cases`.',
            )
        ),
    ],
) -> None:
    """Print [{"id", "result"}]: what each case comes to, or the error that says why not."""
    import json

    from actions.baselining.filed import solve_beside
    from actions.solving.cases import read

    answers = [
        {"id": answer.id, "result": answer.result}
        | ({} if answer.error is None else {"error": answer.error.text(language())})
        for answer in solve_beside(file, read(_text(file)))
    ]
    typer.echo(json.dumps(answers, ensure_ascii=False, indent=1))


def _text(file: Path) -> str:
    from metering.errors import InputError, NotFoundError

    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise InputError(
            "solve.not_utf8",
            zh=f"{file} 不是 UTF-8 文本。",
            en=f"{file} is not UTF-8 text.",
            next_zh="请另存为 UTF-8。",
            next_en="Save it as UTF-8.",
        ) from wrong
    except OSError as wrong:
        raise NotFoundError(
            "solve.no_file",
            zh=f"无法读取 {file}:{wrong.strerror}。",
            en=f"{file} cannot be read: {wrong.strerror}.",
            next_zh="请核对路径。",
            next_en="Check the path.",
        ) from wrong
