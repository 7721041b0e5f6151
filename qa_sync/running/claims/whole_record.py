"""What no row is about: the whole record is compared with what it was, without what the rows and the system change.

Source: docs/explanation/verdicts.rst, "What no row is about".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import partial, reduce

from qa_sync.checklist.claims import UnmappedUnchanged
from qa_sync.running.claims.naming import entity_name
from qa_sync.running.claims.unchanged import volatile_note
from qa_sync.running.claims.verdict import Verdict
from qa_sync.running.claims.volatile_members import find_volatile
from qa_sync.running.events import Status
from qa_sync.running.records.scenario_records import RecordKey, ScenarioRecords
from qa_sync.systems.cards import EntityCard, Writable
from qa_sync.values.canonical import is_empty
from qa_sync.values.conversions.conversion import wire_text
from qa_sync.values.form import Json
from qa_sync.values.json_difference import differences
from qa_sync.values.line_members import Change, line_changes, line_list, member_of_lines
from qa_sync.values.paths import omit, read, write

_SELECTOR = re.compile(r"\[([^=\]]+)=[^\]]*\]")


def check_unmapped(records: ScenarioRecords, claim: UnmappedUnchanged) -> Verdict:
    """Return whether a record is what it was when it was given more, except for what rows are about."""
    key = RecordKey(claim.role, claim.side)
    now = records.current(key)
    reference = (records.ref(key),)
    changes = list((_given_changes if claim.given else _unmapped_changes)(records, key, now.data))
    if not changes:
        return Verdict(Status.PASSED, records=reference)
    volatile = find_volatile(records, key, [path for path, *_ in changes])
    broken = [change for change in changes if change[0] not in volatile]
    if not broken:
        return Verdict(Status.PASSED, volatile_note(records, key, volatile), records=reference)
    name = entity_name(records, key)
    changed = "; ".join(f"{name} {path}: was {wire_text(was)}, now {wire_text(then)}" for path, was, then in broken)
    before, after = ({path: values[at] for path, *values in broken} for at in (0, 1))
    return Verdict(Status.FAILED, f"no row is about it, but the sync changed it: {changed}", before, after, reference)


def _given_changes(records: ScenarioRecords, key: RecordKey, now: Json) -> Iterator[Change]:
    """Yield the values that the record was given and that are others now."""
    before = records.baselines[key].data
    in_lines: dict[str, list[str]] = {}
    for path in records.given[key]:
        if container := line_list(path, before, now):
            in_lines.setdefault(container, []).append(path.removeprefix(f"{container}."))
            continue
        one, other = read(before, path), read(now, path)
        if any(differences(one, other)) and not (is_empty(one) and is_empty(other)):
            yield path, one, other
    for container, members in in_lines.items():
        show = partial(_members, names=members)
        yield from line_changes(container, before, now, records.kept_lines.of(key.role), show)


def _members(element: Json, names: Iterable[str]) -> Json:
    """Return the values of an element's members by path."""
    return {name: read(element, name) for name in names}


def _unmapped_changes(records: ScenarioRecords, key: RecordKey, now: Json) -> Iterator[Change]:
    """Yield the members that differ although no row is about them, and the system did not change them itself.

    What changed in an edit of the run, besides what it wrote, the system computes.
    """
    raw, computed = records.baselines[key].data, records.computed.get(key, set())
    mapped = tuple(_mapped(records, key))
    covered = (*mapped, *_computed(records.card(key)))
    before, after = (reduce(without, covered, data) for data in (raw, now))
    lists = dict.fromkeys(found for path in mapped if (found := line_list(path, raw, now)))
    one, other = (reduce(omit, lists, data) for data in (before, after))
    for path, was, then in differences(one, other):
        if path not in computed and not (is_empty(was) and is_empty(then)):
            yield path, was, then
    computed_members = [member for path in computed if (member := member_of_lines(path))]
    before, after = (reduce(omit, computed_members, data) for data in (before, after))
    for container in lists:
        yield from line_changes(container, before, after, records.kept_lines.of(key.role))


def _mapped(records: ScenarioRecords, key: RecordKey) -> Iterator[str]:
    """Yield the paths that rows are about, as they are read and as they are written."""
    properties = records.card(key).properties
    for path in records.roles[key.role].mapped.get(key.side, ()):
        own = properties.get(path)
        # Mostly the two paths are one: without it once is enough.
        yield from dict.fromkeys((path, own.write_path, *own.also)) if own else (path,)


def _computed(card: EntityCard) -> Iterator[str]:
    """Yield the paths that the system sets by itself."""
    own = (card.key, card.modified, card.revision.read if card.revision else None, *card.volatile)
    yield from (path for path in own if path)
    yield from (p.path for p in card.properties.values() if p.derived or p.writable is Writable.NEVER)


def without(data: Json, path: str) -> Json:
    """Return the data without a member; an element that was selected for it is None, when nothing else is in it."""
    left = omit(data, path)
    selector = _SELECTOR.search(path)
    if selector is None or left is data:
        return left
    container = path[: selector.start()]
    elements = read(left, container)
    if not isinstance(elements, list):
        return left
    return write(left, container, [None if _is_bare(each, selector[1]) else each for each in elements])


def _is_bare(element: Json, key: str) -> bool:
    return isinstance(element, dict) and _named(element) <= {key, "id"}


def _named(element: dict[str, Json], prefix: str = "") -> set[str]:
    """Return the names of the members that have a value."""
    names: Iterable[set[str]] = (
        _named(value, name) if isinstance(value, dict) else {prefix or name}
        for name, value in element.items()
        if not is_empty(value)
    )
    return set().union(*names)
