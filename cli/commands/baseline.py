"""`commonwatt baseline`: what meters of a file would use, and whether published answers are met."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from cli.services.words import language, say

if TYPE_CHECKING:
    from actions.baselining.compared import Compared
    from actions.baselining.meters import Asked

_DAYS_ZH: Final = {
    "workdays": "工作日",
    "days off": "休息日",
    "workdays, summer": "夏季工作日",
    "days off, summer": "夏季休息日",
}
_MANY: Final = 24  # cases of one figure, of which only a count and what differs are printed


Files = Annotated[
    list[Path],
    typer.Argument(
        help=say(
            "CSV(日期、气温、用量各列),或含已知答案的文件、目录。",
            "CSV (a day, a temperature, use), or files or folders of known answers.",
        )
    ),
]
Until = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d"],
        help=say("基准期的最后一天;默认首年。", "The baseline's last day; else a year's."),
    ),
]
Confidence = Annotated[
    float,
    typer.Option(min=0.5, max=0.999, help=say("节能量区间的置信度。", "Of the saving's band.")),
]
Calendar = Annotated[
    str | None,
    typer.Option(
        help=say("按此日历的节假日和调休(如 CN);默认仅周末。", "Whose holidays: CN; else weekends.")
    ),
]
Normal = Annotated[
    Path | None,
    typer.Option(help=say("常年气温的 CSV(日期、气温)。", "CSV of a normal year's weather.")),
]
Every = Annotated[
    bool, typer.Option("--all", help=say("逐项列出已知答案。", "Print every known figure."))
]
AsJson = Annotated[bool, typer.Option("--json", help=say("输出 JSON。", "As JSON."))]


def baseline(
    files: Files,
    until: Until = None,
    confidence: Confidence = 0.9,
    calendar: Calendar = None,
    normal: Normal = None,
    every: Every = False,
    as_json: AsJson = False,
) -> None:
    """Fit baselines, or compare published ones; status 1 where one differs and nobody knows why."""
    from actions.baselining.meters import Asked

    last = until.date() if until else None
    told, compared = _read(files, Asked(last, confidence, calendar, normal))
    if as_json:
        _as_json(told, compared)
    else:
        for line in [*map(_meter, told), *_lines(compared, every=every)]:
            typer.echo(line)
    if not all(one.met or one.why for one in compared):
        raise typer.Exit(1)


def _read(files: list[Path], asked: "Asked") -> "tuple[list[dict[str, Any]], list[Compared]]":
    from actions.baselining.meters import baselines_of
    from actions.baselining.published import compare_of, files_of

    told: list[dict[str, Any]] = []
    compared: list[Compared] = []
    for file in (one for path in files for one in files_of(path)):
        if (compare := compare_of(file)) is not None:
            compared += compare(file)
        else:
            told += baselines_of(file, asked)
    return told, compared


def _as_json(told: list[dict[str, Any]], compared: "Sequence[Compared]") -> None:
    import json
    from dataclasses import asdict

    known = [asdict(one) | {"met": one.met} for one in compared]
    typer.echo(json.dumps({"meters": told, "known": known}, ensure_ascii=False, indent=1))


def _meter(told: dict[str, Any]) -> str:
    unit = say("天", "days") if told["interval"] == "day" else say("月", "months")
    usable = say("可用", "usable") if told["usable"] else say("误差过大", "too inexact")
    lines = [f"{told['meter']}: {'; '.join(map(_model, told['models']))}"]
    lines.append(
        f"  {told['periods']} {unit}, R² {told['r2']:.3f}, CV(RMSE) {told['cvrmse']:.1%} "
        f"(≤ {told['cvrmse_limit']:.0%}: {usable})"
    )
    if (saving := told.get("saving")) is not None:
        sure = say("可以主张", "may be claimed")
        unsure = say("不确定度过大,不宜主张", "too unsure to be claimed")
        saved, used = say("节约", "saved"), say("实际", "used")
        expected = say("预计", "expected")
        lines.append(
            f"  {saving['periods']} {unit}: {expected} {saving['expected']:,.1f}, {used} "
            f"{saving['used']:,.1f}; {saved} {saving['saved']:,.1f} ({saving['share']:.1%}) "
            f"± {saving['plus_minus']:,.1f} ({saving['confidence']:.0%}): "
            f"{sure if saving['claimable'] else unsure}"
        )
    if (year := told.get("normal_year")) is not None:
        own, moved = say("最近一年", "the last year"), say("常年气候下", "in a normal year")
        lines.append(
            f"  {own} {year['used']:,.1f} ({year['periods']} {unit}), {moved} {year['normal']:,.1f}"
        )
    return "\n".join(lines)


def _model(one: dict[str, Any]) -> str:
    text = f"{one['model'] or '–'} {one['per_day']:,.4g}/d"
    if "below" in one:
        text += f" + {one['slope_below']:.4g} × ({one['below']:.1f}° − T)"
    if "above" in one:
        text += f" + {one['slope_above']:.4g} × (T − {one['above']:.1f}°)"
    days = one["days"]
    return text if days == "all" else f"{say(_DAYS_ZH[days], days)} {text}"


def _lines(compared: "Sequence[Compared]", *, every: bool) -> list[str]:
    lines: list[str] = []
    for some in _groups(compared):
        if every or len(some) < _MANY:
            lines += map(_line, some)
            continue
        met, first = sum(one.met for one in some), some[0]
        mark = "=" if met == len(some) else "≈"
        lines.append(f"{mark} {first.source}  {first.figure}: {met} / {len(some)}")
        lines += [_line(one) for one in some if not one.met]
    return [*lines, _verdict(compared)] if compared else lines


def _groups(compared: "Sequence[Compared]") -> "list[list[Compared]]":
    """Return figures that many cases have together, and others one by one as they come."""
    counts = Counter((one.source, one.figure) for one in compared)
    groups: dict[Any, list[Compared]] = {}
    for place, one in enumerate(compared):
        key = (one.source, one.figure)
        groups.setdefault(key if counts[key] >= _MANY else place, []).append(one)
    return list(groups.values())


def _verdict(compared: "Sequence[Compared]") -> str:
    met = sum(one.met for one in compared)
    why = sum(not one.met and one.why is not None for one in compared)
    none = len(compared) - met - why
    return say(
        f"{len(compared)} 项中 {met} 项一致,{why} 项不同但有说明,{none} 项不符。",
        f"{met} of {len(compared)} are equal, {why} differ for a known reason, {none} for none.",
    )


def _line(one: "Compared") -> str:
    sign = {"equal": "±", "most": "≤ +", "least": "≥ −"}[one.way]
    mark = "=" if one.met else "≈" if one.why else "!"
    text = f"{mark} {one.source}  {one.case}  {one.figure}: {_shown(one.published)} → "
    text += f"{_shown(one.found)} ({sign}{one.within:.2g})"
    if one.why and not one.met:
        text += f" [{one.why[0 if language() == 'zh' else 1]}]"
    return text


def _shown(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.10g}"
