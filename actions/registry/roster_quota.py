"""What becomes of quota in the books when institutions merge, split, move or close."""

from actions.declared import Effect
from actions.fields import Acting, Words, plain
from actions.figures import kilograms
from actions.registry.institutions import institution_name
from actions.registry.roster_words import OPEN
from actions.things import every_region
from compact.indicators import Indicator
from compact.succession import Change
from storage.registry import roster
from storage.registry.roster_values import Handed, NewChange, OpenMatter


def quota_effects(at: Acting, change: NewChange, held: list[OpenMatter]) -> list[Effect]:
    """Return what each account holds then, of whom the books hold anything from that year on.

    held: what they hold now, by institution and year.
    """
    legs = roster.handed_over(at.connection, change)
    gone = {(one.place, one.indicator, one.year): one.amount_g for one in legs if one.amount_g < 0}
    found = []
    for one in held:
        if one.institution_id not in change.whom or one.amount_g is None:
            continue
        assert one.year is not None
        assert one.indicator is not None
        of, unit = (one.institution_id, one.indicator, one.year), _unit(one.indicator)
        stays_g = one.amount_g + gone.get(of, 0)
        whose = _name(at, one.institution_id)
        after = f"{kilograms(stays_g)} {unit}"
        zh, en = _stays(change, stays_g)
        found.append(
            Effect(
                "quota",
                Words(
                    f"{whose.zh}:{one.year} 年{OPEN['quota'].zh}",
                    f"{whose.en}: {OPEN['quota'].en}, {one.year}",
                ),
                plain(f"{kilograms(one.amount_g)} {unit}"),
                Words(f"{after}{zh}", f"{after}{en}"),
                {"institution": one.institution_id, "year": one.year, "amount": kilograms(stays_g)},
                warns=stays_g > 0,
            )
        )
        found += [
            _gets(at, leg)
            for leg in legs
            if (leg.predecessor, leg.indicator, leg.year) == of and leg.amount_g > 0
        ]
    return found


def _stays(change: NewChange, stays_g: int) -> tuple[str, str]:
    """Return why something stays in an account, in both languages."""
    if change.kind == Change.MOVE:
        return (
            ",留在该机构账簿户;下次下达时计入新的隶属",
            ", stays in its account; the next issue counts it where it belongs then",
        )
    if not stays_g:
        return "", ""
    day = f"{change.day}"
    return f",供 {day} 以前的用能核销", f", for its own use before {day}"


def _gets(at: Acting, leg: Handed) -> Effect:
    if leg.account == "reserve":
        names = {one.value: one.words for one in every_region(at)}
        name = names.get(str(leg.place)) or plain(str(leg.place))
        who = Words(f"{name.zh}的预留指标", f"the reserve of {name.en}")
    else:
        who = _name(at, leg.place)
    amount = f"+{kilograms(leg.amount_g)} {_unit(leg.indicator)}"
    return Effect(
        "succession",
        Words(f"{who.zh}:承接 {leg.year} 年指标", f"{who.en}: takes over quota of {leg.year}"),
        None,
        Words(f"{amount},待另一人批准", f"{amount}, once another person approves"),
        {"place": leg.place, "account": leg.account, "year": leg.year, "amount": amount},
    )


def _unit(indicator: str) -> str:
    return Indicator(indicator).unit_shown


def _name(at: Acting, who: int) -> Words:
    return institution_name(at, who) or plain(str(who))
