"""The documents say what is so: links, commands, settings, addresses, messages, both languages."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import click
import pytest
import typer.main

from cli.doing import program
from cli.main import app
from cli.settings import PREFIX, Settings, strangers
from collector.codecs import native
from metering.messages import Message
from scripts import make_settings

ROOT = Path(__file__).parents[2]
PACKAGES = ("actions", "api", "cli", "collector", "dashboards", "metering", "simulators", "storage")
DOCUMENTS = sorted(
    path
    for path in ROOT.rglob("*.md")
    if not any(part.startswith(".") for part in path.relative_to(ROOT).parts)
)
GUIDES = [ROOT / "docs" / f"gateway-guide{lang}.md" for lang in ("", ".zh-CN")]
TRANSLATED = sorted(path for path in DOCUMENTS if path.name.endswith(".zh-CN.md"))

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^(#{1,6}) (.+)$", re.MULTILINE)
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`\n]+)`")
OURS = re.compile(r"(?<![/\w.-])commonwatt ([^|&#>]+)")
MAKE = re.compile(r"(?<![\w.-])make ([a-z][a-z-]*)")
OPTION = re.compile(r"(--[a-z][a-z-]+)")
VARIABLE = re.compile(r"\bCOMMONWATT_[A-Z_]+\b")
ADDRESS = re.compile(
    r"(?:(GET|POST) )?(?:\$URL)?(?<![\w.])(/(?:api/v1/|healthz|readyz|metrics)[\w/{}.-]*)"
)

every_document = pytest.mark.parametrize(
    "path", DOCUMENTS, ids=[str(path.relative_to(ROOT)) for path in DOCUMENTS]
)


def prose(path: Path) -> str:
    """Return a document without its blocks of code."""
    return FENCE.sub("", path.read_text(encoding="utf-8"))


def snippets(path: Path) -> Iterator[str]:
    """Yield what a document shows as code: each line of a block, and each span in the text."""
    for _, block in FENCE.findall(path.read_text(encoding="utf-8")):
        yield from block.replace("\\\n", " ").splitlines()
    yield from CODE.findall(prose(path))


def anchors(path: Path) -> set[str]:
    """Return the anchors of a document's headings, as GitHub makes them."""
    return {
        re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
        for _, title in HEADING.findall(prose(path))
    }


def commands() -> dict[tuple[str, ...], click.Command]:
    """Return every command of the program under its words."""
    found: dict[tuple[str, ...], click.Command] = {}

    def walk(words: tuple[str, ...], command: click.Command) -> None:
        found[words] = command
        for name, below in getattr(command, "commands", {}).items():
            walk((*words, name), below)

    walk((), typer.main.get_command(app))
    walk(("do",), typer.main.get_command(program()))  # made when it runs
    return found


COMMANDS = commands()


def options(words: tuple[str, ...]) -> set[str]:
    """Return the options of a command."""
    return {"--help", *(name for one in COMMANDS[words].params for name in one.opts)}


def spoken(text: str) -> tuple[tuple[str, ...], str]:
    """Return the words of the command that a line begins with, and what follows them."""
    words: tuple[str, ...] = ()
    rest = text
    while match := re.match(r"\s*([a-z-]+(?:\.[a-z_]+)?)(?=[\s.]|$)", rest):
        if (*words, match[1]) not in COMMANDS:
            break
        words, rest = (*words, match[1]), rest[match.end() :]
    return words, rest


@every_document
def test_every_link_leads_somewhere(path):
    for link in LINK.findall(prose(path)):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = unquote(link).partition("#")
        target = (path.parent / name).resolve() if name else path
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@every_document
def test_every_command_and_option_exists(path):
    for snippet in snippets(path):
        for text in OURS.findall(snippet):
            words, rest = spoken(text)
            assert words, f"commonwatt {text}"
            is_group = hasattr(COMMANDS[words], "commands")
            assert not (is_group and re.match(r"\s*[a-z]", rest)), f"commonwatt {text}"
            assert set(OPTION.findall(rest)) <= options(words), f"commonwatt {text}"


