"""Which answers of quota standards are wanted, and a page of them."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from actions.accounts.closing_fields import Year
from actions.accounts.standards import Held, asked_of, held
from actions.accounts.standards_words import GRADES, VERDICTS
from actions.fields import Acting, Words, field
from actions.kinds import Id, Line
from actions.registry.institutions import institution_name
from actions.tables import Filter
from actions.things import every_region
from compact.standard_answers import Answer, Applies, Verdict
from compact.standards import Grade
from metering.errors import InputError
from storage.accounts import standard_figures
from storage.pages import Page, cursor_of, key_of

_AT_ONCE: Final = 400  # institutions, where few of them are asked for
_MOST: Final = 20_000


class Which(StrEnum):
    """Which standards are shown of an institution."""

    OWN = "own"
    COMPARED = "compared"
    EVERY = "every"


WHICH: Final[Mapping[str, Words]] = {
    Which.OWN: Words("本机构适用或可能适用的", "those that apply, or may"),
    Which.COMPARED: Words("另加外省标准作比较", "with those of other provinces, to compare"),
    Which.EVERY: Words("全部,含不适用的原因", "all, and why they do not apply"),
}


class WhichStandards(Filter):
    """Of which year, institutions and standards answers are wanted."""

    year: Year | None = field(
        zh="年度", en="Year", hint=("不填为上一年", "Left open: last year"), default=None
    )
    institution: Id | None = field(
        zh="机构编号", en="Institution id", called=institution_name, default=None
    )
    region: Id | None = field(
        zh="行政区划(含下级)", en="Region, with its lower ones", choices=every_region, default=None
    )
    standard: Line | None = field(zh="标准编号含", en="Number of the standard has", default=None)
    which: Which | None = field(zh="标准", en="Standards", names=WHICH, default=None)
    verdict: Verdict | None = field(zh="结论", en="Answer", names=VERDICTS, default=None)
    grade: Grade | None = field(zh="等级", en="Grade", names=GRADES, default=None)

    def wants(self, one: Answer) -> bool:
        """Return whether an answer is asked for."""
        number = "" if one.standard is None else one.standard.standard_no
        wide = self.which or Which.OWN
        return (
            (wide is Which.EVERY or one.applies is not Applies.NO)
            and (wide is not Which.OWN or one.applies is not Applies.ELSEWHERE)
            and (self.standard is None or self.standard.lower() in number.lower())
            and self.verdict in (None, one.verdict)
            and self.grade in (None, one.grade)
        )


def answered(at: Acting, asked: WhichStandards, after: str | None, limit: int) -> Page[Held]:
    """Return the answers of so many institutions of which any is asked for.

    Where few are, more institutions are looked at each time; InputError where none is found among
    very many.
    """
    (last,) = key_of(after, 0)
    year = asked_of(at.connection, asked.year or at.today.year - 1, at.today)
    step, looked = limit, 0
    while looked < _MOST:
        ids = standard_figures.institutions(
            at.connection, asked.institution, asked.region, int(last), step + 1
        )
        some = ids[:step]
        found = [one for one in held(at.connection, year, some) if asked.wants(one.answer)]
        whose = list(dict.fromkeys(one.institution_id for one in found))[:limit]
        if whose or len(ids) <= step:
            rows = [one for one in found if one.institution_id in whose]
            end = whose[-1] if len(whose) == limit else some[-1] if some else 0
            more = len(ids) > step or (some != [] and end < some[-1])
            return Page(rows, cursor_of(end) if more else None)
        last, looked = some[-1], looked + len(some)
        step = min(4 * step, _AT_ONCE)
    raise _none_of_many()


def _none_of_many() -> InputError:
    return InputError(
        "standards.none_of_many",
        zh=f"接下来的 {_MOST:,} 家机构中没有符合条件的。",
        en=f"Nothing matches among the next {_MOST:,} institutions.",
        next_zh="请按行政区划或机构缩小范围,或放宽条件。",
        next_en="Narrow it by region or institution, or ask for less.",
        where={"field": "region"},
    )
