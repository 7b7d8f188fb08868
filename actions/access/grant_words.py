"""What a grant is in words: its role, its scope, and what the scope names."""

from enum import StrEnum
from typing import Final

from actions.fields import Words
from storage.access.grants import GrantRow


class Scope(StrEnum):
    """Where somebody may do it."""

    ALL = "all"
    REGION = "region"
    DEPARTMENT_LINE = "department_line"
    UNION = "union"
    INSTITUTION = "institution"


SCOPES: Final = {
    "all": Words("全部", "Everything"),
    "region": Words("行政区划及其下级", "A region and those below it"),
    "department_line": Words("主管系统", "A department line"),
    "union": Words("区域联合体", "A union"),
    "institution": Words("一家机构", "One institution"),
}


def words_of(grant: GrantRow) -> Words:
    """Return role, scope and what the scope names; by its number where the name is not known."""
    scope = SCOPES[grant.scope]
    number = next(
        (str(one) for one in (grant.region_id, grant.department_line, grant.union_id,
                              grant.institution_id) if one is not None), ""
    )  # fmt: skip
    zh, en = grant.of_zh or number, grant.of_en or grant.of_zh or number
    parts_zh = (grant.role_zh, scope.zh, zh)
    parts_en = (grant.role_en, scope.en, en)
    return Words(" · ".join(filter(None, parts_zh)), " · ".join(filter(None, parts_en)))
