"""What limits how much may be asked of an institution, stated by its planners with a document."""

from enum import StrEnum
from typing import Final

from pydantic import BaseModel

from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field, plain
from actions.figures import kilograms
from actions.kinds import Amount, Day, Line
from actions.registry.things import INSTITUTION
from actions.rights import Right
from compact.limits import CERTIFIED, POTENTIAL
from metering.errors import InputError
from storage.compact import evidence
from storage.compact.evidence import EvidenceRow
from storage.registry.institutions import Institution


class Evidence(StrEnum):
    """Of what a document is evidence."""

    CERTIFIED = CERTIFIED
    POTENTIAL = POTENTIAL


EVIDENCE: Final = {
    CERTIFIED: Words("先进单位(节约型机关、示范单位、能效领跑者)", "certified leader"),
    POTENTIAL: Words("审计确认的可节约量", "audited potential"),
}


class EvidenceStated(BaseModel):
    """What was kept."""

    evidence_id: int
    institution_id: int
    kind: str


class StateEvidence(Action[Institution, EvidenceStated]):
    """State that an institution is certified as a leader, or what an audit found it might save.

    Planners may let either limit what is asked of it. The newest word of a kind holds, in its days.
    """

    about = About(
        code="evidence.state",
        on=INSTITUTION,
        right=Right.PLAN,
        path="/institutions/{on}/saving-evidence",
        tag="runs and quotas",
        zh="登记节能依据",
        en="State evidence of saving",
        done=("已登记。", "Recorded."),
    )

    kind: Evidence = field(zh="依据类别", en="Evidence of", names=EVIDENCE, examples=["certified"])
    title: Line = field(
        zh="名称",
        en="What it is called",
        hint=("称号,或审计、措施的名称", "The honour, or the audit or measures"),
        examples=["节约型机关"],
    )
    saving_kgce: Amount | None = field(
        zh="每年可节约量",
        en="Saving in a year",
        unit="kgce",
        hint=("仅审计确认的可节约量填写", "Of an audited potential alone"),
        default=None,
        among=("kind", (POTENTIAL,)),
    )
    document_number: Line = field(
        zh="文号", en="Number of the document", examples=["国管节能〔2022〕1号"]
    )
    valid_from: Day = field(zh="有效期自", en="Valid from", examples=["2025-01-01"])
    valid_to: Day | None = field(
        zh="有效期止", en="Valid until", hint=("留空为长期", "Open: from then on"), default=None
    )

    def check(self, on: Institution, at: Acting) -> None:
        """Refuse a potential without an amount, an honour with one, and days that end too soon."""
        if (self.saving_kgce is None) == (self.kind is Evidence.POTENTIAL):
            raise _wrong(
                "saving_kgce",
                "可节约量只随审计确认填写,且必须填写",
                "An amount belongs to an audited potential, and it needs one",
            )
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise _wrong("valid_to", "有效期止早于起", "It ends before it begins")

    def foresee(self, on: Institution, at: Acting) -> list[Effect]:
        """Return what held before, and what will."""
        known = evidence.newest(at.connection, [on.institution_id]).get(on.institution_id, [])
        before = next((one for one in known if one.kind == self.kind), None)
        told = None if before is None else _words(before)
        return [Effect("evidence", EVIDENCE[self.kind.value], told, _words(self._row(on)))]

    def do(self, on: Institution, at: Acting) -> EvidenceStated:
        """Keep it."""
        made = evidence.add(at.connection, self._row(on), at.actor)
        return EvidenceStated(
            evidence_id=made, institution_id=on.institution_id, kind=self.kind.value
        )

    def _row(self, on: Institution) -> EvidenceRow:
        return EvidenceRow(
            institution_id=on.institution_id,
            kind=self.kind.value,
            title=self.title,
            saving_g=None if self.saving_kgce is None else int(self.saving_kgce * 1000),
            document_number=self.document_number,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
        )


def _words(row: EvidenceRow) -> Words:
    amount = "" if row.saving_g is None else f" {kilograms(row.saving_g)} kgce"
    until = "" if row.valid_to is None else row.valid_to.isoformat()
    return plain(f"{row.title}{amount} ({row.document_number}, {row.valid_from} – {until})")


def _wrong(field_name: str, zh: str, en: str) -> InputError:
    return InputError(
        f"evidence.bad_{field_name}",
        zh=f"{zh}。",
        en=f"{en}.",
        next_zh="请改正该字段。",
        next_en="Correct the field.",
        where={"field": field_name},
    )
