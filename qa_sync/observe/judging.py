"""Compares the two records of a pair, claim by claim, as an audit does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import tzinfo

from msgspec import Struct

from qa_sync.audit.expressions.outcomes import Outcome, OutcomeCode, PropertyFormats, compare_canonical, compare_values
from qa_sync.audit.expressions.value_keys import keys_of
from qa_sync.audit.model import AuditableSection, Claim
from qa_sync.dataflow.model import When
from qa_sync.errors import NotConvertible
from qa_sync.observe.model import ReadRecord
from qa_sync.values.canonical import to_canonical
from qa_sync.values.condition import to_text
from qa_sync.values.form import Canonical, Json
from qa_sync.values.record_form import in_record

Translate = Callable[[int, str], str | None]
"""Returns the id of the counterpart of a referenced record: by the ordinal of its section, and its id."""


class Judge(Struct, frozen=True):
    """Decides which claims of a section hold for two records."""

    section: AuditableSection
    zone: tzinfo
    translate: Translate

    def outcomes(self, source: ReadRecord, target: ReadRecord) -> Mapping[str, Outcome]:
        """Return the outcome of each claim that applies to the pair, by the claim's id."""
        applying = (c for c in self.section.checked_claims if self._applies(c, source, target))
        return {c.id: self._compare(c, source, target) for c in applying}

    def holds(self, claim: Claim, outcome: Outcome) -> bool:
        """Return whether an outcome is what the claim says; what cannot be compared is no difference."""
        settled = OutcomeCode.EMPTY if claim.erase else OutcomeCode.FILLED
        return outcome.code <= settled or outcome.code in {OutcomeCode.UNREADABLE, OutcomeCode.LOST}

    def is_same(self, claim: Claim, source: ReadRecord, target: ReadRecord) -> bool:
        """Return whether both records have the same value, which is not empty."""
        return self._compare(claim, source, target).code is OutcomeCode.SAME

    def keys(self, at: int, record: ReadRecord) -> tuple[str, ...]:
        """Return the keys by which a record of the source (0) or the target (1) is matched, with their number."""
        found = []
        for number, ends in enumerate(self.section.match.keys):
            forms = PropertyFormats(ends[0].form, ends[1].form, self.zone)
            keys = keys_of(record.values.get(ends[at].path), ends[at].form, forms)
            found += [f"{number}:{key}" for key in keys]
        return tuple(found)

    def _applies(self, claim: Claim, *pair: ReadRecord) -> bool:
        return all(_holds(when, record) for whens, record in zip(claim.conditions, pair, strict=True) for when in whens)

    def _compare(self, claim: Claim, source: ReadRecord, target: ReadRecord) -> Outcome:
        one, other = source.values.get(claim.source.path), target.values.get(claim.target.path)
        forms = PropertyFormats(
            in_record(claim.source.form, source.values.get), in_record(claim.target.form, target.values.get), self.zone
        )
        if claim.id_section is None:
            return compare_values(one, other, forms)
        try:
            return compare_canonical(self._counterparts(claim.id_section, one, forms), other, forms)
        except NotConvertible as error:
            return Outcome(OutcomeCode.UNREADABLE, error.message)
        except LookupError:
            return Outcome(OutcomeCode.LOST)

    def _counterparts(self, section: int, wire: Json, forms: PropertyFormats) -> Canonical:
        return self._translated(section, to_canonical(wire, forms.source))

    def _translated(self, section: int, value: Canonical) -> Canonical:
        if isinstance(value, tuple):
            return tuple(self._translated(section, one) for one in value)
        if value is None:
            return None
        found = self.translate(section, str(value))
        if found is None:
            raise LookupError
        return found


def _holds(when: When, record: ReadRecord) -> bool:
    return to_text(record.values.get(when.path)) == when.value
