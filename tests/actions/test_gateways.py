"""Gateways come in by a key that is shown once, and are refused at once when it is revoked."""

import pytest

from actions.doing import carry_out
from actions.readings.gateways import opens
from actions.readings.issue_key import IssueKey
from actions.readings.register_gateway import RegisterGateway
from actions.readings.revoke_gateway import RevokeGateway
from actions.readings.settle_rejected import ReplayRejected
from collector.codecs import native
from collector.intake import take_in
from metering.credentials import fits
from metering.errors import ConflictError, InputError
from metering.messages import Message, Stored
from storage.readings.gateways import logins
from storage.readings.store import Store
from tests.actions.settling import id_of
from tests.actions.world import HOUR_MS, START_MS, World


def sent(world: World, seq: int, gateway: str, key: str = "office e") -> Stored:
    """Send a reading as a gateway, and the same of another one in the same batch."""
    at = START_MS + (40 + seq) * HOUR_MS
    store = Store(world.database.url("collector"), "test")
    batch = [
        Message(f"cw/v1/{name}/data", name, native.encode_one(seq, of, at, 200.0 + seq), at)
        for name, of in ((gateway, key), ("demo-a/g2", "clinic e"))
    ]
    try:
        return take_in(batch, native.decode, store)
    finally:
        store.close()


def test_a_registered_gateway_has_a_key_of_which_only_hashes_are_kept(world):
    done = carry_out(world.actor(), RegisterGateway(name="浙江/图书馆-1")).result

    assert done.key is not None
    assert opens(world.pool, "浙江/图书馆-1", done.key)
    with world.actor().look() as connection:
        (kept,) = [of for name, of in logins(connection) if name == "浙江/图书馆-1"]
    assert fits(kept, done.key)
    assert done.key in done.line
    everything = str(world.admin("SELECT * FROM audit_entry, answered, gateway"))
    assert done.key not in everything
    with pytest.raises(ConflictError):
        carry_out(world.actor(), RegisterGateway(name="浙江/图书馆-1"))
    for bad in ("plain", "a/b\ntopic readwrite #", "collector/main"):
        with pytest.raises(InputError):
            carry_out(world.actor(), RegisterGateway(name=bad))


@pytest.mark.parametrize("others", [0, 150])  # revoked too: they are named above a hundred
def test_what_a_revoked_gateway_sends_is_set_aside_until_it_has_a_new_key(world, others):
    world.admin(
        "INSERT INTO gateway (name, revoked_at) SELECT 'demo-a/0' || i, now() "
        "FROM generate_series(1, %s) AS i", others,
    )  # fmt: skip
    on = id_of(world.actor(), "demo-a/g1")
    old = carry_out(world.actor(), IssueKey(reason="new"), on).result.key
    assert not sent(world, 1, "demo-a/g1").rejected

    carry_out(world.actor(), RevokeGateway(reason="stolen"), on)
    refused = sent(world, 2, "demo-a/g1")
    unread = sent(world, 3, "demo-a/g1", key="no such key")

    assert not opens(world.pool, "demo-a/g1", old)
    assert [one.reason.code for one in refused.rejected] == ["gateway.revoked"]
    assert (refused.seqs, refused.inserted) == ([2, 2], 1)  # receipted, and the other's is stored
    assert [one.reason.code for one in unread.rejected] == ["gateway.revoked"]
    with pytest.raises(ConflictError):
        carry_out(world.actor(), RevokeGateway(reason="again"), on)

    new = carry_out(world.actor(), IssueKey(reason="found again"), on).result.key
    assert opens(world.pool, "demo-a/g1", new)
    assert not opens(world.pool, "demo-a/g1", old)
    actor = world.actor()
    actor.sink = world.sink
    carry_out(actor, ReplayRejected(reason="ours after all"), on)
    assert world.admin(
        "SELECT seq FROM reading WHERE channel_id = %s AND seq < 10 ORDER BY seq",
        world.channel["office e"],
    ) == [(1,), (2,)]  # fmt: skip
