"""What notices of quotas say, in both languages: `notice_words.toml` beside this file."""

import tomllib
from functools import cache
from importlib import resources

from actions.fields import Lang, Words


@cache
def words() -> dict[str, Words]:
    """Return them by name; TypeError where a language is missing."""
    text = resources.files(__package__).joinpath("notice_words.toml").read_text("utf-8")
    return {name: Words(**said) for name, said in tomllib.loads(text).items()}


def say(name: str, lang: Lang, **values: object) -> str:
    """Return one of them, with what it speaks of."""
    return words()[name].say(lang, **values)
