"""What an import of the registry says, as values, and what is wrong with it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from metering.channels import Kind
from metering.errors import InputError
from metering.institutions import Disclosure

KINDS: Final = (
    "regions",
    "institutions",
    "channels",
    "exchanges",
    "settings",
    "keys",
    "shares",
)
ALWAYS: Final = date(2000, 1, 1)  # regions that carry no date of their own hold from here


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row of the import stands, for messages about it."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class NewRegion:
    """A node of the territorial tree; empty fields say nothing and change nothing."""

    code: str
    kind: str
    name_zh: str
    name_en: str
    parent_code: str | None
    climate_zone: str | None = None
    grid_region: str | None = None
    is_demo: bool = False
    valid_from: date = ALWAYS
    source: str = "import"
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class NewInstitution:
    """What is known of an institution from a day on; None is not known, and changes nothing.

    code: of whoever keeps the roster; by it, or by the credit code, the institution is found again.
    """

    code: str
    name_zh: str
    name_en: str
    credit_code: str | None
    class_code: str | None
    department_line: str
    level: str
    region_code: str
    location_region_code: str
    area_m2: Decimal | None
    persons: Decimal | None
    disclosure: Disclosure
    valid_from: date
    latitude: float | None
    longitude: float | None
    source: str
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class NewChannel:
    """One measured quantity of a meter, who sends it under which key, and what it counts for.

    institution: its code in this import, or in an earlier one of the same namespace.
    per_unit, max_per_hour, wraps_at: as in `metering.channels`, in quanta.
    ratio: of the transformers alone, 1 where there are none; what lies between the quanta of the
        channel and those of the carrier follows from `unit` and `per_unit`.
    since: what is older is refused; the account begins on its civil day in `zone`. May move
    earlier, never later.
    share_millionths: how much of it makes the institution's account; 0 for a sub-meter.
    valid_from: from when changed settings, key or share hold; `since` or earlier means always.
    held_by: whose the key is so far, where another institution has it and gives it away.
    """

    institution: str
    meter: str
    channel: str
    carrier: str
    kind: Kind
    unit: str
    per_unit: int
    ratio: Fraction
    period_s: int
    max_per_hour: int | None
    wraps_at: int | None
    net: bool
    zone: str
    since: datetime
    gateway: str
    key: str
    share_millionths: int
    name_zh: str
    name_en: str
    valid_from: datetime | None = None
    source: str = "import"
    place: Place | None = field(default=None, compare=False)
    held_by: str = ""


@dataclass(frozen=True, slots=True)
class NewExchange:
    """When a register's meter was exchanged; final, initial: in the channel's unit."""

    institution: str
    meter: str
    channel: str
    at: datetime
    final: Decimal | None
    initial: Decimal
    source: str
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class NewSetting:
    """Settings of a channel that hold from an instant on; amounts in the channel's unit."""

    institution: str
    meter: str
    channel: str
    ratio: Fraction
    period_s: int
    max_per_hour: Decimal | None
    wraps_at: Decimal | None
    valid_from: datetime
    source: str
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class NewKey:
    """What a gateway's key means from an instant on, None: always; no channel: nothing.

    held_by: whose the key is so far, where another institution has it and gives it away.
    """

    gateway: str
    key: str
    institution: str
    meter: str
    channel: str
    valid_from: datetime | None
    source: str
    held_by: str = ""
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class NewShare:
    """How much of a channel makes an institution's account from a day on; 0 ends it.

    meter_of: the institution that has the meter; another one is its tenant.
    """

    institution: str
    meter_of: str
    meter: str
    channel: str
    share_millionths: int
    valid_from: date
    source: str
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Registry:
    """What an import says, as a whole.

    namespace: whose codes the institutions carry, such as a province's roster.
    """

    regions: Sequence[NewRegion] = ()
    institutions: Sequence[NewInstitution] = ()
    channels: Sequence[NewChannel] = ()
    namespace: str = "import"
    exchanges: Sequence[NewExchange] = ()
    settings: Sequence[NewSetting] = ()
    keys: Sequence[NewKey] = ()
    shares: Sequence[NewShare] = ()

    def kept(self, good: Callable[[Any], bool]) -> "Registry":
        """Return the rows of which something holds."""
        rows: dict[str, Any] = {kind: list(filter(good, getattr(self, kind))) for kind in KINDS}
        return replace(self, **rows)

    @property
    def empty(self) -> bool:
        """Return whether no row is left."""
        return not any(getattr(self, kind) for kind in KINDS)


@dataclass(frozen=True, slots=True)
class Count:
    """What became of the rows of one kind."""

    made: int = 0
    changed: int = 0
    unchanged: int = 0


NONE: Final = Count()


@dataclass(frozen=True, slots=True)
class Note:
    """What a person should look at, although it is taken."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Registered:
    """What an import did, or in a dry run would do.

    left_out: rows that are wrong, left out because that was asked for. exchanges, settings, keys,
    shares: what their files say beyond the channels'.
    """

    regions: Count
    institutions: Count
    channels: Count
    notes: tuple[Note, ...] = ()
    left_out: int = 0
    exchanges: Count = NONE
    settings: Count = NONE
    keys: Count = NONE
    shares: Count = NONE

    def counts(self) -> dict[str, Count]:
        """Return what became of the rows of each kind, of the later ones where there are any."""
        found: dict[str, Count] = {kind: getattr(self, kind) for kind in KINDS}
        return {kind: one for kind, one in found.items() if kind in KINDS[:3] or one != NONE}


class ProblemsError(InputError):
    """Everything that is wrong with an import, so that it can be mended in one go."""

    def __init__(self, problems: Sequence[InputError], *, most: int = 50, beyond: int = 0) -> None:
        shown = list(problems)[:most]
        more = len(problems) - len(shown) + beyond
        rest = (f"另有 {more} 处。", f"{more} more.") if more else ()
        super().__init__(
            "import.problems",
            zh="\n".join([*(p.text("zh") for p in shown), *rest[:1]]),
            en="\n".join([*(p.text("en") for p in shown), *rest[1:]]),
            next_zh="\n没有导入任何内容:请改正后重新导入。",
            next_en="\nNothing was imported: mend this, then import again.",
            where={"problems": [{"code": p.code, **p.where} for p in shown], "more": more},
        )
        self.problems = tuple(problems)
        self.count = len(self.problems) + beyond


def refuse(problems: Sequence[InputError], *, beyond: int = 0) -> None:
    """Raise everything at once, if there is anything. beyond: how many more were only counted."""
    if problems:
        raise ProblemsError(problems, beyond=beyond)
