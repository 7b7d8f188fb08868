"""The language of what the services say to the person at the terminal."""

import os
from typing import Final

_ASKED: Final = ("COMMONWATT_LANG", "LC_ALL", "LC_MESSAGES", "LANG")


def language() -> str:
    """Return `zh` or `en`, as the environment asks; the first variable that is set decides."""
    for name in _ASKED:
        if value := os.environ.get(name):
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


def say(zh: str, en: str) -> str:
    """Return the one of two texts that this terminal's reader asked for."""
    return zh if language() == "zh" else en
