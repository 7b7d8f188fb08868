"""What came of an import, said to the person at the terminal."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from cli.services.words import say
from metering.errors import InputError

if TYPE_CHECKING:
    from actions.readings.import_readings import Imported
    from actions.readings.kept_answers import KeptAnswer
    from actions.registry.values import Registered


def tell_registry(done: "Registered") -> None:
    """Say how many regions, institutions and channels were made or changed, and what was noted."""
    names = {
        "regions": say("行政区划", "regions"),
        "institutions": say("机构", "institutions"),
        "channels": say("通道", "channels"),
        "exchanges": say("换表", "exchanges"),
        "settings": say("设置变更", "settings"),
        "keys": say("通道标识", "keys"),
        "shares": say("占比变更", "shares"),
    }
    for kind, count in done.counts().items():
        name = names[kind]
        typer.echo(
            say(
                f"{name}:新增 {count.made},变更 {count.changed},未变 {count.unchanged}",
                f"{name}: {count.made} made, {count.changed} changed, {count.unchanged} unchanged",
            )
        )
    if done.left_out:
        tell_left_out(done.left_out)
    for note in done.notes:
        typer.echo(say(f"注意:{note.zh}", f"Note: {note.en}"), err=True)


def tell_readings(done: "Imported", *, dry_run: bool = False) -> None:
    """Say how many readings were new, known or corrected, and what a person should look at.

    dry_run: also what the file was read as.
    """
    from cli.effects import tell_effects

    rehearsed(dry_run)
    _told_recognised(done, dry_run=dry_run)
    tell_kept(done.kept)
    typer.echo(
        say(
            f"读数 {done.readings},通道 {done.channels}:{done.first_at} 至 {done.last_at}",
            f"readings {done.readings}, channels {done.channels}: "
            f"{done.first_at} to {done.last_at}",
        )
    )
    typer.echo(
        say(
            f"新增 {done.inserted},已有 {done.duplicates},与已有读数不同 {done.revised}",
            f"{done.inserted} new, {done.duplicates} known already, "
            f"{done.revised} beside another reading of their instant",
        )
    )
    _told_files(done)
    for one in done.converted:
        words = f"1 {one.sent} = {one.factor} {one.unit}"
        typer.echo(say(f"单位换算:{words}", f"converted: {words}"))
    if done.rounded:
        _told_rounded(done)
    if done.left_out:
        tell_left_out(done.left_out)
    if done.behind:
        _told_behind(done)
    if done.outdone:
        _told_outdone(done)
    if done.effects is not None:
        tell_effects(done.effects)
    _told_undo(done)


def _told_files(done: "Imported") -> None:
    """Say of several files what each of them gave."""
    names = list(dict.fromkeys(told.file for told in done.recognised))
    for name in names if len(names) > 1 else ():
        count = sum(told.readings for told in done.recognised if told.file == name)
        typer.echo(say(f"  {name}:{count} 个读数", f"  {name}: {count} readings"))


def tell_left_out(rows: int) -> None:
    """Say how many rows were wrong and left out."""
    typer.echo(say(f"{rows} 行有误,未导入。", f"{rows} rows are wrong and were left out."))


def rehearsed(dry_run: bool) -> None:
    """Say where nothing was kept."""
    if dry_run:
        typer.echo(say("演练:没有写入。", "Dry run: nothing was kept."))


def tell_kept(kept: Sequence["KeptAnswer"]) -> None:
    """Say with which answers of earlier files a file was read."""
    for one in kept:
        option = "--" + {"columns": "column"}.get(one.name, one.name).replace("_", "-")
        typer.echo(
            say(
                f"沿用 {one.since:%Y-%m-%d} 的回答:{option} {one.value}(--fresh 不沿用)",
                f"as on {one.since:%Y-%m-%d}: {option} {one.value} (--fresh: without)",
            )
        )


@contextmanager
def kept_told() -> Iterator[None]:
    """Say of a refused file, too, with which answers of earlier files it was read."""
    from actions.readings.kept_answers import kept_in

    try:
        yield
    except InputError as error:
        tell_kept(kept_in(error))
        raise


def _told_undo(done: "Imported") -> None:
    if done.file_id is not None:
        typer.echo(
            say(
                "撤销:commonwatt do correction.undo_import "
                f"--correction_file {done.file_id} --reason 理由",
                "To take it back: commonwatt do correction.undo_import "
                f"--correction_file {done.file_id} --reason WHY",
            )
        )

    if done.import_id is not None:
        command = f"commonwatt do import.undo --imported {done.import_id} --reason"
        typer.echo(
            say(
                f"24 小时内可撤销:{command} 理由",
                f"To take it back within 24 hours: {command} WHY",
            )
        )


def _told_recognised(done: "Imported", *, dry_run: bool) -> None:
    from actions.readings.recognised import notices, sentences

    for told in done.recognised:
        for words in sentences(told) if dry_run else notices(told):
            typer.echo(say(words.zh, words.en), err=not dry_run)


def _told_rounded(done: "Imported") -> None:
    typer.echo(
        say(
            f"其中 {done.rounded} 个数值比通道最小单位更精细,已舍入;请核对 per_unit。",
            f"{done.rounded} of them are finer than their channel's quantum and were rounded; "
            "check its per_unit.",
        ),
        err=True,
    )


def _told_behind(done: "Imported") -> None:
    lines = ", ".join(map(str, done.behind_lines))
    lines += " …" if done.behind > len(done.behind_lines) else ""
    typer.echo(
        say(
            f"{done.behind} 行未导入(第 {lines} 行):数值接续上一行,时间却倒退一天以上,"
            "与该时刻的读数不符,当时时钟有误。请更正时间;如时间无误,请把这些行单独存成一个文件再导入。",
            f"{done.behind} rows were left out (line {lines}): their value goes on from the row "
            "before while their time falls back by more than a day, to where it does not fit: a "
            "clock was wrong. Mend their times; if these are right, import the rows as a file of "
            "their own.",
        ),
        err=True,
    )


def _told_outdone(done: "Imported") -> None:
    """Say which rows do not count, and how they could; or that they do, as a correction."""
    if done.corrected:
        typer.echo(say(f"更正 {done.corrected} 个读数", f"{done.corrected} corrected"))
    else:
        typer.echo(
            say(
                f"{done.outdone} 行未被采用:同一时刻以序号较大者为准,序号相同则以数值较大者为准。"
                "如本文件为准,请加 --as-correction --reason 理由。",
                f"{done.outdone} rows do not count: of several readings of one instant the greater "
                "sequence number, then the greater value stands. Where the file is right, add "
                "--as-correction --reason WHY.",
            ),
            err=True,
        )
    for one in done.examples:
        typer.echo(
            say(
                f"  第 {one.line} 行 {one.gateway} {one.channel} {one.at}:{one.value},"
                f"原有 {one.stands or '作废'}",
                f"  line {one.line}, {one.gateway} {one.channel} {one.at}: {one.value}, "
                f"beside {one.stands or 'a void'}",
            ),
            err=True,
        )
