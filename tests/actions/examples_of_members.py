"""What can be said of the members of unions and of their agreements, and who says it."""

from datetime import date, timedelta
from itertools import count
from typing import Any, Final

from actions.actor import Actor
from actions.compact.draft_agreement import DraftAgreement
from actions.compact.found_union import FoundUnion
from actions.compact.join_union import AcceptSeat, Entry
from actions.compact.leave_union import LeaveUnion
from actions.compact.propose_agreement import ProposeAgreement
from actions.compact.sign_agreement import PrepareSignature
from actions.doing import carry_out
from storage.compact import agreements, memberships
from storage.compact.memberships import MembershipRow
from tests.actions.acts import signers
from tests.actions.world import World

_AGAIN: Final = count(1)
SIGNATURE: Final = {
    "bodies": "Offices administration",
    "basis": "Three determinations, no. 12",
    "reviewed": "Legal office, 2016-03-02",
    "document_number": "2016-28",
    "sealed_on": "2016-03-06",
}
# Only people of the member itself do these.
FIRST: Final = ("member.accept", "member.decline", "member.shadow", "member.leave", "member.stay",
                "member.sign", "member.authority", "member.liaison")  # fmt: skip


def who(world: World, code: str) -> Actor:
    """Return who does an action in tests of all actions: the operator, but for a member's deeds."""
    first, second = signers(world.actor(), [world.region["city 1"], world.region["city 2"]])
    if code == "member.confirm":
        return second
    return first if code in FIRST else world.actor()


def seats(world: World) -> list[MembershipRow]:
    """Return the two seats of a new union that nobody has answered for."""
    again = next(_AGAIN)
    members = [world.region["city 1"], world.region["city 2"]]
    names = {"name_zh": f"新联合体{again}", "name_en": f"New union {again}"}
    action = FoundUnion(**names, members=members, source="minutes")
    union_id = carry_out(world.actor(), action).result.id
    with world.actor().look() as connection:
        return memberships.listed(connection, union_id)


def joined(world: World, entry: Entry = Entry.OBSERVER) -> list[MembershipRow]:
    """Return the seats of a new union that both have taken."""
    found = seats(world)
    first = who(world, "member.accept")
    for one in found:
        carry_out(first, AcceptSeat(entry=entry, source="minutes"), one.membership_id)
    return found


def drafted(world: World) -> tuple[int, list[MembershipRow]]:
    """Return a draft of a new union's memorandum, with the seats."""
    found = joined(world)
    draft = DraftAgreement(scope="all", source="minutes")
    return carry_out(world.actor(), draft, found[0].union_id).result.agreement_id, found


def proposed(world: World) -> tuple[int, list[MembershipRow]]:
    """Return the same, laid before its members."""
    made, found = drafted(world)
    carry_out(world.actor(), ProposeAgreement(), made)
    return made, found


def digest(world: World, agreement_id: int) -> str:
    """Return the digest of an agreement's text."""
    with world.actor().look() as connection:
        found = agreements.one(connection, agreement_id)
    assert found is not None
    return found.sha256


def _to_sign(world: World) -> tuple[int, dict[str, Any]]:
    made, found = proposed(world)
    return found[0].membership_id, SIGNATURE | {"text_sha256": digest(world, made)}


def _prepared(world: World) -> tuple[int, dict[str, Any]]:
    seat, fields = _to_sign(world)
    carry_out(who(world, "member.sign"), PrepareSignature.model_validate(fields), seat)
    return seat, {}


def _on_notice(world: World) -> tuple[int, dict[str, Any]]:
    seat = joined(world)[0].membership_id
    leave = LeaveUnion.model_validate({"last_day": "2099-12-31", "source": "notice 3"})
    carry_out(who(world, "member.leave"), leave, seat, again=True)
    return seat, {"source": "notice 4"}


def _another(world: World) -> tuple[int, dict[str, Any]]:
    """Return a union that has asked only one city, and the other one to be asked."""
    again = next(_AGAIN)
    names = {"name_zh": f"独{again}", "name_en": f"One {again}"}
    action = FoundUnion(**names, members=[world.region["city 1"]], source="minutes")
    union_id = carry_out(world.actor(), action).result.id
    return union_id, {"members": [world.region["city 2"]], "source": "minutes"}


EXAMPLES: Final = {
    "union.propose": _another,
    "member.accept": lambda world: (seats(world)[0].membership_id, {"source": "minutes"}),
    "member.decline": lambda world: (seats(world)[0].membership_id, {"source": "not this year"}),
    "member.shadow": lambda world: (joined(world)[0].membership_id, {"source": "minutes"}),
    "member.leave": lambda world: (
        joined(world)[0].membership_id,
        {"last_day": "2099-12-31", "source": "notice 3"},
    ),
    "member.stay": _on_notice,
    "member.sign": _to_sign,
    "member.confirm": _prepared,
    "member.authority": lambda world: (
        joined(world)[0].membership_id,
        {
            "subject": "energy",
            "name_zh": "机关事务管理局",
            "name_en": "Offices administration",
            "kind": "offices_administration",
            "powers": "issues quotas",
            "since": str(date(2010, 1, 1) + timedelta(days=next(_AGAIN))),
            "source": "notice 2",
        },
    ),
    "member.liaison": lambda world: (
        joined(world)[0].membership_id,
        {"name": "Wang", "contact": "010", "since": "2016-01-01", "source": "notice 2"},
    ),
    "union.comment": lambda world: (seats(world)[0].union_id, {"text": "June is beyond"}),
    "agreement.draft": lambda world: (
        joined(world)[0].union_id,
        {"scope": "all", "notice_months": 6, "binding": ["scope"], "source": "minutes"},
    ),
    "agreement.propose": lambda world: (drafted(world)[0], {}),
    "agreement.recall": lambda world: (proposed(world)[0], {"reason": "the base year"}),
    "agreement.withdraw": lambda world: (drafted(world)[0], {"reason": "no longer wanted"}),
}
OBJECTS: Final = {
    "member": lambda world: {"seat": _seat_of(world)},
    "agreement": lambda world: {"union": _agreement_of(world)},
}


def _seat_of(world: World) -> int:
    union = world.union["cities"] if "cities" in world.union else seats(world)[0].union_id
    return int(world.admin("SELECT min(id) FROM membership WHERE union_id = %s", union)[0][0])


def _agreement_of(world: World) -> int:
    if "cities" not in world.union:
        return drafted(world)[0]
    union = world.union["cities"]
    return int(world.admin("SELECT min(id) FROM agreement WHERE union_id = %s", union)[0][0])
