"""Claims -> verdicts; what is expected is what the other system answers when read back, never what we sent."""

from __future__ import annotations

from dataclasses import dataclass, replace

from qa_sync.checklist.model import Alone, Appears, Carries, Claim, Side, Unchanged
from qa_sync.dataflow.model import PropertyPair
from qa_sync.errors import NotConvertible
from qa_sync.running.events import RecordRef, Status
from qa_sync.running.scene import Held, Scene
from qa_sync.systems.cards import PropertyCard
from qa_sync.values.canonical import to_canonical
from qa_sync.values.compare import compare, show
from qa_sync.values.form import Canonical, Json
from qa_sync.values.paths import read


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one look says about one claim; when it is not `final`, a later look may say otherwise."""

    status: Status
    message: str | None = None
    expected: Json = None
    actual: Json = None
    records: tuple[RecordRef, ...] = ()
    final: bool = True


def judge(scene: Scene, claim: Claim) -> Verdict:
    """Look at the systems and decide one claim; raises CouldNotFindOut when they do not answer."""
    match claim:
        case Appears():
            return _appears(scene, Held(claim.role, claim.side), once=claim.once)
        case Alone():
            return _alone(scene, Held(claim.role, claim.side))
        case Carries():
            return _carries(scene, claim)
        case Unchanged():
            return _unchanged(scene, claim.role)


def _appears(scene: Scene, held: Held, *, once: bool) -> Verdict:
    found = scene.find(held)
    refs = _refs(scene, held, found)
    if len(found) == 1 or (found and not once):
        return Verdict(Status.PASSED, records=refs)
    wanted = "exactly one" if once else "a"
    told = f"expected {wanted} {_entity(scene, held)} with {_recognised_by(scene, held)}, got {len(found)}"
    return Verdict(Status.FAILED, told, 1, len(found), refs, final=False)


def _alone(scene: Scene, held: Held) -> Verdict:
    return _appears(scene, held, once=True) if held in scene.ids else _no_counterpart(scene, held)


def _carries(scene: Scene, claim: Carries) -> Verdict:
    here, there = Held(claim.role, claim.side.other), Held(claim.role, claim.side)
    if there not in scene.ids:
        return _no_counterpart(scene, there)
    left, right = _property(scene, here, claim.pair), _property(scene, there, claim.pair)
    refs = (scene.ref(here), scene.ref(there))
    try:
        expected = _expected(scene, here, left)
    except NotConvertible as error:
        return Verdict(Status.ERROR, f"{_entity(scene, here)} {left.path}: {error.message}", records=refs)
    if unclear := _unclear(scene, here, left, expected) or _undone(scene, here, left):
        return replace(unclear, records=refs)
    return replace(_compared(scene, there, (left, right), expected), records=refs)


def _compared(scene: Scene, there: Held, ends: tuple[PropertyCard, PropertyCard], expected: Canonical) -> Verdict:
    left, right = ends
    name = f"{_entity(scene, there)} {right.path}"
    wire = read(scene.latest[there].data, right.path)
    try:
        actual = to_canonical(wire, right.form)
    except NotConvertible as error:
        return Verdict(Status.FAILED, f"{name}: {error.message}", show(expected), wire, final=False)
    verdict = compare(expected, actual, left.form, right.form, scene.stage.zone)
    if verdict.same:
        return Verdict(Status.PASSED, None, show(expected), show(actual))
    told = f"{name}: {verdict.detail} ({verdict.difference})"
    return Verdict(Status.FAILED, told, show(expected), show(actual), final=False)


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
    name = f"{_entity(scene, here)} {left.path}"
    if (here, left.path) in scene.ignored:
        return Verdict(Status.ERROR, f"{name}: the value that was written did not stay; nothing to follow")
    if expected is None:
        why = f" ({left.why})" if left.why else ""
        return Verdict(Status.SKIPPED, f"{name} has no value to carry{why}")
    return None


def _undone(scene: Scene, here: Held, left: PropertyCard) -> Verdict | None:
    """Tell when the side that was written no longer shows what it answered then: the sync has overwritten it."""
    if here not in scene.answered:
        return None
    then = to_canonical(read(scene.answered[here].data, left.path), left.form)
    now = to_canonical(read(scene.latest[here].data, left.path), left.form)
    if then == now:
        return None
    told = f"{_entity(scene, here)} {left.path}: expected {show(then)!r} to stay as written, got {show(now)!r}"
    return Verdict(Status.FAILED, told, show(then), show(now), final=False)


def _unchanged(scene: Scene, role: str) -> Verdict:
    both = [Held(role, side) for side in Side]
    return next((copied for held in both if (copied := _copied(scene, held))), None) or _moved(scene, both)


def _copied(scene: Scene, held: Held) -> Verdict | None:
    """Tell when there are more records with the role's mark than there were."""
    known, found = scene.known(held), scene.find(held)
    if len(found) <= known:
        return None
    told = f"expected {known} {_entity(scene, held)} with {scene.marks[held.role]}, got {len(found)}"
    return Verdict(Status.FAILED, told, known, len(found), _refs(scene, held, found), final=False)


def _moved(scene: Scene, both: list[Held]) -> Verdict:
    """Tell which members of the records are not as they were remembered."""
    changes = []
    for held in both:
        before, now = scene.remembered[held].data, scene.look(held).data
        keys = [key for key in {**before, **now} if before.get(key) != now.get(key)]
        changes += [(held, key, before.get(key), now.get(key)) for key in keys]
    refs = tuple(scene.ref(held) for held in both)
    if not changes:
        return Verdict(Status.PASSED, records=refs)
    told = "; ".join(f"{_entity(scene, held)} {key}: was {was!r}, now {now!r}" for held, key, was, now in changes)
    was, now = ({f"{held.side}.{key}": value[at] for held, key, *value in changes} for at in (0, 1))
    return Verdict(Status.FAILED, f"changed although nobody edited it: {told}", was, now, refs, final=False)


def _no_counterpart(scene: Scene, held: Held) -> Verdict:
    return Verdict(Status.SKIPPED, f"needs a counterpart, and there is no {_entity(scene, held)}", final=False)


def _refs(scene: Scene, held: Held, found: list[str]) -> tuple[RecordRef, ...]:
    return tuple(RecordRef(scene.system(held).label, scene.card(held).names[0], one) for one in found)


def _property(scene: Scene, held: Held, pair: PropertyPair) -> PropertyCard:
    return scene.card(held).properties[pair.source if held.side is Side.SOURCE else pair.target]


def _entity(scene: Scene, held: Held) -> str:
    return f"{scene.system(held).label} {scene.card(held).names[0]}"


def _recognised_by(scene: Scene, held: Held) -> str:
    """Return what the counterpart would be recognised by: the mark, and the first property that carries it."""
    mark = scene.marks[held.role]
    here = Held(held.role, held.side.other)
    cards = scene.card(here).properties.values()
    shown = next((c.path for c in cards if mark in str(read(scene.latest[here].data, c.path)).casefold()), None)
    return f"{mark} (from {_entity(scene, here)} {shown})" if shown else mark
