"""Claims about property values: one side must have the converted value that is read from the other."""

from __future__ import annotations

from functools import partial

from msgspec.structs import replace

from qa_sync.checklist.claims import NotCleared, PropertySynced
from qa_sync.checklist.side import Side
from qa_sync.dataflow.model import PropertyPair
from qa_sync.errors import NotConvertible
from qa_sync.running.claims.naming import entity_name, no_counterpart, property_of
from qa_sync.running.claims.verdict import Verdict
from qa_sync.running.events import Status
from qa_sync.running.records.scenario_records import RecordKey, ScenarioRecords
from qa_sync.systems.cards import PropertyCard
from qa_sync.values.comparison.compare import Difference, compare, format_value
from qa_sync.values.condition import Condition
from qa_sync.values.conversions.conversion import wire_text
from qa_sync.values.data_types import possible, wrong_notation, wrong_type
from qa_sync.values.form import Canonical, Form
from qa_sync.values.paths import read
from qa_sync.values.record_form import in_record
from qa_sync.values.regions import with_country


def check_property(records: ScenarioRecords, claim: PropertySynced) -> Verdict:
    """Return whether a pair agrees; of several pairs with one destination any may agree."""
    first = _check_pair(records, claim, claim.pair)
    if first.status is not Status.FAILED or first.final or not claim.alternatives:
        return first
    others = (_check_pair(records, claim, pair) for pair in claim.alternatives)
    return next((v for v in others if v.status is Status.PASSED), first)


def _check_pair(records: ScenarioRecords, claim: PropertySynced, pair: PropertyPair) -> Verdict:
    here, there = RecordKey(claim.role, claim.side.other), RecordKey(claim.role, claim.side)
    if there not in records.ids:
        return no_counterpart(records, there)
    records.current(here)
    records.current(there)
    left, right = property_of(records, here, pair), property_of(records, there, pair)
    references = (records.ref(here), records.ref(there))
    try:
        expected = _expected(records, here, left)
        overwritten = _overwritten_verdict(records, here, left) if claim.other_unchanged else None
    except NotConvertible as error:
        return Verdict(Status.ERROR, f"{entity_name(records, here)} {left.path}: {error.message}", records=references)
    no_verdict = _no_verdict(records, here, left, expected)
    if no_verdict or overwritten:
        return replace(no_verdict or overwritten or Verdict(Status.PASSED), records=references)
    return replace(_compare_values(records, there, (left, right), expected, pair), records=references)


def _compare_values(
    records: ScenarioRecords,
    there: RecordKey,
    cards: tuple[PropertyCard, PropertyCard],
    expected: Canonical,
    pair: PropertyPair,
) -> Verdict:
    left, right = cards
    data = records.latest[there].data
    wire = read(data, right.path)
    if there.side is Side.TARGET and (unmet_condition := _unmet_condition(records, there, pair)):
        return unmet_condition
    # A value that the API cannot represent is a fault of the spec, which lint reports, not of the sync.
    spec_type = pair.type if there.side is Side.TARGET else None
    declared = spec_type if spec_type and possible(spec_type, right.form.type) else None
    if reason := wrong_type(wire, declared):
        message = f"{entity_name(records, there)} {right.path}: {reason} ({Difference.TYPE})"
        return Verdict(Status.FAILED, message, format_value(expected), wire, final=False, difference=Difference.TYPE)
    try:
        actual = records.value(there, records.latest[there], right.path)
    except NotConvertible as error:
        got = f"expected {format_value(expected)!r}, got an invalid value: {error.message}"
        message = f"{entity_name(records, there)} {right.path}: {got}"
        return Verdict(Status.FAILED, message, format_value(expected), wire, final=False, difference=Difference.FORMAT)
    forms = (
        _form_in_record(records, RecordKey(there.role, there.side.other), left),
        _form_in_record(records, there, right),
    )
    verdict = compare(expected, actual, *forms, records.environment.zone)
    if verdict.same and (reason := wrong_notation(wire, with_country(right.form, partial(read, data)))):
        message = f"{entity_name(records, there)} {right.path}: {reason} ({Difference.FORMAT})"
        return Verdict(Status.FAILED, message, format_value(expected), wire, final=False, difference=Difference.FORMAT)
    if verdict.same:
        return Verdict(Status.PASSED, None, format_value(expected), format_value(actual))
    message = f"{entity_name(records, there)} {right.path}: {verdict.detail} ({verdict.difference})"
    return Verdict(
        Status.FAILED,
        message,
        format_value(expected),
        format_value(actual),
        final=False,
        difference=verdict.difference,
        unchanged=_is_unchanged(records, there, cards, actual),
    )


def _is_unchanged(
    records: ScenarioRecords, there: RecordKey, cards: tuple[PropertyCard, PropertyCard], actual: Canonical
) -> bool:
    """Return whether the value is the one that either side had before the last edit: then nothing has arrived."""
    here = RecordKey(there.role, there.side.other)
    for key, card in zip((here, there), cards, strict=True):
        before = records.before_edit.get(key)
        try:
            if before and records.value(key, before, card.path) == actual:
                return True
        except NotConvertible:
            continue
    return False


