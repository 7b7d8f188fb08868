"""What can go wrong, as people should read it: what happened and the next step, zh and en."""

from typing import Any


class EnergyError(Exception):
    """Something a caller can act on; `code` is stable, the words are for people.

    where: names the culprit where there is one: file, line, field, channel, day.
    """

    def __init__(
        self,
        code: str,
        *,
        zh: str,
        en: str,
        next_zh: str = "",
        next_en: str = "",
        where: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(code, zh, en, next_zh, next_en, where or {})
        self.code = code
        self.zh = zh
        self.en = en
        self.next_zh = next_zh
        self.next_en = next_en
        self.where: dict[str, Any] = where or {}

    def __str__(self) -> str:
        return self.text("en")

    def text(self, lang: str) -> str:
        """Return the message and the next step in one language, `zh` or `en`."""
        message, then = (
            (self.zh, self.next_zh) if lang.startswith("zh") else (self.en, self.next_en)
        )
        return f"{message} {then}".strip()


class InputError(EnergyError):
    """The data is wrong; sending it again cannot help."""


class NotFoundError(EnergyError):
    """There is no such thing, or none that this reader may see."""


class ConflictError(EnergyError):
    """Somebody or something was faster, or the state forbids it."""


class InsufficientDataError(EnergyError):
    """Too little was measured to answer honestly."""


class UnavailableError(EnergyError):
    """Database or broker is away: wait, longer each time, and try again."""
