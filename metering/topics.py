"""Topics of MQTT: what a filter holds."""


def holds(allowed: str, asked: str) -> bool:
    """Return whether a filter holds a topic, or all topics of another filter.

    A wildcard does not stand for a first level that begins with $: these are the broker's own.
    """
    levels, wanted = allowed.split("/"), asked.split("/")
    if wanted[0].startswith("$") and levels[0] in {"+", "#"}:
        return False
    if levels[-1] == "#":
        levels = levels[:-1]
        if len(wanted) < len(levels) or (len(wanted) == len(levels) and wanted[-1:] == ["#"]):
            return False
        wanted = wanted[: len(levels)]
    elif "#" in wanted:
        return False
    return len(levels) == len(wanted) and all(
        level == one or (level == "+" and one != "#")
        for level, one in zip(levels, wanted, strict=True)
    )
