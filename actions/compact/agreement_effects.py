"""What an agreement's text would do to figures, before anybody signs it."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from actions.accounts.profiles import known_profile
from actions.compact.base_lines import seen_base_g
from actions.compact.comparing import sums_of
from actions.compact.make_run import MakeRun
from actions.compact.run_changes import effects_of, replaced_by
from actions.compact.runs import try_from
from actions.compact.starting import start_of
from actions.compact.target_words import whole_words
from actions.declared import Effect
from actions.fields import Acting, Words
from compact.agreements import AgreementText
from compact.targets import Curve, Indicator, Target
from metering.errors import ConflictError, EnergyError, InsufficientDataError
from storage.compact import agreements, targets, unions
from storage.compact.agreements import AgreementRow
from storage.compact.targets import TargetRow
from storage.registry import bands

_A_PERCENT: Final = 10_000  # millionths


def target_of(said: AgreementText, at: Acting) -> Target | None:
    """Return the target that a text agrees on, None where it agrees on none."""
    terms = said.terms
    fall, growth = terms.get("fall_percent"), terms.get("growth_percent")
    if fall is None and growth is None:
        return None
    percent = Decimal(str(fall)) if fall is not None else -Decimal(str(growth))
    profile = terms.get("profile")
    years = terms.get("base_year"), terms.get("target_year")
    base, end = (int(one) if one is not None else None for one in years)
    whole = base is not None and end is not None
    return Target(
        Indicator.TOTAL_KGCE,
        known_profile(at.connection, None if profile is None else str(profile)),
        int(percent * _A_PERCENT),
        base if whole else None,
        end if whole else None,
        Curve(str(terms.get("curve") or Curve.COMPOUND.value)),
    )


def figures(said: AgreementText, held: AgreementRow | None, at: Acting) -> list[Effect]:
    """Return what may be used each year, now and then; to planners of all, also by member.

    Of the institutions that the actor plans for and sees, so everybody reads their own figures.
    """
    after = target_of(said, at)
    before = None if held is None else target_of(held.said, at)
    if after is None:
        return []
    base_g = _base_g(said.union, after, at)
    before_g = None if before is None else _base_g(said.union, before, at)
    found = [
        Effect(
            "base",
            Words("基期用能(您可查看的机构)", "Base of the institutions that you see"),
            None if before_g is None else whole_words(before_g, after.indicator),
            whole_words(base_g, after.indicator),
        )
    ]
    for year in after.years() or [None]:
        same = before is not None and (year is None or year in before.years())
        zh, en = ("次年", "the year after") if year is None else (f"{year} 年", str(year))
        was = _cap(before, before_g or 0, year) if before is not None and same else None
        words = Words(f"{zh}至多(您可查看的机构)", f"At most in {en}, by those that you see")
        found.append(Effect("cap", words, was, _cap(after, base_g, year)))
    return found + _by_member(said, after, at)


def _cap(target: Target, base_g: int, year: int | None) -> Words:
    return whole_words(target.cap_g(base_g, year or 0), target.indicator)


def refuse_without_accounts(on: AgreementRow, at: Acting) -> None:
    """Refuse a target whose parties have no accounts of its base year to count from."""
    said = on.said
    if said.terms.keys().isdisjoint(("fall_percent", "growth_percent", "base_year")):
        return
    year = said.terms.get("base_year")
    lacking = agreements.without_accounts(at.connection, on.agreement_id)
    if lacking:
        raise _no_accounts(on, lacking, None if year is None else int(year))


def _base_g(union_id: int, target: Target, at: Acting) -> int:
    return seen_base_g(at.connection, TargetRow(0, union_id, "", target))


def _by_member(said: AgreementText, target: Target, at: Acting) -> list[Effect]:
    """Return what the text's rule would give each member beside the run in force."""
    letter = said.terms.get("rule")
    if letter is None or not unions.plans(at.connection, said.union):
        return []
    action = MakeRun.model_validate({"rule": letter})
    try:
        with at.connection.transaction(force_rollback=True):
            made = targets.add(at.connection, said.union, target, "foreseen", at.actor)
            start = start_of(at.connection, made, "run.try")
            method = action.method_with(bands.in_force(at.connection, at.today))
            shadow = bool(start.shadow & set(said.parties))
            sums = sums_of(try_from(start, method, shadow=shadow))
            found = replaced_by(at.connection, said.union, target.indicator, sums)
            return list(effects_of(found, target.indicator.value))
    except InsufficientDataError as error:
        return [_unknown(error)]


def _unknown(error: EnergyError) -> Effect:
    words = Words(error.zh, error.en)
    return Effect("figures", Words("各成员的数字", "Figures of members"), None, words, warns=True)


def _no_accounts(on: AgreementRow, lacking: Sequence[int], year: int | None) -> ConflictError:
    zh, en = ("基期", "the base") if year is None else (f"{year} 年", str(year))
    names = ", ".join(map(str, lacking))
    return ConflictError(
        "agreement.no_base_accounts",
        zh=f"成员(行政区划 {names})没有{zh}的台账,目标无从计算。",
        en=f"Members (regions {names}) have no accounts of {en} to count from.",
        next_zh="请先补齐台账,或改写草案的基期年。",
        next_en="Complete the accounts first, or draft another base year.",
        where={"agreement_id": on.agreement_id, "regions": list(lacking), "base_year": year},
    )
