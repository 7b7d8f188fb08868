"""Objects of the world that actions hang on, by whose they are; who makes a Thing adds it here."""

from tests.actions.world import World

_OWNERS = ("office", "clinic", "police")


def objects_of(world: World, thing: str) -> dict[str, int]:
    """Return ids by owner: an institution that not everybody sees, or "person"."""
    return {
        "channel": {name: world.channel[f"{name} e"] for name in _OWNERS},
        "institution": {name: world.institution[name] for name in _OWNERS},
        "person": {"person": world.user["city reader"]},
        "grant": {"person": grant_of(world, "city reader")},
    }[thing]


def one_of(world: World, thing: str) -> int:
    """Return one on whose form something can be done."""
    return (
        world.user["outsider"]
        if thing == "person"
        else next(iter(objects_of(world, thing).values()))
    )


def grant_of(world: World, who: str) -> int:
    """Return the grant of a person."""
    viewer = f"user:{world.user[who]}"
    return int(world.admin("SELECT min(id) FROM access_grant WHERE viewer = %s", viewer)[0][0])
