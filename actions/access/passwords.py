"""Which passwords are refused: short ones, and those that guessers try first."""

import re
import secrets
import unicodedata
from functools import cache
from importlib import resources
from typing import Final

from actions.access.login import hash_password
from actions.fields import Acting
from metering.errors import InputError

_LEAST: Final = 10
_MADE_BYTES: Final = 12
_MOST: Final = 200
_LEAST_DIFFERENT: Final = 5  # characters
_LEAST_DIGITS: Final = 16  # where there is nothing else: shorter ones are dates and telephones
_WALKED: Final = 0.7  # of the steps from key to key
_LOOKS: Final = str.maketrans("@4301!5$7", "aaeoiisst")
# Along which fingers walk: alphabet, rows and columns of the keyboard.
_WALKS: Final = (
    "abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm",
    "1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "!@#$%^&*()",
)  # fmt: skip
_STEPS: Final = frozenset(walk[i : i + 2] for walk in _WALKS for i in range(len(walk) - 1))


def checked(password: str, login: str = "") -> str:
    """Return a password that may be kept, InputError where it is short or common."""
    if not _LEAST <= len(password) <= _MOST:
        raise InputError(
            "user.password_length",
            zh=f"密码应为 {_LEAST} 至 {_MOST} 个字符。",
            en=f"A password has {_LEAST} to {_MOST} characters.",
            next_zh="请换一个更长的密码,或由系统生成。",
            next_en="Choose a longer one, or let one be generated.",
            where={"field": "password"},
        )
    if is_common(password, login):
        raise InputError(
            "user.password_common",
            zh="此密码过于常见,容易被猜中。",
            en="This password is common, and guessed soon.",
            next_zh="请用几个互不相干的词,或由系统生成;词后加数字和符号没有用。",
            next_en="Take several unrelated words, or let one be generated; "
            "digits and signs behind a word do not help.",
            where={"field": "password"},
        )
    return password


def kept(at: Acting, login: str) -> tuple[str, str | None]:
    """Return the hash of the password that was chosen, else of one made here, with that one.

    InputError where the chosen one is weak.
    """
    made = None if at.chosen else secrets.token_urlsafe(_MADE_BYTES)
    return hash_password(checked(at.chosen, login) if made is None else made), made


def is_common(password: str, login: str = "") -> bool:
    """Return whether a password is one of those that are tried first."""
    typed = unicodedata.normalize("NFKC", password).casefold()
    if len(set(typed)) < _LEAST_DIFFERENT or (typed.isdecimal() and len(typed) < _LEAST_DIGITS):
        return True
    if re.fullmatch(r"(.{1,6})\1+.?", typed) or _walked(typed):
        return True
    words = _words() | ({_letters(login)} if _letters(login) else set())
    known = {typed, _letters(typed), _letters(typed.translate(_LOOKS)), _core(typed)}
    return bool({_once(one) for one in known} & words)


def _once(text: str) -> str:
    """Return what a text says again and again, once: a word said twice is no second word."""
    place = (text + text).find(text, 1)
    return text[:place] if text else text


def _core(password: str) -> str:
    """Return what is left without digits and signs at the ends, its look-alikes read as letters."""
    core = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", password)
    return _letters(core.translate(_LOOKS))


def _letters(password: str) -> str:
    return re.sub(r"[^a-z]", "", password.casefold())


def _walked(password: str) -> bool:
    pairs = [password[i : i + 2] for i in range(len(password) - 1)]
    walked = sum(pair in _STEPS or pair[::-1] in _STEPS or pair[0] == pair[1] for pair in pairs)
    return walked >= _WALKED * len(pairs)


@cache
def _words() -> frozenset[str]:
    """Return the list beside this file."""
    text = resources.files("actions").joinpath("common_passwords.txt").read_text(encoding="utf-8")
    lines = (line.strip() for line in text.splitlines())
    return frozenset(line for line in lines if line and not line.startswith("#"))
