"""People and their grants: who may see and do what, added and ended by administrators."""

from fastapi import Request
from nicegui import ui

from actions.access.users import (
    ROLES,
    SCOPES,
    Grant,
    User,
    add_grants,
    add_user,
    end_user,
    list_grants,
    list_users,
)
from actions.compact.unions import list_unions
from actions.registry.regions import list_regions
from dashboards.console import frame
from dashboards.console.fields import choice, decimal_of, filled, text_field
from dashboards.console.seat import RESPONSE_S, House, Seat, seated


def add(house: House) -> None:
    """Put the page into the application."""

    @ui.page("/people", response_timeout=RESPONSE_S)
    async def people(request: Request) -> None:
        seat = seated(house, request)
        with frame.page(seat, seat.say("people")):
            found = await seat.ask(list_users)
            grants = await seat.ask(
                lambda desk: {one.user_id: list_grants(desk, one.user_id) for one in found}
            )
            regions = await seat.ask(lambda desk: list_regions(desk, only_seen=False))
            unions = await seat.ask(list_unions)
            names = {
                "region": {one.region_id: seat.either(one.name_zh, one.name_en) for one in regions},
                "union": {
                    one.union.union_id: seat.either(one.union.name_zh, one.union.name_en)
                    for one in unions
                },
            }
            with frame.sheet():
                keys = ("login", "name", "grants")
                rows = [
                    [
                        frame.cell(one.login),
                        frame.cell(one.name),
                        frame.cell("; ".join(_said(seat, g, names) for g in grants[one.user_id])),
                    ]
                    for one in found
                ]
                frame.table([seat.say(key) for key in keys], rows)
                frame.export(seat, "/people", len(rows))
            if not any(g.role == "administrator" for g in grants.get(seat.session.user_id, [])):
                ui.label(seat.say("no_people")).classes("cw-quiet")
                return
            _add_person(seat, names)
            _more(seat, found, names)


def _said(seat: Seat, grant: Grant, names: dict[str, dict[int, str]]) -> str:
    """Return a grant in words."""
    of = ""
    if grant.region_id is not None:
        of = names["region"].get(grant.region_id, str(grant.region_id))
    elif grant.union_id is not None:
        of = names["union"].get(grant.union_id, str(grant.union_id))
    elif grant.department_line or grant.institution_id:
        of = str(grant.department_line or grant.institution_id)
    return " · ".join(
        one for one in (seat.say(f"role_{grant.role}"), seat.say(f"scope_{grant.scope}"), of) if one
    )


class _GrantFields:
    """The fields of a grant: a role, a scope, and what that scope names."""

    def __init__(self, seat: Seat, names: dict[str, dict[int, str]]) -> None:
        self._seat = seat
        self.role = choice(seat.say("role"), {one: seat.say(f"role_{one}") for one in ROLES})
        self.scope = choice(
            seat.say("scope"), {one: seat.say(f"scope_{one}") for one in SCOPES}, "region"
        )
        self._of: dict[str, ui.select | ui.input] = {
            "region": choice(seat.say("of_region"), dict(names["region"])),
            "union": choice(seat.say("of_union"), dict(names["union"])),
            "department_line": text_field(seat.say("of_line"), most=64),
            "institution": text_field(seat.say("of_institution"), most=10),
        }
        self.scope.on_value_change(self._show)
        self._show()

    def _show(self, *_: object) -> None:
        for scope, field in self._of.items():
            field.set_visibility(scope == self.scope.value)

    def grant(self) -> Grant | None:
        """Return the grant, None after telling what is left open."""
        scope = str(self.scope.value)
        field = self._of.get(scope)
        if field is not None and not filled(self._seat, {self._seat.say(f"scope_{scope}"): field}):
            return None
        value = field.value if field is not None else None
        if scope == "institution" and isinstance(field, ui.input):
            number = decimal_of(self._seat, field, self._seat.say("of_institution"))
            if number is None:
                return None
            value = int(number)
        return Grant(
            str(self.role.value),
            scope,
            region_id=value if scope == "region" else None,
            department_line=value if scope == "department_line" else None,
            union_id=value if scope == "union" else None,
            institution_id=value if scope == "institution" else None,
        )


def _add_person(seat: Seat, names: dict[str, dict[int, str]]) -> None:
    with frame.sheet(seat.say("add_person")):
        with ui.element("div").classes("cw-fields"):
            login = text_field(seat.say("login"), most=64)
            name = text_field(seat.say("name"))
            fields = _GrantFields(seat, names)

        async def added() -> None:
            if not filled(seat, {seat.say("login"): login, seat.say("name"): name}):
                return
            grant = fields.grant()
            if grant is None:
                return
            made = await seat.attempt(
                lambda desk: add_user(
                    desk, login.value.strip(), name.value.strip(), None, seat.lang, [grant]
                )
            )
            if made is not None:
                _once(seat, made.login, made.password or "")

        ui.button(seat.say("add_person"), on_click=added).props("unelevated no-caps").classes(
            "self-start"
        )


def _once(seat: Seat, login: str, password: str) -> None:
    """Show a password until it is closed; it can never be shown again."""
    with ui.dialog(value=True).props("persistent") as dialog, ui.card():
        ui.label(seat.say("password_once", login=login, password=password))

        def done() -> None:
            dialog.close()
            ui.navigate.reload()

        ui.button(seat.say("close"), on_click=done).props("unelevated no-caps")


def _more(seat: Seat, found: list[User], names: dict[str, dict[int, str]]) -> None:
    """Grant more to somebody who is there, or end them."""
    people: dict[object, str] = {
        one.user_id: f"{one.name} ({one.login})"
        for one in found
        if one.user_id != seat.session.user_id
    }
    if not people:
        return
    with frame.sheet(seat.say("add_grant")):
        with ui.element("div").classes("cw-fields"):
            person = choice(seat.say("person"), people)
            fields = _GrantFields(seat, names)

        async def granted() -> None:
            grant, user_id = fields.grant(), int(person.value)
            if grant is None:
                return
            if await seat.done(lambda desk: add_grants(desk, user_id, [grant])):
                ui.navigate.reload()

        async def ended() -> None:
            user_id = int(person.value)
            if await seat.done(lambda desk: end_user(desk, user_id)):
                ui.navigate.reload()

        with ui.dialog() as dialog, ui.card():
            question = ui.label()
            with ui.element("div").classes("cw-row"):
                ui.button(seat.say("end_person"), on_click=ended).props("color=negative no-caps")
                ui.button(seat.say("cancel"), on_click=dialog.close).props("flat no-caps")

        def sure() -> None:
            question.set_text(seat.say("end_sure", login=people[person.value]))
            dialog.open()

        with ui.element("div").classes("cw-row"):
            ui.button(seat.say("add_grant"), on_click=granted).props("unelevated no-caps")
            ui.button(seat.say("end_person"), on_click=sure).props("outline color=negative no-caps")
