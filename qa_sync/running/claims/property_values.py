"""Whether a property has come over: what one side answers, converted, is what the other must show."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from qa_sync.checklist.model import Carries, Kept, Side
from qa_sync.dataflow.model import PropertyPair
from qa_sync.errors import NotConvertible
from qa_sync.running.claims.naming import entity, no_counterpart, property_of
from qa_sync.running.claims.verdict import Verdict
from qa_sync.running.events import Status
from qa_sync.running.scenario_records import Held, Scene
from qa_sync.systems.cards import PropertyCard
from qa_sync.values.canonical import to_canonical
from qa_sync.values.compare import Difference, compare, show
from qa_sync.values.condition import Condition
from qa_sync.values.conversions.currencies import in_currency
from qa_sync.values.data_types import possible, wrong_notation, wrong_type
from qa_sync.values.form import Canonical, Form
from qa_sync.values.paths import read


def carries(scene: Scene, claim: Carries) -> Verdict:
    """Tell whether a pair agrees; of several pairs with one receiving end any may."""
    first = _carries(scene, claim, claim.pair)
    if first.status is not Status.FAILED or first.final or not claim.beside:
        return first
    others = (_carries(scene, claim, pair) for pair in claim.beside)
    return next((v for v in others if v.status is Status.PASSED), first)


def _carries(scene: Scene, claim: Carries, pair: PropertyPair) -> Verdict:
    here, there = Held(claim.role, claim.side.other), Held(claim.role, claim.side)
    if there not in scene.ids:
        return no_counterpart(scene, there)
    scene.seen(here)
    scene.seen(there)
    left, right = property_of(scene, here, pair), property_of(scene, there, pair)
    named = (scene.ref(here), scene.ref(there))
    try:
        expected = _expected(scene, here, left)
        overwritten = _undone(scene, here, left) if claim.stays else None
    except NotConvertible as error:
        return Verdict(Status.ERROR, f"{entity(scene, here)} {left.path}: {error.message}", records=named)
    unclear = _unclear(scene, here, left, expected)
    if unclear or overwritten:
        return replace(unclear or overwritten or Verdict(Status.PASSED), records=named)
    return replace(_compared(scene, there, (left, right), expected, pair), records=named)


def _compared(
    scene: Scene, there: Held, ends: tuple[PropertyCard, PropertyCard], expected: Canonical, pair: PropertyPair
) -> Verdict:
    left, right = ends
    name = f"{entity(scene, there)} {right.path}"
    wire = read(scene.latest[there].data, right.path)
    if there.side is Side.TARGET and (unmet := _unmet(scene, there, pair)):
        return unmet
    # What the API cannot show is the document's fault, which lint tells of, not the sync's.
    told_type = pair.type if there.side is Side.TARGET else None
    declared = told_type if told_type and possible(told_type, right.form.type) else None
    if why := wrong_type(wire, declared):
        told = f"{name}: {why} ({Difference.TYPE})"
        return Verdict(Status.FAILED, told, show(expected), wire, final=False, difference=Difference.TYPE)
    try:
        actual = to_canonical(wire, right.form)
    except NotConvertible as error:
        told = f"{name}: expected {show(expected)!r}, got something else: {error.message}"
        return Verdict(Status.FAILED, told, show(expected), wire, final=False, difference=Difference.FORMAT)
    forms = (_as_shown(scene, Held(there.role, there.side.other), left), _as_shown(scene, there, right))
    verdict = compare(expected, actual, *forms, scene.stage.zone)
    if verdict.same and (why := wrong_notation(wire, right.form)):
        told = f"{name}: {why} ({Difference.FORMAT})"
        return Verdict(Status.FAILED, told, show(expected), wire, final=False, difference=Difference.FORMAT)
    if verdict.same:
        return Verdict(Status.PASSED, None, show(expected), show(actual))
    told = f"{name}: {verdict.detail} ({verdict.difference})"
    return Verdict(Status.FAILED, told, show(expected), show(actual), final=False, difference=verdict.difference)


def _as_shown(scene: Scene, held: Held, card: PropertyCard) -> Form:
    """Return the form of a property in one record, whose currency says how exact its money is."""
    return in_currency(card.form, partial(read, scene.latest[held].data))


def _unmet(scene: Scene, there: Held, pair: PropertyPair) -> Verdict | None:
    """Tell when the target does not hold what the row depends on."""
    for when in pair.target_when:
        found = read(scene.latest[there].data, when.path)
        if not Condition(when.path, (when.value,)).holds_for(found):
            name = f"{entity(scene, there)} {when.path}, on which {pair.target} depends"
            told = f"{name}: expected {when.value!r}, got {found!r}"
            return Verdict(Status.FAILED, told, when.value, found, final=False, difference=Difference.VALUE)
    return None


def _expected(scene: Scene, here: Held, left: PropertyCard) -> Canonical:
    value = to_canonical(read(scene.latest[here].data, left.path), left.form)
    if left.references is None:
        return value
    if isinstance(value, tuple):
        return tuple(_counterpart(scene, here, left.references, v) for v in value)
    return _counterpart(scene, here, left.references, value)


def _counterpart(scene: Scene, here: Held, datatype: str, value: Canonical) -> Canonical:
    return None if value is None else scene.counterpart_of(here.side, datatype, str(value))


def _unclear(scene: Scene, here: Held, left: PropertyCard, expected: Canonical) -> Verdict | None:
    name = f"{entity(scene, here)} {left.path}"
    if (here, left.path) in scene.ignored:
        return Verdict(Status.ERROR, f"{name}: the value that was written did not stay; nothing to follow")
    if expected is None and _never_had(scene, here, left):
        why = f" ({left.why})" if left.why else ""
        return Verdict(Status.SKIPPED, f"{name} has no value to carry{why}")
    return None


def _never_had(scene: Scene, here: Held, left: PropertyCard) -> bool:
    """Tell whether the record showed nothing either when it was last written: else the sync has emptied it."""
    answered = scene.answered.get(here)
    return answered is None or to_canonical(read(answered.data, left.path), left.form) is None


def _undone(scene: Scene, here: Held, left: PropertyCard) -> Verdict | None:
    """Tell when the side that was written no longer shows what it answered then: the sync has overwritten it."""
    if here not in scene.answered:
        return None
    then = to_canonical(read(scene.answered[here].data, left.path), left.form)
    now = to_canonical(read(scene.latest[here].data, left.path), left.form)
    if then == now:
        return None
    told = f"{entity(scene, here)} {left.path}: expected {show(then)!r} to stay as written, got {show(now)!r}"
    return Verdict(Status.FAILED, told, show(then), show(now), final=False, difference=Difference.VALUE)


def kept(scene: Scene, claim: Kept) -> Verdict:
    """Tell whether a value has outlived that the other side's was cleared, or has gone with it."""
    here, there = Held(claim.role, claim.side.other), Held(claim.role, claim.side)
    left, right = property_of(scene, here, claim.pair), property_of(scene, there, claim.pair)
    if to_canonical(read(scene.answered[here].data, left.path), left.form) is not None:
        return Verdict(Status.SKIPPED, f"{entity(scene, here)} {left.path} cannot be cleared")
    expected = None if claim.erased else to_canonical(read(scene.remembered[there].data, right.path), right.form)
    actual = to_canonical(read(scene.seen(there).data, right.path), right.form)
    named = (scene.ref(here), scene.ref(there))
    verdict = compare(expected, actual, right.form, right.form, scene.stage.zone)
    if verdict.same:
        return Verdict(Status.PASSED, None, show(expected), show(actual), named)
    told = f"{entity(scene, there)} {right.path}, cleared on the other side: {verdict.detail} ({verdict.difference})"
    return Verdict(Status.FAILED, told, show(expected), show(actual), named, final=False, difference=verdict.difference)
