"""Whom a member names: its competent authorities by subject, and its liaison officers, dated."""

from enum import StrEnum
from typing import Final

from pydantic import BaseModel

from actions.compact.found_union import source_field
from actions.compact.things import MEMBER
from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field, plain
from actions.kinds import Day, Line
from actions.rights import Right
from storage.compact import contacts
from storage.compact.memberships import MembershipRow


class Subject(StrEnum):
    """For what an authority is competent."""

    ENERGY = "energy"
    STATISTICS = "statistics"
    QUOTAS = "quotas"
    ASSESSMENT = "assessment"
    STANDARDS = "standards"
    FINANCE = "finance"


class Body(StrEnum):
    """What kind of authority it is; that differs by region."""

    OFFICES_ADMINISTRATION = "offices_administration"
    DEVELOPMENT_REFORM = "development_reform"
    ENERGY_BUREAU = "energy_bureau"
    STATISTICS = "statistics"
    FINANCE = "finance"
    OTHER = "other"


class Place(StrEnum):
    """Who is asked first, and who in the place of that one."""

    OFFICER = "officer"
    DEPUTY = "deputy"


SUBJECTS: Final = {
    "energy": Words("节能监督管理", "Energy saving"),
    "statistics": Words("统计调查", "Statistics"),
    "quotas": Words("指标下达", "Issue of quotas"),
    "assessment": Words("目标责任考核", "Assessment"),
    "standards": Words("定额与标准", "Quota standards"),
    "finance": Words("资金", "Finance"),
}
BODIES: Final = {
    "offices_administration": Words("机关事务管理部门", "Offices administration"),
    "development_reform": Words("发展改革部门", "Development and reform commission"),
    "energy_bureau": Words("能源管理部门", "Energy bureau"),
    "statistics": Words("统计部门", "Statistics bureau"),
    "finance": Words("财政部门", "Finance department"),
    "other": Words("其他", "Another"),
}
PLACES: Final = {
    "officer": Words("联络员", "Liaison officer"),
    "deputy": Words("副联络员", "Deputy"),
}


class AuthorityNamed(BaseModel):
    """Whether it is new, or was known so already."""

    region_id: int
    subject: str
    new: bool


class OfficerNamed(BaseModel):
    """Whether it is new, or was known so already."""

    membership_id: int
    place: str
    new: bool


class NameAuthority(Action[MembershipRow, AuthorityNamed]):
    """Name the member's competent authority for a subject, from a day on.

    Its name, kind and powers differ by region; where it lacks a power, say who holds that.
    """

    about = About(
        code="member.authority",
        on=MEMBER,
        right=Right.PLAN,
        path="/members/{on}/authorities",
        tag="unions and targets",
        zh="登记主管机关",
        en="Name a competent authority",
        done=("已登记。", "Recorded."),
    )

    subject: Subject = field(zh="事项", en="Subject", names=SUBJECTS, examples=["energy"])
    name_zh: Line = field(zh="中文名称", en="Chinese name", examples=["甲省机关事务管理局"])
    name_en: Line = field(
        zh="英文名称", en="English name", examples=["Offices administration of Province A"]
    )
    kind: Body = field(zh="类别", en="Kind", names=BODIES, examples=["offices_administration"])
    powers: Line = field(
        zh="职权", en="Powers", examples=["Issues quotas to institutions of its own level"]
    )
    held_by: Line | None = field(
        zh="缺少的职权由谁行使", en="Who holds a power that it lacks", default=None
    )
    since: Day = field(zh="自何日起", en="From which day", examples=["2026-01-01"])
    source: Line = source_field()

    @classmethod
    def copies(cls) -> bool:
        """Return that dated rows come by COPY."""
        return True

    def foresee(self, on: MembershipRow, at: Acting) -> list[Effect]:
        """Return who is competent today, and would be."""
        known = {one.subject: one for one in contacts.authorities(at.connection, on.region_id)}
        old = known.get(self.subject)
        before = None if old is None else Words(old.name_zh, old.name_en)
        day = self.since.isoformat()
        after = Words(f"{self.name_zh}({day} 起)", f"{self.name_en}, since {day}")
        return [Effect("authority", SUBJECTS[self.subject], before, after)]

    def do(self, on: MembershipRow, at: Acting) -> AuthorityNamed:
        """Name it."""
        names = self.name_zh, self.name_en
        row = (self.subject.value, *names, self.kind.value, self.powers, self.held_by)
        new = contacts.name_authority(
            at.connection, on.region_id, (*row, self.since, self.source), at.actor
        )
        return AuthorityNamed(region_id=on.region_id, subject=self.subject.value, new=new)


class NameOfficer(Action[MembershipRow, OfficerNamed]):
    """Name the member's liaison officer in this union, or the deputy, from a day on."""

    about = About(
        code="member.liaison",
        on=MEMBER,
        right=Right.PLAN,
        path="/members/{on}/liaison",
        tag="unions and targets",
        zh="登记联络员",
        en="Name a liaison officer",
        done=("已登记。", "Recorded."),
    )

    place: Place = field(zh="职务", en="Place", names=PLACES, default=Place.OFFICER)
    name: Line = field(zh="姓名", en="Name", examples=["Wang Fang"])
    contact: Line = field(zh="联系方式", en="How to reach them", examples=["010-0000 0000"])
    since: Day = field(zh="自何日起", en="From which day", examples=["2026-01-01"])
    source: Line = source_field()

    @classmethod
    def copies(cls) -> bool:
        """Return that dated rows come by COPY."""
        return True

    def foresee(self, on: MembershipRow, at: Acting) -> list[Effect]:
        """Return who it is today, and would be."""
        known = contacts.officers(at.connection, on.union_id, on.region_id)
        before = next((plain(one.name) for one in known if one.place == self.place), None)
        return [Effect("liaison", PLACES[self.place], before, plain(self.name))]

    def do(self, on: MembershipRow, at: Acting) -> OfficerNamed:
        """Name them."""
        row = self.place.value, self.name, self.contact, self.since, self.source
        new = contacts.name_officer(at.connection, on.union_id, on.region_id, row, at.actor)
        return OfficerNamed(membership_id=on.membership_id, place=self.place.value, new=new)
