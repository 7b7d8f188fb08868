"""The cases of judged.toml and reported.toml, and the example of docs/accounts.md, to accounts."""

import io
import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from actions.accounts.explanations import explain_account
from actions.actor import SYSTEM, Actor, open_pool
from actions.readings.evidence import Evidence, evidence_of
from actions.readings.import_readings import import_readings
from actions.registry.files import read
from actions.registry.importing import register
from analytics.steps import Reason
from storage.readings.store import Store
from tests.actions.correcting import record_exchange
from tests.actions.world import World
from worker.loop import Worker, WorkSettings

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "docs" / f"accounts{lang}.md" for lang in ("", ".zh-CN")]


def example(page: Path) -> dict[str, Any]:
    """Return the example of the document, which is a case like the others."""
    (block,) = re.findall(r"^```toml\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL)
    return tomllib.loads(block)


CASES = [
    case
    for name in ("judged", "reported")
    for case in tomllib.loads((ROOT / f"tests/cases/{name}.toml").read_text())["case"]
]
CASES += [example(PAGES[0])]
ZONE = ZoneInfo("Asia/Shanghai")
NOW_MS = 1_735_660_800_000  # the end of 2024
UNKNOWN = {
    "fall", "over_limit", "missing", "no_final", "held_too_long", "out_of_range", "turns"
}  # fmt: skip
ESTIMATED = {"gap", "bill", "caught_up"}

INSTITUTION = "{code},例 {code},Case {code},,GOV,offices,city,110000,1000,50,2020-01-01\n"
INSTITUTIONS = "code,name_zh,name_en,credit_code,class_code,department_line,level,region_code,area_m2,persons,valid_from\n"  # noqa: E501
CHANNELS = "institution,meter,channel,carrier,kind,unit,period_s,max_per_hour,wraps_at,net,zone,since,gateway,key,name_zh,name_en,per_unit\n"  # noqa: E501
ACCOUNTS = """
    SELECT to_char(a.month, 'YYYY-MM'), a.quanta::numeric / 1000
      FROM account a JOIN institution_code i USING (institution_id)
     WHERE i.code = %s AND a.source = 'meter' ORDER BY 1
"""
INSTITUTION_ID = "SELECT institution_id FROM institution_code WHERE code = %s"
KNOWN = "SELECT to_char(month, 'YYYY-MM'), known_s FROM account WHERE institution_id = %s"
CHANNEL = "SELECT c.id FROM channel c JOIN binding b ON b.channel_id = c.id WHERE b.key = %s"


def code(place: int) -> str:
    return f"case-{place}"


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def readings(case: dict[str, Any]) -> Iterator[tuple[datetime, Decimal]]:
    """Yield the readings of a case, its runs written out."""
    period = timedelta(seconds=case.get("period_s", 3600))
    for line in case["readings"].strip().splitlines():
        day, time, value, *run = line.split()
        often, rise = (int(run[1]), Decimal(run[2])) if run else (1, Decimal(0))
        for place in range(often):
            yield instant(f"{day} {time}") + place * period, Decimal(value) + place * rise


def registry(folder: Path) -> Path:
    channels = CHANNELS
    for place, case in enumerate(CASES):
        name, carrier = code(place), case.get("carrier", "electricity")
        channels += f"{name},m{place},c,{carrier},{case.get('kind', 'register')},"
        channels += (
            f"{case.get('unit', 'kWh')},{case.get('period_s', 3600)},{case.get('limit', '')},"
        )
        channels += f"{case.get('wraps_at', '')},{'yes' if case.get('net') else ''},{ZONE.key},"
        channels += f"2020-01-01T00:00+08:00,bj/{name},m{place},表,Meter,1000\n"
    (folder / "channels.csv").write_text(channels)
    rows = "".join(INSTITUTION.format(code=code(place)) for place in range(len(CASES)))
    (folder / "institutions.csv").write_text(INSTITUTIONS + rows)
    return folder


@pytest.fixture(scope="module")
def world(database_of_module, tmp_path_factory) -> Iterator[World]:
    """All cases on one server, each an institution of its own."""
    database = database_of_module
    made = World(database, open_pool(database.url("api"), max_size=2))
    actor = Actor(made.pool, SYSTEM)
    register(actor, read(registry(tmp_path_factory.mktemp("registry"))))
    rows = "".join(
        f"bj/{code(place)},m{place},{at.isoformat()},{value}\n"
        for place, case in enumerate(CASES)
        for at, value in readings(case)
    )
    sink = Store(database.url("collector"), "import")
    file = io.BytesIO(b"gateway,channel,at,value\n" + rows.encode())
    import_readings(actor, sink, file, "judged.csv", now_ms=NOW_MS)
    sink.close()
    for place, case in enumerate(CASES):
        if exchange := case.get("exchange"):
            ((channel,),) = made.admin(CHANNEL, f"m{place}")
            final = Decimal(exchange["final"]) if "final" in exchange else None
            at, initial = instant(exchange["at"]).astimezone(UTC), Decimal(exchange["initial"])
            record_exchange(actor, channel, at, final=final, initial=initial, source="form")
    Worker(database.url("worker"), WorkSettings(), lambda *_, **__: None).drain()
    yield made
    made.close()


def evidence(world: World, place: int) -> Evidence:
    """Return what the explanation of the whole time of a case stands on."""
    ((channel,),) = world.admin(CHANNEL, f"m{place}")
    at = [int(when.timestamp() * 1000) for when, _ in readings(CASES[place])]
    hour = 3_600_000
    with world.actor().look() as connection:
        return evidence_of(connection, channel, min(at) // hour * hour - hour, max(at) + 2 * hour)


def written(at_ms: int) -> str:
    at = datetime.fromtimestamp(at_ms / 1000, ZONE)
    return f"{at:%Y-%m-%d %H:%M:%S}" if at.second else f"{at:%Y-%m-%d %H:%M}"


every_case = pytest.mark.parametrize(
    "place", range(len(CASES)), ids=[case["name"].replace(" ", "-") for case in CASES]
)


@every_case
def test_the_accounts_are_what_a_person_works_out(world, place):
    wanted = {
        month: None if total == "unknown" else Decimal(total)
        for month, total in CASES[place]["months"].items()
    }

    assert dict(world.admin(ACCOUNTS, code(place))) == wanted


@every_case
def test_the_explanation_says_what_was_set_aside_and_what_is_unknown(world, place):
    case, found = CASES[place], evidence(world, place)
    spans = [
        (one.reason, f"{written(one.start_ms)} to {written(one.end_ms)} {one.reason}")
        for one in found.unmeasured
    ]
    aside = [written(one.start_ms) for one in found.occurred if one.kind == "set_aside"]

    assert aside == case.get("aside", [])
    assert [words for reason, words in spans if reason in UNKNOWN] == case.get("unknown", [])
    assert [words for reason, words in spans if reason in ESTIMATED] == case.get("estimated", [])
    assert found.balance is None or found.balance.agrees


@every_case
def test_the_explanation_adds_up_to_the_accounts(world, place):
    months = [one for one in CASES[place]["months"].values() if one != "unknown"]
    found = evidence(world, place)

    assert found.used == (sum(Decimal(one) * 1000 for one in months) if months else None)


def test_a_wrap_and_an_exchange_are_named(world):
    named = {case["name"]: place for place, case in enumerate(CASES)}
    wrap = evidence(world, named["a register that wraps"])
    exchange = evidence(world, named["a meter exchanged in an outage, recorded"])

    assert [one.kind for one in wrap.occurred] == ["wrapped"]
    assert [one.kind for one in exchange.occurred] == ["exchange"]


def test_the_documents_example_is_right_to_the_gram_in_both_languages(world):
    example_zh, other = map(example, PAGES)
    ((institution,),) = world.admin(INSTITUTION_ID, code(len(CASES) - 1))
    known = dict(world.admin(KNOWN, institution))
    assert example_zh == other
    for month, figures in example_zh["account"].items():
        found = explain_account(
            world.actor(), institution, "electricity", date.fromisoformat(f"{month}-01")
        ).account
        assert found.kgce_g == figures["kgce_g"]
        assert found.measured_s == 3600 * figures["measured_h"]
        assert known[month] == 3600 * figures["known_h"]
        for page in PAGES:
            assert f"{figures['kgce_g']:,}" in page.read_text()


def test_the_document_names_every_reason(world):
    reasons = {one.name.lower() for one in Reason} - {"known", "wrapped", "gap", "caught_up"}
    for page in PAGES:
        text = page.read_text()
        assert {one for one in reasons if f"`{one}`" not in text} == set()