def _form_in_record(records: ScenarioRecords, key: RecordKey, card: PropertyCard) -> Form:
    """Return the form of a property in one record: its currency decides the decimal places of money."""
    return in_record(card.form, partial(read, records.latest[key].data))


def _unmet_condition(records: ScenarioRecords, there: RecordKey, pair: PropertyPair) -> Verdict | None:
    """Return the failure when the target does not have the value that the row depends on."""
    for when in pair.target_when:
        found = read(records.latest[there].data, when.path)
        if not Condition(when.path, (when.value,)).holds_for(found):
            name = f"{entity_name(records, there)} {when.path}, on which {pair.target} depends"
            message = f"{name}: expected {when.value!r}, got {wire_text(found)}"
            return Verdict(Status.FAILED, message, when.value, found, final=False, difference=Difference.VALUE)
    return None


def _expected(records: ScenarioRecords, here: RecordKey, left: PropertyCard) -> Canonical:
    value = records.value(here, records.latest[here], left.path)
    if left.references is None:
        return value
    if isinstance(value, tuple):
        return tuple(_counterpart(records, here, left.references, v) for v in value)
    return _counterpart(records, here, left.references, value)


def _counterpart(records: ScenarioRecords, here: RecordKey, datatype: str, value: Canonical) -> Canonical:
    return None if value is None else _counterpart_of(records, here.side, datatype, str(value))


def _no_verdict(records: ScenarioRecords, here: RecordKey, left: PropertyCard, expected: Canonical) -> Verdict | None:
    if (here, left.path) in records.ignored_writes:
        reason = "the written value was not stored, so there is nothing to compare"
        return Verdict(Status.ERROR, f"{entity_name(records, here)} {left.path}: {reason}")
    if expected is None and _never_had(records, here, left):
        reason = f" ({left.why})" if left.why else ""
        return Verdict(Status.SKIPPED, f"{entity_name(records, here)} {left.path} has no value to synchronize{reason}")
    return None


def _never_had(records: ScenarioRecords, here: RecordKey, left: PropertyCard) -> bool:
    """Return whether the record was empty after its last write as well: else the sync has cleared it."""
    after_write = records.after_write.get(here)
    return after_write is None or records.value(here, after_write, left.path) is None


def _overwritten_verdict(records: ScenarioRecords, here: RecordKey, left: PropertyCard) -> Verdict | None:
    """Return the failure when the written side no longer has its value of then: the sync has overwritten it."""
    if here not in records.after_write:
        return None
    wires = [read(record.data, left.path) for record in (records.after_write[here], records.latest[here])]
    if wires[0] == wires[1]:  # nearly always, and a comparison is quicker than two conversions
        return None
    then = records.value(here, records.after_write[here], left.path)
    new = records.value(here, records.latest[here], left.path)
    if then == new:
        return None
    label = f"{entity_name(records, here)} {left.path}"
    message = f"{label}: expected {format_value(then)!r} to stay as written, got {format_value(new)!r}"
    return Verdict(
        Status.FAILED, message, format_value(then), format_value(new), final=False, difference=Difference.VALUE
    )


def check_not_cleared(records: ScenarioRecords, claim: NotCleared) -> Verdict:
    """Return whether a value stays when the other side is cleared, or is cleared as well."""
    here, there = RecordKey(claim.role, claim.side.other), RecordKey(claim.role, claim.side)
    left, right = property_of(records, here, claim.pair), property_of(records, there, claim.pair)
    if records.value(here, records.after_write[here], left.path) is not None:
        return Verdict(Status.SKIPPED, f"{entity_name(records, here)} {left.path} cannot be cleared")
    expected = None if claim.erased else records.value(there, records.snapshots[there], right.path)
    actual = records.value(there, records.current(there), right.path)
    references = (records.ref(here), records.ref(there))
    verdict = compare(expected, actual, right.form, right.form, records.environment.zone)
    if verdict.same:
        return Verdict(Status.PASSED, None, format_value(expected), format_value(actual), references)
    name = f"{entity_name(records, there)} {right.path}"
    message = f"{name} after clearing the other side: {verdict.detail} ({verdict.difference})"
    return Verdict(
        Status.FAILED,
        message,
        format_value(expected),
        format_value(actual),
        references,
        final=False,
        difference=verdict.difference,
    )


def _counterpart_of(records: ScenarioRecords, side: Side, datatype: str, id: str) -> str | None:
    """Return the id of the counterpart of a record of this scenario, None for any other record."""
    for key, own_id in records.ids.items():
        if own_id == id and key.side is side and records.card(key).datatype == datatype:
            return records.ids.get(RecordKey(key.role, side.other))
    return None
