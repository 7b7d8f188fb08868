"""Vehicles, declared once: the object, what is done to it, and the table of all."""

from typing import Final

from pydantic import BaseModel

from actions.declared import About, Action, Effect, Opposite, Thing
from actions.fields import Acting, Option, Words, field, plain
from actions.kinds import Day, Line
from actions.registry.things import INSTITUTION
from actions.rights import Right
from actions.tables import Column, Filter, Table, page_of
from metering.errors import InputError
from storage.pages import Page, key_of
from storage.registry import vehicles
from storage.registry.institutions import Institution
from storage.registry.vehicles import Vehicle

VEHICLE: Final = Thing[Vehicle](
    "vehicle",
    Words("车辆", "vehicle"),
    Vehicle,
    find=lambda at, on: next(iter(vehicles.listed(at.connection, only=on)), None),
    name=lambda one, _: one.plate,
    page=lambda one: "/vehicles",
    covered="""(SELECT institution_id FROM vehicle WHERE id = %(on)s)
               IN (SELECT * FROM access.covers(%(right)s))""",
    lock="SELECT pg_advisory_xact_lock(hashtextextended('vehicle', %s))",
    options=lambda at: [
        Option(str(one.vehicle_id), plain(one.plate))
        for one in vehicles.listed(at.connection, most=500)
    ],
)


class VehicleNamed(BaseModel):
    """A vehicle's id."""

    vehicle_id: int


class RegisterVehicle(Action[Institution, VehicleNamed]):
    """Register a vehicle of an institution."""

    about = About(
        code="vehicle.register",
        on=INSTITUTION,
        right=Right.REGISTER,
        path="/institutions/{on}/vehicles",
        tag="vehicles",
        zh="登记车辆",
        en="Register a vehicle",
        done=("车辆已登记。", "The vehicle has been registered."),
    )

    plate: Line = field(zh="号牌", en="Plate", examples=["京A12345"])
    since: Day = field(zh="启用日期", en="In use since", examples=["2026-01-31"])

    def check(self, on: Institution, at: Acting) -> None:
        """Refuse a plate that the institution has registered."""
        if vehicles.is_registered(at.connection, on.institution_id, self.plate):
            raise InputError(
                "vehicle.registered",
                zh=f"号牌“{self.plate}”已登记。",
                en=f"{self.plate} is registered.",
                next_zh="请核对号牌,或先注销。",
                next_en="Check the plate, or withdraw it first.",
                where={"field": "plate", "value": self.plate},
            )

    def foresee(self, on: Institution, at: Acting) -> list[Effect]:
        """Return the vehicle that there would be."""
        return [Effect("vehicle", VEHICLE.words, None, plain(self.plate))]

    def do(self, on: Institution, at: Acting) -> VehicleNamed:
        """Register it."""
        made = vehicles.add(at.connection, on.institution_id, self.plate, self.since, at.actor)
        return VehicleNamed(vehicle_id=made)

    def opposite(self, on: Institution, result: VehicleNamed) -> Opposite:
        """Return its withdrawal."""
        return Opposite(WithdrawVehicle(), result.vehicle_id)


class WithdrawVehicle(Action[Vehicle, VehicleNamed]):
    """Let a vehicle be registered no longer."""

    about = About(
        code="vehicle.withdraw",
        on=VEHICLE,
        right=Right.REGISTER,
        path="/vehicles/{on}/withdrawal",
        tag="vehicles",
        zh="注销车辆",
        en="Withdraw a vehicle",
        done=("车辆已注销。", "The vehicle has been withdrawn."),
    )

    def foresee(self, on: Vehicle, at: Acting) -> list[Effect]:
        """Return the vehicle that there would be no longer."""
        return [Effect("vehicle", VEHICLE.words, plain(on.plate), None)]

    def do(self, on: Vehicle, at: Acting) -> VehicleNamed:
        """Withdraw it; the row stays on record."""
        vehicles.end(at.connection, on.vehicle_id)
        return VehicleNamed(vehicle_id=on.vehicle_id)


class WhichVehicles(Filter):
    """Which vehicles are wanted."""

    plate: Line | None = field(zh="号牌", en="Plate", default=None)


def _ask(at: Acting, asked: WhichVehicles, after: str | None, limit: int) -> Page[Vehicle]:
    (last,) = key_of(after, 0)
    found = vehicles.listed(at.connection, plate=asked.plate, after=int(last), most=limit + 1)
    return page_of(found, limit, lambda one: one.vehicle_id)


VEHICLES: Final = Table[Vehicle, WhichVehicles](
    code="vehicles",
    path="/vehicles",
    page="/vehicles",
    words=Words("车辆", "Vehicles"),
    about="The vehicles of the institutions that the reader sees.",
    tag="vehicles",
    columns=(
        Column("vehicle_id", Words("编号", "Id"), lambda row: row.vehicle_id, "whole", apart=True),
        Column("plate", Words("号牌", "Plate"), lambda row: row.plate),
        Column(
            "institution_id",
            Words("机构", "Institution"),
            lambda row: row.institution_id,
            "whole",
            shown=lambda row, lang: (row.name_zh if lang == "zh" else row.name_en) or "",
            link=lambda row: f"/institutions/{row.institution_id}",
        ),
        Column("since", Words("启用日期", "In use since"), lambda row: row.since, "day"),
    ),
    filter=WhichVehicles,
    ask=_ask,
)
