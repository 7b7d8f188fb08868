"""The list of actions in docs is what the declarations say.

`.venv/bin/python -m tests.docs.test_actions` writes it anew; its diff belongs to the commit.
"""

from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from actions.catalogue import declared
from actions.declared import Action
from actions.fields import field_words, input_kind
from actions.kinds import row_of

LIST = Path("docs/actions.md")
HEAD = """# Actions 办理事项

What people and programs may do, made from the declarations in `actions/`; this page is written by
`python -m tests.docs.test_actions`. Each is a form at `/do/CODE`, a route of the API, a command
`commonwatt do`, and a file of rows (`POST /api/v1/imports/exchange.record`, `--file`). All ask the
same right, check the same, tell before what would change (`?dry_run=true`, `--dry-run`) and leave
one audit entry.

每一事项都有表单、接口、命令和文件导入四种办法,权限、核对、事前预览和留痕相同。
"""


def written() -> str:
    """Return the page."""
    return "\n".join([HEAD, *(line for kind in declared().values() for line in _of(kind))])


def _of(kind: type[Action]) -> Iterator[str]:  # type: ignore[type-arg]
    about = kind.about
    path = about.path.replace("{on}", f"{{{about.on.code}_id}}" if about.on else "")
    yield f"## `{about.code}` {about.zh} · {about.en}\n"
    yield f"{(kind.__doc__ or '').strip()}\n"
    on = f"on a {about.on.words.en} ({about.on.words.zh}), " if about.on else ""
    yield f"`POST /api/v1{path}`, {on}right `{about.right.value}`.\n"
    if about.second_person:
        yield "Another person must do it than who asked, where two are needed. 须由另一人办理。\n"
    if about.log_in_again:
        yield "It asks for the password once more. 须再次输入密码。\n"
    yield "| field | 中文 | English | kind |"
    yield "|---|---|---|---|"
    yield from _rows(kind, "")
    yield ""


def _rows(model: type[BaseModel], before: str) -> Iterator[str]:
    for name, info in model.model_fields.items():
        words = field_words(info)
        zh, en = (
            f"{words.label.say(lang)}{' (' + words.hint.say(lang) + ')' if words.hint else ''}"
            for lang in ("zh", "en")
        )
        yield f"| `{before}{name}` | {zh} | {en} | {_kind(info)} |"
        if input_kind(info) == "rows":
            yield from _rows(row_of(info), f"{before}{name}[].")


def _kind(info: FieldInfo) -> str:
    words = field_words(info)
    parts = [input_kind(info)]
    parts += [", ".join(f"`{one}`" for one in words.names)] if words.names else []
    parts += [words.unit] if words.unit else []
    if words.when:
        parts.append(f"where `{words.when[0]}` is `{words.when[1]}`")
    elif not info.is_required():
        parts.append("optional")
    return "; ".join(parts)


def test_the_list_of_actions_is_current():
    assert LIST.read_text(encoding="utf-8") == written(), "python -m tests.docs.test_actions"


if __name__ == "__main__":
    LIST.write_text(written(), encoding="utf-8")