@every_document
def test_every_option_that_stands_alone_is_one_of_ours(path):
    known = set().union(*(options(words) for words in COMMANDS))
    for span in CODE.findall(prose(path)):
        if span.startswith("--"):
            assert set(OPTION.findall(span)) <= known, span


@every_document
def test_every_make_target_exists(path):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    for snippet in snippets(path):
        assert set(MAKE.findall(snippet)) <= targets, snippet
        for asked in re.findall(r'make demo ARGS="([^"]*)"', snippet):
            assert set(OPTION.findall(asked)) <= options(("demo",)), snippet
        for asked in re.findall(r'ARGS="(tests/[\w/]+)', snippet):
            assert (ROOT / asked).exists(), snippet


@every_document
def test_every_variable_is_a_setting(path):
    named = {one for one in VARIABLE.findall(path.read_text(encoding="utf-8")) if one != PREFIX}
    assert strangers(dict.fromkeys(named, "")) == []


@every_document
def test_every_address_is_one_of_the_api(path):
    described = json.loads((ROOT / "tests/api/openapi.json").read_text(encoding="utf-8"))["paths"]
    known = {re.sub(r"\{[^}]+\}", "[^/]+", address): of for address, of in described.items()}
    known["/api/v1/openapi.json"] = {"get": {}}
    for snippet in snippets(path):
        for method, address in ADDRESS.findall(snippet):
            of = next((of for one, of in known.items() if re.fullmatch(one, address)), None)
            assert of is not None, address
            assert not method or method.lower() in of, f"{method} {address}"


def test_the_table_of_settings_is_that_of_the_program():
    page = make_settings.PAGE.read_text(encoding="utf-8")

    assert page == make_settings.rendered(), "run python scripts/make_settings.py"
    assert all(f"`{PREFIX}{name.upper()}`" in page for name in Settings.model_fields)


@pytest.mark.parametrize("chinese", TRANSLATED, ids=[path.name for path in TRANSLATED])
def test_both_languages_have_the_same_shape(chinese):
    english = chinese.with_name(chinese.name.replace(".zh-CN", ""))
    pair = [path.read_text(encoding="utf-8") for path in (english, chinese)]
    shapes = [
        {
            "headings": [len(marks) for marks, _ in HEADING.findall(FENCE.sub("", text))],
            "blocks": [kind for kind, _ in FENCE.findall(text)],
            "rows": len(re.findall(r"^\|", text, re.MULTILINE)),
        }
        for text in pair
    ]

    assert shapes[0] == shapes[1]
    assert f"({chinese.name})" in pair[0]
    assert f"({english.name})" in pair[1]


def test_messages_refer_to_documents_that_exist():
    sources = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    named = {
        name
        for path in sources
        for name in re.findall(r"docs/[\w./-]+\.md", path.read_text(encoding="utf-8"))
    }

    assert "docs/settings.md" in named
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("guide", GUIDES, ids=[path.name for path in GUIDES])
def test_the_guides_messages_are_messages(guide):
    blocks = [text for kind, text in FENCE.findall(guide.read_text(encoding="utf-8"))
              if kind == "json"]  # fmt: skip
    lines = [line.encode() for text in blocks for line in text.splitlines()]
    receipts = [line for line in lines if b'"stored"' in line]
    decoded = [native.decode(Message("", "", line, 0)) for line in lines if line not in receipts]

    assert [(one.seq, len(one.value)) for one in decoded] == [(1, 1), (2, 2), (3, 2), (4, 2)]
    assert all(set(json.loads(line)) == {"stored", "rejected"} for line in receipts)


@pytest.mark.parametrize("guide", GUIDES, ids=[path.name for path in GUIDES])
def test_the_guides_tell_every_reason_of_a_refusal(guide):
    sources = [*(ROOT / "collector").rglob("*.py"), ROOT / "storage" / "readings" / "binding.py"]
    reasons = {
        reason
        for path in sources
        for reason in re.findall(
            r'"((?:payload|reading|topic|message)\.[a-z_]+)"', path.read_text(encoding="utf-8")
        )
    }
    page = guide.read_text(encoding="utf-8")

    assert len(reasons) > 10
    assert [one for one in sorted(reasons) if f"`{one}`" not in page] == []
