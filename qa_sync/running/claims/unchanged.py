"""Whether records that nobody edits stay as they are."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from qa_sync.checklist.model import Side, Stays
from qa_sync.running.claims.counterparts import copied
from qa_sync.running.claims.naming import entity
from qa_sync.running.claims.verdict import Verdict
from qa_sync.running.events import Status
from qa_sync.running.scenario_records import Held, Scene
from qa_sync.values.form import Json
from qa_sync.values.paths import read


def unchanged(scene: Scene, role: str) -> Verdict:
    """Tell whether the role's records look as when they were remembered, and there are no copies of them."""
    both = [held for side in Side if (held := Held(role, side)) in scene.remembered]
    return next((v for held in both if (v := copied(scene, held))), None) or _moved(scene, both)


def stays(scene: Scene, claim: Stays) -> Verdict:
    """Tell whether a record still shows at a path what it answered when that was written."""
    held = Held(claim.role, claim.side)
    name = f"{entity(scene, held)} {claim.path}"
    if (held, claim.path) in scene.ignored:
        return Verdict(Status.SKIPPED, f"{name}: the value that was written did not stay")
    then, now = (read(record.data, claim.path) for record in (scene.written[held, claim.path], scene.seen(held)))
    if then == now:
        return Verdict(Status.PASSED, records=(scene.ref(held),))
    told = f"{name}, which nothing synchronises: was {then!r}, now {now!r}"
    return Verdict(Status.FAILED, told, then, now, (scene.ref(held),))


def _moved(scene: Scene, both: list[Held]) -> Verdict:
    """Tell which members of the records are not as they were remembered."""
    changes = [
        (held, path, was, now)
        for held in both
        for path, was, now in _differences(scene.remembered[held].data, scene.seen(held).data, "")
    ]
    named = tuple(scene.ref(held) for held in both)
    if not changes:
        return Verdict(Status.PASSED, records=named)
    told = "; ".join(f"{entity(scene, held)} {path}: was {was!r}, now {now!r}" for held, path, was, now in changes)
    was, now = ({f"{held.side}.{path}": value[at] for held, path, *value in changes} for at in (0, 1))
    return Verdict(Status.FAILED, f"changed although nobody edited it: {told}", was, now, named)


def _differences(was: Json, now: Json, path: str) -> Iterator[tuple[str, Json, Json]]:
    """Yield the innermost members in which two JSON values differ, lists by place."""
    if isinstance(was, dict) and isinstance(now, dict):
        for key in {**was, **now}:
            yield from _differences(was.get(key), now.get(key), f"{path}.{key}" if path else key)
    elif isinstance(was, list) and isinstance(now, list):
        for at, (one, other) in enumerate(zip_longest(was, now)):
            yield from _differences(one, other, f"{path}[{at}]")
    elif was != now:
        yield path, was, now
