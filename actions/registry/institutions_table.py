"""The table of institutions as they are today; what is not known is empty."""

from typing import Final

from actions.fields import Acting, Words, field
from actions.kinds import Id, Line
from actions.registry.named import either, institution_columns, number
from actions.tables import Filter, Table, attribute, page_of
from actions.things import every_line, every_region
from storage.pages import Page, key_of
from storage.registry import institutions
from storage.registry.institutions import Institution, InstitutionFilter


class WhichInstitutions(Filter):
    """Which institutions are wanted."""

    search: Line | None = field(
        zh="名称或信用代码", en="Part of a name or credit code", default=None
    )
    region: Id | None = field(
        zh="行政区划(含下级)", en="Region, with its lower ones", choices=every_region, default=None
    )
    department_line: Line | None = field(
        zh="主管部门", en="Department line", choices=every_line, default=None
    )
    class_code: Line | None = field(zh="类别代码", en="Class", default=None)

    def wanted(self) -> InstitutionFilter:
        """Return the filter of the query."""
        return InstitutionFilter(self.search, self.region, self.department_line, self.class_code)


def _ask(at: Acting, asked: WhichInstitutions, after: str | None, limit: int) -> Page[Institution]:
    (last,) = key_of(after, 0)
    found = institutions.listed(at.connection, asked.wanted(), after=int(last), most=limit + 1)
    return page_of(found, limit, lambda one: one.institution_id)


INSTITUTIONS: Final = Table[Institution, WhichInstitutions](
    code="institutions",
    path="/institutions",
    words=Words("公共机构", "Institutions"),
    about="The institutions that the reader's grants cover, in order of their permanent id; what "
    "is not known is null.",
    tag="institutions",
    columns=(
        *institution_columns(),
        attribute("credit_code", "统一社会信用代码", "Unified social credit code"),
        attribute("class_code", "类别代码", "Class code"),
        attribute("class_zh", "类别", "Class, Chinese", only="programs"),
        attribute("class_en", "类别(英文)", "Class, English", only="programs"),
        either("class", "类别", "Class"),
        attribute("roster_status", "名录状态", "Roster status"),
        attribute("disclosure", "公开范围", "Disclosure"),
        number("area_m2", "建筑面积", "Floor area", unit="m2"),
        number("persons", "用能人数", "Persons"),
        attribute(
            "region_id",
            "行政区划编号",
            "Region id",
            "whole",
            hint=("隶属所在,计入其合计", "Of its affiliation: in whose total it counts"),
        ),
        attribute("region_zh", "行政区划", "Region, Chinese", only="programs"),
        attribute("region_en", "行政区划(英文)", "Region, English", only="programs"),
        either("region", "行政区划", "Region"),
        attribute("level", "级别", "Level"),
        attribute("department_line", "主管部门代码", "Department line code"),
        attribute("line_zh", "主管部门", "Department line, Chinese", only="programs"),
        attribute("line_en", "主管部门(英文)", "Department line, English", only="programs"),
        either("line", "主管部门", "Department line"),
        attribute(
            "location_region_id",
            "所在地编号",
            "Location id",
            "whole",
            hint=("所在地的行政区划", "Where it stands"),
        ),
        attribute("location_zh", "所在地", "Location, Chinese", only="programs"),
        attribute("location_en", "所在地(英文)", "Location, English", only="programs"),
        either("location", "所在地", "Location"),
        attribute(
            "carriers",
            "能源品种",
            "Carriers",
            "several",
            hint=("其台账的能源品种", "Those that its accounts are kept for"),
        ),
    ),
    filter=WhichInstitutions,
    ask=_ask,
)
