"""How many counterparts there are: one, no other, none."""

from __future__ import annotations

from qa_sync.running.claims.naming import entity, no_counterpart, refs
from qa_sync.running.claims.verdict import Verdict
from qa_sync.running.events import Status
from qa_sync.running.scenario_records import Held, Scene
from qa_sync.values.paths import read


def appears(scene: Scene, held: Held, *, once: bool) -> Verdict:
    """Tell whether a counterpart is there; more than one will never be one again."""
    found = scene.find(held)
    named = refs(scene, held, found)
    if len(found) == 1 or (found and not once):
        return Verdict(Status.PASSED, records=named)
    wanted = "exactly one" if once else "a"
    told = f"expected {wanted} {entity(scene, held)} with {_recognised_by(scene, held)}, got {len(found)}"
    return Verdict(Status.FAILED, told, 1, len(found), named, final=bool(found))


def alone(scene: Scene, held: Held) -> Verdict:
    """Tell whether the counterpart is still the only one, and nothing else has come to be beside it."""
    if held not in scene.ids:
        return no_counterpart(scene, held)
    verdict = appears(scene, held, once=True)
    return strange(scene, held) or verdict if verdict.status is Status.PASSED else verdict


def absent(scene: Scene, held: Held) -> Verdict:
    """Tell whether there is no counterpart."""
    found = scene.find(held)
    if not found:
        return strange(scene, held) or Verdict(Status.PASSED)
    told = f"expected no {entity(scene, held)} with {_recognised_by(scene, held)}, got {len(found)}"
    return Verdict(Status.FAILED, told, 0, len(found), refs(scene, held, found), final=False)


def copied(scene: Scene, held: Held) -> Verdict | None:
    """Tell when there are more records with the role's mark than there were, or others that nobody knows."""
    known, found = scene.known(held), scene.find(held)
    if len(found) <= known:
        return strange(scene, held)
    told = f"expected {known} {entity(scene, held)} with {scene.marks[held.role]}, got {len(found)}"
    return Verdict(Status.FAILED, told, known, len(found), refs(scene, held, found))


def strange(scene: Scene, held: Held) -> Verdict | None:
    """Tell when records have come to be that bear no mark of ours, where only the sync can have made them."""
    found = scene.strangers(held)
    if not found:
        return None
    told = f"expected no further {entity(scene, held)}, got {len(found)} that bear no mark of this scenario"
    return Verdict(Status.FAILED, told, 0, len(found), refs(scene, held, found))


def _recognised_by(scene: Scene, held: Held) -> str:
    """Return what the counterpart would be recognised by: the mark, and the first property that carries it."""
    mark = scene.marks[held.role]
    here = Held(held.role, held.side.other)
    if here not in scene.latest:
        return mark
    cards = scene.card(here).properties.values()
    shown = next((c.path for c in cards if mark in str(read(scene.latest[here].data, c.path)).casefold()), None)
    return f"{mark} (from {entity(scene, here)} {shown})" if shown else mark
