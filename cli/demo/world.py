"""The demo's world: real buildings, as institutions of provinces that are named as a demo."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import simulators
from actions.registry.importing import ALWAYS, NewChannel, NewInstitution, NewRegion, Registry
from cli.demo import facts, unmetered
from cli.demo.figures import NAMESPACE, Source
from cli.demo.options import DemoOptions
from cli.demo.state import DemoState, Memory
from metering.channels import Kind
from metering.days import civil_day
from metering.institutions import Disclosure
from simulators import datasets, gateways, incidents, series
from simulators.datasets import Building, MeterRows
from simulators.incidents import Incident
from simulators.series import Series
from storage.seeds import NATION_CODE

_STEMS: Final = "甲乙丙丁戊己庚辛壬癸"
_GRIDS: Final = ("GRID_EC", "GRID_CC", None)  # so that every step of the fallback can be seen
_WHOLE: Final = 1_000_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
OFFICERS: Final = "DEMO-A"

# use_class of the data sets: class of the survey, department line, and what people call it.
_USES: Final[dict[str, tuple[str | None, str, str, str]]] = {
    "office": ("GOV", "offices", "办公楼", "Office"),
    "public_service": ("GOV", "offices", "公共服务楼", "Public service"),
    "education": ("EDU", "education", "教学楼", "Teaching building"),
    "university": ("EDU", "education", "大学楼宇", "University building"),
    "residence": ("EDU", "education", "学生宿舍", "Residence hall"),
    "health": ("HLT", "health", "医疗楼", "Health building"),
    "culture_sport": ("CUL", "culture", "文体馆", "Culture and sport"),
    "research": ("SCI", "science", "科研楼", "Research building"),
}
_OTHER_USE: Final = (None, "other", "建筑", "Building")


@dataclass(frozen=True, slots=True)
class Plan:
    """A data set made ready: what its meters send, and the letter of each site's demo province.

    incidents: what befell the meters beyond what the source says.
    """

    folder: Path
    series: Sequence[Series]
    letters: dict[str, str]
    incidents: Sequence[Incident]


def shipped() -> Path:
    """Return the folder of the data set that comes with the program."""
    return Path(simulators.__file__).parent / "slice"


def look_at(folder: Path) -> None:
    """Say what is missing where a folder is no data set."""
    datasets.check(folder)


def shifted(place: DemoState, memory: Memory, folder: Path, *, once: bool) -> Memory:
    """Decide, once, by how many whole weeks each site moves to end within the last seven days."""
    if memory.shift_weeks is not None:
        return memory
    now_ms = time.time_ns() // 1_000_000
    weeks = {} if once else series.shift_to(_read(folder), now_ms)
    return place.change(memory, shift_weeks=weeks)


@lru_cache(maxsize=1)
def _read(folder: Path) -> list[MeterRows]:
    """Return a data set, of which a run needs the end, the registry and the totals."""
    return datasets.read(folder)


def planned(folder: Path, memory: Memory) -> Plan:
    """Return the data set with what its meters send."""
    meters = _read(folder)
    made = series.made(meters, seed=memory.seed, shift_weeks=memory.shift_weeks or {})
    told, befell = incidents.befallen(made)
    return Plan(folder, told, gateways.provinces(meters), befell)


def registry(plan: Plan) -> Registry:
    """Return the provinces, institutions and channels of a data set."""
    buildings = {one.meter.building.name: one.meter.building for one in plan.series}
    letters = sorted(plan.letters.items(), key=lambda one: (len(one[1]), one[1]))
    regions = [
        region
        for place, (site, letter) in enumerate(letters)
        for region in _province(place, site, letter)
    ]
    assumed = facts.assumed(plan.series, richest=letters[0][0])
    return Registry(
        regions=regions,
        institutions=[
            *(
                _institution(one, plan.letters[one.site], assumed.get(name, facts.of_source(one)))
                for name, one in sorted(buildings.items())
            ),
            *_without_gateway(plan),
        ],
        channels=[_channel(one, plan.letters[one.meter.building.site]) for one in plan.series],
        namespace=NAMESPACE,
    )


def _without_gateway(plan: Plan) -> list[NewInstitution]:
    """Return the institutions that have bills alone, where the data set is the one that ships."""
    if plan.folder.resolve() != shipped().resolve():
        return []
    letter = plan.letters[officers_site(plan)]
    return unmetered.institutions(f"{_code(letter)}-1")


def sources(plan: Plan) -> list[Source]:
    """Return what the source of each meter says, as far as it knows."""
    return [
        Source(
            one.meter.name,
            one.meter.building.name,
            one.carrier,
            quanta=one.quanta,
            readings=len(one),
            withheld=len(one.meter) + (one.kind is Kind.REGISTER) - len(one),
        )
        for one in plan.series
    ]


def last_day(plan: Plan) -> date:
    """Return the civil day of the last reading, which a run without serving takes as today."""
    return max(
        civil_day(_EPOCH + timedelta(milliseconds=int(one.at_ms[-1])), one.meter.building.zone)
        for one in plan.series
    )


def provinces(plan: Plan) -> list[str]:
    """Return the codes of the demo's provinces."""
    return [_code(letter) for letter in sorted(plan.letters.values())]


