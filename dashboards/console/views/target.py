"""One target: rules compared side by side as their parameters move, and runs kept of them."""

from collections import Counter
from decimal import Decimal
from typing import Any

from fastapi import Request
from nicegui import ui

from actions.compact.base_words import CODES, in_words
from actions.compact.base_words import MONTHS as MONTHS_WORDS
from actions.compact.bases import State
from actions.compact.comparing import Fairness, Tried, leading_of_like, sheet, try_rules
from actions.compact.runs import Kept, Method, Rule, Run, list_runs, run_target, try_target
from actions.compact.targets import Kept as KeptTarget
from actions.compact.targets import list_targets
from actions.compact.unions import UnionDetail, union_of
from actions.figures import not_found
from dashboards.console import frame
from dashboards.console.fields import choice
from dashboards.console.seat import RESPONSE_S, House, Seat, after, alone, seated, what
from dashboards.console.views.base import bases
from metering.errors import EnergyError

_A_PERCENT = 10_000  # millionths
_A_WHOLE = 1_000_000


def add(house: House) -> None:
    """Put the page into the application."""

    @ui.page("/targets/{target_id}", response_timeout=RESPONSE_S)
    async def target(request: Request, target_id: int) -> None:
        seat = seated(house, request)
        with frame.page(seat, f"{seat.say('target')} {target_id}", (seat.say("unions"), "/")):
            kept = next(
                (one for one in await seat.ask(list_targets) if one.target_id == target_id), None
            )
            if kept is None:
                raise not_found("节能目标", "target", {"target_id": target_id})
            union = await seat.ask(lambda desk: union_of(desk, kept.union_id))
            _head(seat, kept, union)
            if union.union.planned:
                await _Comparison(seat, kept, union).build()
                await bases(seat, target_id, kept.union_id)
            await _runs(seat, target_id)


def _head(seat: Seat, kept: KeptTarget, union: UnionDetail) -> None:
    target = kept.target
    years = seat.say("own_years")
    if target.base_year is not None:
        years = f"{target.base_year} → {target.target_year}"
    name = seat.either(union.union.name_zh, union.union.name_en)
    fall = frame.number(Decimal(target.fall_millionths) / _A_PERCENT, 2, " %")
    with frame.sheet():
        ui.html(
            f"{frame.link(name, f'/unions/{kept.union_id}')}<div class='cw-sum'>"
            f"{frame.cell(seat.say('fall'))} {fall}</div>"
            f"<div class='cw-quiet'>{frame.cell(years)} · {frame.cell(target.profile)} · "
            f"{frame.cell(kept.source)}</div>",
            sanitize=False,
        )


