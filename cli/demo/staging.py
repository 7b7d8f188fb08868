"""What the demo's year knows by name before it begins: members, years, institutions, papers."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from psycopg import Connection

from actions.actor import Actor
from actions.compact.unions import union_of
from actions.registry.regions import list_profiles
from cli.demo import members, unmetered
from cli.demo.figures import NAMESPACE
from cli.demo.papers import papers
from cli.demo.script import Stage
from metering.days import civil_day

SOURCE: Final = "演示:未经任何机关商定"
_ORDER: Final = ("first", "second", "third")
_HOLDERS: Final = ("one", "two", "three")
# What is moved, in thousandths of the least of these three quotas.
_AMOUNTS: Final = {"little": 2, "some": 10, "much": 30}

_UNMETERED: Final = """
    SELECT code, institution_id FROM institution_code WHERE namespace = %s AND code = ANY(%s)
"""
_LARGEST: Final = """
    SELECT q.institution_id, q.amount_g
      FROM run_quota q JOIN run_in_force f ON f.run_id = q.run_id AND f.year = q.year
     WHERE f.union_id = %s AND q.year = %s AND q.member_id = %s
     ORDER BY q.amount_g DESC, q.institution_id LIMIT 3
"""


def hospital(actor: Actor) -> int | None:
    """Return the institution without a gateway, None where the data set has none."""
    return _unmetered(actor).get("hospital")


def known(actor: Actor, union_id: int, base: int) -> Stage:
    """Return what is known before members join. base: the first whole year of the data."""
    seats = union_of(actor, union_id).seats
    own = [
        {
            "member": one.region_id,
            "seat": one.membership_id,
            "member_name": one.name_zh or one.region_id,
            "member_name_en": one.name_en or one.name_zh or one.region_id,
            "member_code": members.code_of(actor, one),
            "member_login": members.code_of(actor, one).lower(),
        }
        for one in seats
    ]
    today = actor.today or civil_day(datetime.now(UTC))
    names: dict[str, Any] = {
        "union": union_id,
        "source": SOURCE,
        "today": today.isoformat(),
        "profile": list_profiles(actor)[0].code,
        "before": base - 1,
        "base": base,
        "year": base + 1,
        "later": base + 2,
        **_unmetered(actor),
        **papers(),
    }
    for name in ("hospital", "centre"):
        if name in names:
            names[f"{name}_bills"] = unmetered.bills(name, base - 1)
    for nth, one in zip(_ORDER, own, strict=False):
        names[nth] = one["member"]
        names |= {f"{nth}_{key}": one[f"member_{key}"] for key in ("code", "login")}
        names[f"{nth}_seat"] = one["seat"]
    return Stage(names, own)


def with_holders(actor: Actor, stage: Stage) -> None:
    """Let a stage know the three institutions of the first member whose quotas move."""
    names = stage.names
    with actor.look() as connection:
        rows = connection.execute(
            _LARGEST, [names["union"], names["year"], names["first"]]
        ).fetchall()
    if len(rows) < len(_HOLDERS):
        return
    names |= dict(zip(_HOLDERS, (whose for whose, _ in rows), strict=True))
    names |= {name: _round(rows[-1][1] * part // 1000) for name, part in _AMOUNTS.items()}


def _round(grams: int) -> str:
    """Return an amount of whole kgce with two digits that count."""
    kgce = Decimal(max(grams // 1000, 1))
    return f"{round(kgce, 1 - kgce.adjusted()):f}"


def _unmetered(actor: Actor) -> Mapping[str, int]:
    codes = {unmetered.code_of(name): name for name in unmetered.ALL}
    with actor.look() as connection:
        return _by_code(connection, codes)


def _by_code(connection: Connection[Any], codes: Mapping[str, str]) -> dict[str, int]:
    rows = connection.execute(_UNMETERED, [NAMESPACE, list(codes)]).fetchall()
    return {codes[code]: int(found) for code, found in rows}
