"""What acts share that end a dated fact from an instant on, once `held` says what they end."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from actions.fields import Acting, field


class Ends:
    """Ends what `held` finds at the instant; stands before Action among the bases."""

    @classmethod
    def copies(cls) -> bool:
        """Return that dated facts come in by COPY."""
        return True

    @classmethod
    def given(cls, on: None, at: Acting) -> Mapping[str, Any]:
        """Return that it ends now, unless somebody says otherwise."""
        return {"since": datetime.now(UTC).replace(microsecond=0).isoformat()}

    def held(self, at: Acting) -> object:
        """Return what holds at the instant; InputError where nothing does."""
        raise NotImplementedError

    def check(self, on: None, at: Acting) -> None:
        """Refuse an instant at which there is nothing to end."""
        self.held(at)


def ending_field(zh: str, en: str, never: tuple[str, str]) -> Any:
    """Return the field of the instant; never: how it is called if the fact had never been."""
    return field(
        zh=zh,
        en=en,
        hint=(f"1970-01-01 即{never[0]}", f"1970-01-01: {never[1]}"),
        examples=["2026-11-27T12:00:00+08:00"],
    )


def source_field(example: str) -> Any:
    """Return the field that says on what ground a dated fact is put or ended."""
    return field(zh="依据", en="Why, or by whom", examples=[example])


def since_of(at: datetime | None) -> datetime | None:
    """Return from when on; the beginning of time counts as ever since."""
    return None if at is None or at.timestamp() <= 0 else at
