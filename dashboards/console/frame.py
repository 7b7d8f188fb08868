"""What every page of the console looks like: head, path, sheets, tables; an error in its place."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from html import escape

from nicegui import ui

from actions.compact.disclosure import WITHHELD
from dashboards.console.seat import Seat, after, what
from dashboards.pages import writing
from dashboards.pages.visit import assets
from metering.errors import EnergyError

Crumb = tuple[str, str]

_STYLE = """
:root { --nicegui-default-padding: 0; }
body { background: #f4f6f8; color: #16202b; font-size: 14px; font-variant-numeric: tabular-nums;
  font-family: system-ui, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC",
    "WenQuanYi Micro Hei", sans-serif; }
.cw-bar { background: #fff; color: #16202b; border-bottom: 1px solid #dfe4ea; padding: 0 24px;
  display: flex; align-items: center; gap: 20px; min-height: 52px; flex-wrap: wrap; }
.cw-bar a { color: inherit; text-decoration: none; }
.cw-bar a[aria-current] { box-shadow: inset 0 -2px #14507a; }
.cw-bar nav { display: flex; gap: 18px; flex-wrap: wrap; }
.cw-bar nav a { padding: 16px 0; }
.cw-brand { font-weight: 650; display: flex; gap: 10px; align-items: center; }
.cw-tools { margin-left: auto; display: flex; gap: 16px; align-items: center; color: #55626f; }
.cw-tools form { margin: 0; }
.cw-tools button { border: 0; background: none; color: inherit; font: inherit; cursor: pointer; }
.nicegui-content { padding: 0; display: block; }
.cw-main { max-width: 1240px; margin: 0 auto; padding: 18px 24px 48px; display: flex;
  flex-direction: column; gap: 16px; }
.cw-main h1 { font-size: 22px; line-height: 1.3; font-weight: 650; margin: 0; }
.cw-main h2 { font-size: 16px; line-height: 1.4; font-weight: 650; margin: 0; }
.cw-main a { color: #0b5a9a; }
.cw-main > *, .cw-sheet > * { min-width: 0; max-width: 100%; }
.cw-quiet { color: #55626f; overflow-wrap: anywhere; }
.cw-sheet { background: #fff; border: 1px solid #dfe4ea; border-radius: 6px; padding: 16px 18px;
  display: flex; flex-direction: column; gap: 12px; align-items: stretch; min-width: 0; }
.cw-scroll { overflow-x: auto; }
.cw-table { border-collapse: collapse; width: 100%; }
.cw-table th { color: #55626f; font-weight: 400; text-align: left; vertical-align: bottom; }
.cw-table th, .cw-table td { padding: 7px 10px; border-bottom: 1px solid #edf0f3; }
.cw-table .n { text-align: right; white-space: nowrap; }
.cw-table caption { text-align: left; padding: 0 0 6px; color: #55626f; }
.cw-bad { color: #a3231b; } .cw-good { color: #1e6b3f; } .cw-warn { color: #8a4b00; }
.cw-alert { background: #fdeceb; color: #7d1a14; border-radius: 6px; padding: 12px 14px; }
.cw-fields { display: grid; grid-template-columns: repeat(auto-fill, minmax(230px, 1fr)); gap: 12px;
  width: 100%; align-items: start; }
.cw-row input, .cw-row button { font: inherit; padding: 6px 10px; border: 1px solid #c3ccd5;
  border-radius: 4px; background: #fff; }
.cw-row { display: flex; gap: 12px; align-items: center; flex-wrap: wrap; }
.cw-scroll + .cw-fields, .cw-scroll + .cw-scroll { margin-top: 18px; }
.cw-sum { font-size: 20px; font-weight: 650; overflow-wrap: anywhere; }
.cw-hash { font: 12.5px ui-monospace, Consolas, monospace; overflow-wrap: anywhere; }
@media (max-width: 600px) { .cw-bar { padding: 0 14px; } .cw-main { padding: 14px; } }
@media print { .cw-bar, .q-btn { display: none; } body { background: #fff; } }
"""


@contextmanager
def page(seat: Seat, title: str, *crumbs: Crumb) -> Iterator[None]:
    """Lend the body of a page; an error of an action takes the place of what is missing."""
    ui.add_css(_STYLE)
    ui.page_title(f"{title} · CommonWatt 协能")
    ui.colors(primary="#14507a", negative="#a3231b", positive="#1e6b3f")
    ui.html(_head(seat), sanitize=False, tag="header").classes("cw-bar")
    with ui.element("main").classes("cw-main"):
        ui.html(_path(title, crumbs), sanitize=False)
        try:
            yield
        except EnergyError as error:
            trouble(seat, error)


@contextmanager
def sheet(title: str = "") -> Iterator[None]:
    """Lend a white sheet with a heading."""
    with ui.element("section").classes("cw-sheet"):
        if title:
            ui.html(f"<h2>{escape(title)}</h2>", sanitize=False)
        yield


def trouble(seat: Seat, error: EnergyError) -> None:
    """Show what is wrong and what to do next, in the page."""
    text = f"<strong>{escape(what(seat, error))}</strong><br>{escape(after(seat, error))}"
    ui.html(text, sanitize=False).classes("cw-alert").props('role="alert"')


def table(headers: Sequence[str], rows: Sequence[Sequence[str]], *, caption: str = "") -> None:
    """Show a table; cells are HTML made by `cell`, `link` or `number`, headers plain words."""
    right = [bool(rows) and row_is_number(rows[0][place]) for place in range(len(headers))]
    head = "".join(
        f'<th scope="col"{" class=n" if number else ""}>{escape(one)}</th>'
        for one, number in zip(headers, right, strict=True)
    )
    body = "".join(
        "<tr>"
        + "".join(
            f"<td{' class=n' if number else ''}>{one}</td>"
            for one, number in zip(row, right, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    named = f"<caption>{escape(caption)}</caption>" if caption else ""
    inner = f"{named}<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
    ui.html(f'<table class="cw-table">{inner}</table>', sanitize=False).classes("cw-scroll")


def row_is_number(cell_html: str) -> bool:
    """Whether a cell was made by `number`, so that its column is set to the right."""
    return cell_html.startswith("<data")


def cell(text: object) -> str:
    """Return a cell of plain words."""
    return escape(str(text))


def link(text: str, href: str) -> str:
    """Return a cell that leads somewhere."""
    return f'<a href="{escape(href, quote=True)}">{escape(text)}</a>'


def number(value: Decimal | int | None, places: int = 0, unit: str = "", state: str = "") -> str:
    """Return a cell with a figure; unknown is a dash, never zero."""
    if value is None:
        return "<data>–</data>"
    text = escape(f"{writing.number(value, places)}{unit}")
    return f'<data class="{state}">{text}</data>' if state else f"<data>{text}</data>"


def kg(grams: int | None, places: int = 0) -> str:
    """Return a cell with whole grams as kilograms of standard coal."""
    return number(None if grams is None else Decimal(grams).scaleb(-3), places)


def sum_kg(seat: Seat, grams: int | None, places: int = 0, unit: str = "") -> str:
    """Return a sum in kilograms, or in words that it would tell of a restricted institution."""
    return withheld(seat) if grams is None else kg(grams, places) + escape(unit)


def withheld(seat: Seat) -> str:
    """Return a cell that says why there is no figure; a dash is for what nobody knows."""
    zh, en = WITHHELD
    return f"<data class='cw-quiet'>{escape(seat.either(zh, en))}</data>"


def search(seat: Seat, what: str, asked: str) -> None:
    """Show a field that asks the same page for what is named so; it works before any script."""
    ui.html(
        '<form method="get" role="search" class="cw-row">'
        f'<label>{escape(what)} <input type="search" name="search" maxlength="100" '
        f'value="{escape(asked, quote=True)}"></label>'
        f"<button>{escape(seat.say('search'))}</button></form>",
        sanitize=False,
    )


def export(seat: Seat, path: str, rows: int | None = None) -> None:
    """Show where the same table is had for spreadsheets, with so many rows as of now."""
    at = f"{seat.house.pages_url}/api/v1{path}"
    mark = "&" if "?" in path else "?"
    links = [link(name.upper(), f"{at}{mark}format={name}") for name in ("csv", "xlsx")]
    said = seat.say("export")
    if rows is not None:
        said = seat.say(
            "export_rows", rows=writing.number(rows), at=f"{datetime.now(UTC):%F %H:%MZ}"
        )
    ui.html(f"{escape(said)} {' · '.join(links)}", sanitize=False).classes("cw-quiet")


def _path(title: str, crumbs: Sequence[Crumb]) -> str:
    above = " › ".join(link(text, href) for text, href in crumbs)
    small = f'<div class="cw-quiet">{above} ›</div>' if crumbs else ""
    return f"{small}<h1>{escape(title)}</h1>"


def _head(seat: Seat) -> str:
    other = "en" if seat.lang == "zh" else "zh"
    places = [("unions", "/"), ("people", "/people"), ("exchanges", "/exchanges")]
    current = "/" if not seat.path.startswith(("/people", "/exchanges")) else seat.path
    inner = "".join(
        f'<a href="{href}"{" aria-current=page" if href == current else ""}>'
        f"{escape(seat.say(key))}</a>"
        for key, href in places
    )
    outer = "".join(
        link(seat.say(key), f"{seat.house.pages_url}{path}")
        for key, path in (("institutions", "/"), ("boards", "/boards"))
    )
    return (
        f'<a class="cw-brand" href="/"><img src="{assets().url("mark.svg")}" alt="" width="28" '
        f'height="28">CommonWatt 协能</a>'
        f'<nav aria-label="{escape(seat.say("console"))}">{inner}{outer}</nav>'
        f'<div class="cw-tools"><a href="?lang={other}">{seat.say("other_language")}</a>'
        f"<span>{escape(seat.session.name)}</span>"
        '<form method="post" action="/logout">'
        f'<input type="hidden" name="csrf" value="{escape(seat.session.csrf, quote=True)}">'
        f"<button>{escape(seat.say('log_out'))}</button></form></div>"
    )
