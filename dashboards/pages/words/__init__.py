"""Every word that the pages say, in Chinese and English; terms are those of docs/glossary.md.

The files beside this one hold them, one for what all pages say and one a room; a word that lacks a
language, or stands in two files, lets nothing start.
"""

import tomllib
from importlib import resources
from typing import Final, Literal

Lang = Literal["zh", "en"]


def read() -> dict[str, tuple[str, str]]:
    """Return the words of all files; ValueError names one that is not whole."""
    words: dict[str, tuple[str, str]] = {}
    for path in sorted(resources.files(__name__).iterdir(), key=lambda one: one.name):
        if path.name.endswith(".toml"):
            for key, both in tomllib.loads(path.read_text(encoding="utf-8")).items():
                if set(both) != {"zh", "en"} or not all(both.values()) or key in words:
                    raise ValueError(f"{path.name}: {key} is not said once in zh and en")
                words[key] = (both["zh"], both["en"])
    return words


WORDS: Final = read()


def say(key: str, lang: Lang, **values: object) -> str:
    """Return a word or sentence in one language, its gaps filled in."""
    text = WORDS[key][0 if lang == "zh" else 1]
    return text.format(**values) if values else text