class _Comparison:
    """What a planner may turn, and the table that follows."""

    def __init__(self, seat: Seat, kept: KeptTarget, union: UnionDetail) -> None:
        self._seat = seat
        self._kept = kept
        self._union = union
        self._leading: dict[str, ui.number] = {}
        self._weights: dict[int, ui.number] = {}
        self._redraw = alone(self._draw)

    async def build(self) -> None:
        """Draw the parameters, then the comparison beneath them."""
        seat = self._seat
        try:
            first = await seat.ask(
                lambda desk: try_target(
                    desk, self._kept.target_id, Method(Rule.PROPORTIONAL), self._years()[-1]
                )
            )
            leading = leading_of_like(first.holders)
        except EnergyError as error:
            leading = {}
            if error.code == "allocation.no_base":
                frame.trouble(seat, error)
                return
        with frame.sheet(seat.say("compare_rules")):
            years: dict[Any, str] = {
                year: str(year) if year else seat.say("last_year") for year in self._years()
            }
            with ui.element("div").classes("cw-fields"):
                self._year = choice(seat.say("year"), years, self._years()[-1])
                self._year.on_value_change(self._redraw)
                self._floor = self._percent("floor_percent", 0)
                self._ceiling = self._percent("ceiling_percent", None)
                self._most = self._percent("most_saved", 20)
                for region in self._union.members:
                    name = seat.either(region.name_zh, region.name_en, str(region.region_id))
                    self._weights[region.region_id] = self._number(
                        f"{seat.say('capability')} · {name}", 1, step=0.05, most=100
                    )
            self._leading_fields(leading)
            self._place = ui.element("div").classes("w-full").props('aria-live="polite"')
        await self._redraw()

    def _leading_fields(self, leading: Any) -> None:
        seat = self._seat
        if not leading:
            ui.label(seat.say("no_leading")).classes("cw-quiet")
            return
        with (
            ui.expansion(seat.say("leading")).props("dense duration=0").classes("w-full"),
            ui.element("div").classes("cw-fields"),
        ):
            for name, value in leading.items():
                self._leading[name] = self._number(name, float(value), step=0.5)
        ui.label(seat.say("leading_hint")).classes("cw-quiet")

    def _years(self) -> list[int | None]:
        """Return the years of the path; None where every institution has its own."""
        years = list(self._kept.target.years())
        return [*years] if years else [None]

    def _percent(self, key: str, value: float | None) -> ui.number:
        return self._number(self._seat.say(key), value, step=1, most=1000)

    def _number(
        self, label: str, value: float | None, *, step: float, most: float | None = None
    ) -> ui.number:
        made = ui.number(label, value=value, min=0, max=most, step=step)
        made.props("outlined dense debounce=300").on_value_change(self._redraw)
        return made

    def _methods(self) -> list[Method]:
        """Return the rules as they are set; raises where a parameter cannot be."""
        weights = {one: _millionths(field.value, _A_WHOLE) for one, field in self._weights.items()}
        most = _millionths(self._most.value, _A_PERCENT)
        ceiling = self._ceiling.value
        methods = [
            Method(
                Rule.PROPORTIONAL,
                floor=_millionths(self._floor.value, _A_PERCENT),
                ceiling=None if ceiling is None else _millionths(ceiling, _A_PERCENT),
            )
        ]
        leading = {
            name: Decimal(str(field.value)) for name, field in self._leading.items() if field.value
        }
        if leading:
            methods.append(Method(Rule.GAP, most_saved=most, leading=leading))
        return [*methods, Method(Rule.CAPABILITY, most_saved=most, weights=weights)]

    async def _draw(self, *_: object) -> None:
        seat, target_id, year = self._seat, self._kept.target_id, self._year.value
        try:
            methods = self._methods()
            tried = await seat.ask(lambda desk: try_rules(desk, target_id, methods, year))
        except EnergyError as error:
            self._place.clear()
            with self._place:
                frame.trouble(seat, error)
            return
        self._place.clear()
        with self._place:
            self._show(tried)

    def _show(self, tried: list[Tried]) -> None:
        seat = self._seat
        names = {
            one.region_id: seat.either(one.name_zh, one.name_en) for one in self._union.members
        }
        rules = [seat.say(f"rule_{one.method.rule.value}") for one in tried]
        frame.table(
            [seat.say("member"), seat.say("base_kgce"), *rules],
            _shares(seat, names, tried),
            caption=seat.say("side_by_side"),
        )
        frame.table([seat.say("fairness"), *rules], _sheets(seat, tried))
        run = next((one.run for one in tried if one.run is not None), None)
        if run is not None:
            _marks(seat, run)
        with ui.element("div").classes("cw-fields"):
            for one in tried:
                self._keep(one)

    def _keep(self, one: Tried) -> None:
        seat, rule = self._seat, one.method.rule.value
        with ui.element("div"):
            ui.html(f"<strong>{frame.cell(seat.say(f'rule_{rule}'))}</strong>", sanitize=False)
            ui.label(seat.say(f"rule_{rule}_says")).classes("cw-quiet")
            if one.error is not None:
                ui.html(
                    f"<strong>{frame.cell(what(seat, one.error))}</strong> "
                    f"{frame.cell(after(seat, one.error))}",
                    sanitize=False,
                ).classes("cw-alert")
                return

            async def keep() -> None:
                made = await seat.attempt(
                    lambda desk: run_target(
                        desk, self._kept.target_id, one.method, self._year.value
                    )
                )
                if made is not None:
                    ui.navigate.to(f"/runs/{made.run.run_id}")

            ui.button(seat.say("keep_run"), on_click=keep).props(
                f'outline no-caps data-rule="{rule}"'
            )


