"""A district of meters that send every 15 s: how many, whose, and what their registers show."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final

import numpy as np

from actions.registry.importing import ALWAYS, NewChannel, NewInstitution, NewRegion, Registry
from benchmarks.ground import Tables
from metering.channels import Kind
from metering.institutions import Disclosure

PERIOD_S: Final = 15
BEFORE: Final = 120  # readings of each meter that are there before it is watched: half an hour
_TOGETHER: Final = 10  # meters of an institution
_TURNS: Final = 4 * 60 * 12  # half a day, far longer than anybody floods
_CITY: Final = "339901"

# Different uses, so that a hole in what was counted is not made up for by another.
COUNTED_WH: Final = np.arange(_TURNS) * 10 + np.arange(_TURNS) % 3

_HISTORY: Final = """
    SELECT storage.ensure_months(now() - interval '1 day', now() + interval '1 day');
    INSERT INTO reading (channel_id, at, rank, seq, value)
    SELECT b.channel_id, date_trunc('second', now()) - interval '{period} s' * ({before} - n), 0, 0,
           n * 10 + n % 3
      FROM binding b CROSS JOIN generate_series(0, {before} - 1) n
     WHERE b.key = ANY('{{{keys}}}') ORDER BY 1, 2;
    INSERT INTO stale_usage (channel_id, first, last)
    SELECT channel_id, min(at), max(at) FROM reading GROUP BY channel_id ORDER BY channel_id;
    ANALYZE reading, stale_usage;
"""
_WATCHED: Final = """
    SELECT t.institution_id FROM binding b JOIN account_term t ON t.channel_id = b.channel_id
     WHERE b.key = '{key}'
"""


@dataclass(frozen=True, slots=True)
class District:
    """So many meters; each is known by its number.

    period_s: between readings of one. a_gateway: meters of a gateway. alone_each: of so many meters
        one is an institution's only one, which tells how far it is.
    """

    meters: int
    period_s: int = PERIOD_S
    a_gateway: int = 50
    alone_each: int = 50

    def sent_by(self, number: int) -> tuple[str, str]:
        """Return gateway and key of a meter."""
        return f"zhejiang/gw-{number // self.a_gateway}", f"m{number}"

    @property
    def alone(self) -> range:
        """The meters that are their institutions' only ones."""
        return range(0, self.meters, self.alone_each)

    def fill(self, tables: Tables) -> None:
        """Empty the tables, and give every meter half an hour that still is to be counted."""
        tables.empty()
        keys = ",".join(self.sent_by(number)[1] for number in range(self.meters))
        tables.execute(_HISTORY.format(period=self.period_s, before=BEFORE, keys=keys))
        tables.checkpoint()

    @property
    def gateways(self) -> list[tuple[str, list[str]]]:
        """Each gateway with the keys of its meters."""
        found: dict[str, list[str]] = {}
        for number in range(self.meters):
            gateway, key = self.sent_by(number)
            found.setdefault(gateway, []).append(key)
        return list(found.items())

    def watched(self, tables: Tables) -> dict[int, int]:
        """Return the institution of each meter that is alone."""
        return {
            number: tables.ask(_WATCHED.format(key=self.sent_by(number)[1]))
            for number in self.alone
        }

    def registry(self) -> Registry:
        """Return it as an import: one city, institutions of ten meters or of one."""
        names = dict.fromkeys(self._institution(number) for number in range(self.meters))
        city = NewRegion(_CITY, "city", "基准市", "Benchmark City", "330000", source="benchmark")
        since = datetime.now(UTC).replace(hour=0, minute=0, second=0) - timedelta(days=2)
        return Registry(
            regions=[city],
            institutions=[_new(name) for name in names],
            channels=[
                self._channel(number, since.replace(microsecond=0)) for number in range(self.meters)
            ],
            namespace="benchmark",
        )

    def _institution(self, number: int) -> str:
        alone = number % self.alone_each == 0
        return f"alone-{number}" if alone else f"body-{number // _TOGETHER}"

    def _channel(self, number: int, since: datetime) -> NewChannel:
        gateway, key = self.sent_by(number)
        return NewChannel(
            institution=self._institution(number),
            meter=key,
            channel="import",
            carrier="electricity",
            kind=Kind.REGISTER,
            unit="kWh",
            per_unit=1000,
            ratio=Fraction(1),
            period_s=self.period_s,
            max_per_hour=60_000,
            wraps_at=10**9,
            net=False,
            zone="Asia/Shanghai",
            since=since,
            gateway=gateway,
            key=key,
            share_millionths=1_000_000,
            name_zh="总电表",
            name_en="Electricity, main meter",
            source="benchmark",
        )


def turns_within(counted_wh: int) -> int:
    """Return the last turn whose use is within an account, the first turn being 0."""
    return int(np.searchsorted(COUNTED_WH, counted_wh, "right")) - 1


def _new(name: str) -> NewInstitution:
    return NewInstitution(
        code=name,
        name_zh=f"机构 {name}",
        name_en=f"Body {name}",
        credit_code=None,
        class_code="GOV",
        department_line="offices",
        level="city",
        region_code=_CITY,
        location_region_code=_CITY,
        area_m2=Decimal(3000),
        persons=Decimal(80),
        disclosure=Disclosure.OPEN,
        valid_from=ALWAYS,
        latitude=None,
        longitude=None,
        source="benchmark",
    )