def years(plan: Plan, *, once: bool) -> tuple[int, date]:
    """Return from which year its union counts, and up to which day there is data."""
    return base_year(plan), last_day(plan) if once else civil_day(datetime.now(UTC))


def members(plan: Plan) -> tuple[list[str], int]:
    """Return the codes of the provinces, and the year from which their union counts."""
    return provinces(plan), base_year(plan)


def officers_site(plan: Plan) -> str:
    """Return the site that is the officer's province."""
    return next(site for site, letter in plan.letters.items() if _code(letter) == OFFICERS)


def base_year(plan: Plan) -> int:
    """Return the first whole civil year of the first province, else the one in which it begins."""
    site = officers_site(plan)
    own = [one for one in plan.series if one.meter.building.site == site]
    spans = [(_civil(one, _begins(one)), _civil(one, int(one.at_ms[-1]))) for one in own]
    begins, ends = min(first for first, _ in spans), max(last for _, last in spans)
    year = begins.year + (begins > date(begins.year, 1, 1))
    return year if ends >= date(year, 12, 31) else begins.year


def replay_command(wanted: DemoOptions, state: DemoState, memory: Memory) -> list[str]:
    """Return how the demo's gateways are started."""
    command = ["replay", str(wanted.data), "--spool", str(state.spool)]
    command += ["--seed", str(memory.seed)]
    for site, weeks in (memory.shift_weeks or {}).items():
        command += ["--shift-weeks", f"{site}={weeks}"]
    command += ["--batch", str(wanted.batch), "--speed", str(wanted.speed)]
    if wanted.noise:
        command += ["--noise", str(wanted.seed)]
    if wanted.live:
        command.append("--live")
    return command


def _province(place: int, site: str, letter: str) -> list[NewRegion]:
    stem = _STEMS[place] if place < len(_STEMS) else letter.upper()
    code = _code(letter)
    source = f"演示,站点 {site}"
    return [
        NewRegion(
            code,
            "province",
            f"示范省{stem}",
            f"Demo Province {letter.upper()}",
            NATION_CODE,
            grid_region=_GRIDS[place % len(_GRIDS)],
            is_demo=True,
            source=source,
        ),
        NewRegion(
            f"{code}-1",
            "city",
            f"示范市{stem}({site})",
            f"Demo City {letter.upper()} ({site})",
            code,
            is_demo=True,
            source=source,
        ),
    ]


def _code(letter: str) -> str:
    return f"DEMO-{letter.upper()}"


def _institution(building: Building, letter: str, known: facts.Facts) -> NewInstitution:
    class_code, line, use_zh, use_en = _USES.get(building.use, _OTHER_USE)
    city = f"DEMO-{letter.upper()}-1"
    own = building.name.rsplit("_", 1)[-1]
    return NewInstitution(
        code=building.name,
        name_zh=f"示范{use_zh} {own}",
        name_en=f"Demo {use_en.lower()} {own}",
        credit_code=None,
        class_code=class_code,
        department_line=line,
        level="city",
        region_code=city,
        location_region_code=city,
        area_m2=known.area_m2,
        persons=known.persons,
        disclosure=Disclosure.OPEN,
        valid_from=ALWAYS,
        latitude=building.latitude,
        longitude=building.longitude,
        source=f"演示数据集,建筑 {building.name}{known.remark}",
    )


def _channel(one: Series, letter: str) -> NewChannel:
    building = one.meter.building
    gas = one.carrier != "electricity"
    return NewChannel(
        institution=building.name,
        meter=one.meter.name,
        channel="import",
        carrier=one.carrier,
        kind=one.kind,
        unit="kWh",
        per_unit=series.PER_KWH,
        ratio=Fraction(1),
        period_s=series.PERIOD_S,
        max_per_hour=one.max_per_hour,
        wraps_at=one.wraps_at,
        net=False,
        zone=building.zone,
        since=_civil_midnight(_begins(one), building.zone),
        gateway=gateways.gateway_of(building, letter),
        key=one.meter.name,
        share_millionths=_WHOLE,
        name_zh="燃气总表" if gas else "总电表",
        name_en="Gas, main meter" if gas else "Electricity, main meter",
        source=f"演示数据集;上限为其最大小时用量的 {series.LIMIT} 倍",
    )


def _civil(one: Series, at_ms: int) -> date:
    return civil_day(_EPOCH + timedelta(milliseconds=at_ms), one.meter.building.zone)


def _begins(one: Series) -> int:
    """Return the instant from which readings speak."""
    spoken_ms = series.PERIOD_S * 1000 if one.kind is Kind.INTERVAL else 0
    return int(one.at_ms[0]) - spoken_ms


def _civil_midnight(at_ms: int, zone: str) -> datetime:
    """Return the instant at which the civil day of an instant begins."""
    day = civil_day(_EPOCH + timedelta(milliseconds=at_ms), zone)
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