def _marks(seat: Seat, run: Run) -> None:
    """Say what the bases that are compared rest on."""
    problem = run.problem
    states = [state for one in problem.holders for state in one.base.states]
    marks = Counter(mark.code for one in problem.holders for mark in one.base.marks)
    if problem.without_base:
        ui.label(seat.say("without_base", n=len(problem.without_base)))
    if problem.left_out:
        ui.label(seat.say("left_out_n", n=len(problem.left_out)))
    said = [
        f"{in_words(MONTHS_WORDS[one.value], seat.lang)} {states.count(one)}"
        for one in State
        if one in states
    ]
    said += [f"{in_words(CODES[code], seat.lang)} {n}" for code, n in sorted(marks.items())]
    ui.label(f"{seat.say('base_months')}: {' · '.join(said)}").classes("cw-quiet")


def _shares(seat: Seat, names: dict[int, str], tried: list[Tried]) -> list[list[str]]:
    """Return a row a member and one for all; what each rule gives, and of what share of base."""
    base = {region: share.base_g for one in tried for region, share in one.members.items()}
    hidden = {region for one in tried for region in one.withheld}
    rows = [
        [frame.cell(names.get(region, str(region))), frame.sum_kg(seat, base.get(region))]
        + [_share(seat, one, region) for one in tried]
        for region in sorted(base.keys() | hidden)
    ]
    whole = [_whole(seat, one) for one in tried]
    known = [one.run for one in tried if one.run and one.trial and one.trial.total_shown]
    of_all = known[0].allocation.base_g if known else None
    total = frame.kg(None) if not any(one.run for one in tried) else frame.sum_kg(seat, of_all)
    return [*rows, [frame.cell(seat.say("total")), total, *whole]]


def _whole(seat: Seat, one: Tried) -> str:
    if one.run is None or one.trial is None:
        return frame.kg(None)
    if not one.trial.total_shown:
        return frame.withheld(seat)
    return _of(one.run.allocation.total_g, one.run.allocation.base_g)


def _share(seat: Seat, one: Tried, region: int) -> str:
    share = one.members.get(region)
    if share is None:
        return frame.withheld(seat) if region in one.withheld else frame.kg(None)
    return _of(share.amount_g, share.base_g)


def _of(amount_g: int, base_g: int) -> str:
    ratio = frame.number(Decimal(amount_g) / base_g * 100, 2, " %") if base_g else ""
    return f"<data>{frame.kg(amount_g)}<br><span class='cw-quiet'>{ratio}</span></data>"


def _sheets(seat: Seat, tried: list[Tried]) -> list[list[str]]:
    found = [None if one.run is None else sheet(one.run) for one in tried]
    measures = (
        ("least_to_base", lambda f: f.to_base and f.to_base.least),
        ("most_to_base", lambda f: f.to_base and f.to_base.most),
        ("most_effort", lambda f: f.effort and f.effort.most),
        ("gini", lambda f: f.gini_of_rates),
        ("at_bound", lambda f: f.at_bound),
    )
    return [
        [frame.cell(seat.say(key)), *(_measure(one, read) for one in found)]
        for key, read in measures
    ]


def _measure(fair: Fairness | None, read: Any) -> str:
    value = None if fair is None else read(fair)
    if isinstance(value, int):
        return frame.number(value)
    return frame.number(None if value is None else Decimal(str(value)), 4)


def _millionths(value: float | None, unit: int) -> int:
    return int(Decimal(str(value or 0)) * unit)


async def _runs(seat: Seat, target_id: int) -> None:
    found = await seat.ask(lambda desk: list_runs(desk, target_id=target_id))
    with frame.sheet(seat.say("runs")):
        if not found:
            ui.label(seat.say("no_runs"))
            return
        keys = ("version", "rule", "quotas", "base_kgce", "quota_kgce", "state", "digest")
        frame.table([seat.say(key) for key in keys], [_run(seat, one) for one in found[::-1]])
        frame.export(seat, f"/runs?target={target_id}", len(found))


def _run(seat: Seat, one: Kept) -> list[str]:
    return [
        frame.link(str(one.version), f"/runs/{one.run_id}"),
        frame.cell(seat.say(f"rule_{one.rule}")),
        frame.number(one.quotas),
        frame.sum_kg(seat, one.base_g),
        frame.sum_kg(seat, one.total_g),
        frame.cell(seat.say({"in_force": "holds"}.get(one.state, one.state))),
        f"<span class='cw-hash'>{frame.cell(one.sha256[:12])}</span>",
    ]
