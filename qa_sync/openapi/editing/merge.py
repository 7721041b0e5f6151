"""Three-way merge by key: what a person edited stays, what was not touched follows the new draft."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import Enum

from qa_sync.openapi.editing.toml_lines import Entry, Place, edit, find_entries, tables_of
from qa_sync.values.form import Json
from qa_sync.values.json_difference import is_same

MAX_SHOWN = 80


class Nothing(Enum):
    """The value of a key that is not there."""

    NOTHING = "nothing"


NOTHING = Nothing.NOTHING
Value = Json | Nothing


def merged(old: Value, new: Value, now: Value, where: str, conflicts: list[str]) -> Value:
    """Return what to write for a value that was drafted, is drafted now, and stands there; adds to the conflicts."""
    if _is_same(new, old) or _is_same(new, now):
        return now
    if _is_same(now, old):
        return new
    if isinstance(new, Mapping) and isinstance(now, Mapping) and (old is NOTHING or isinstance(old, Mapping)):
        before: Mapping[str, Json] = {} if old is NOTHING else old
        result: dict[str, Json] = {}
        for name in dict.fromkeys([*now, *new]):
            inner = f"{where}.{name}" if where else name
            one, two, three = (each.get(name, NOTHING) for each in (before, new, now))
            value = merged(one, two, three, inner, conflicts)
            if value is not NOTHING:
                result[name] = value
        return result
    conflicts.append(f"{where}: {_shown(now)} stays, the document now gives {_shown(new)}")
    return now


def merge_toml(old: str, new: str, now: str) -> tuple[str, list[str]]:
    """Return the text of `entities.toml` after an update, and the conflicts, which are left as they stand."""
    conflicts: list[str] = []
    drafted, fresh, standing = (find_entries(text).entries for text in (old, new, now))
    entities = {table[0] for table, _ in fresh if table}
    known = {table[0] for table, _ in standing if table}
    changes: dict[Place, Entry | None] = {}
    for place in dict.fromkeys([*fresh, *drafted]):
        table, key = place
        if table and (table[0] not in entities or table[0] not in known):
            continue  # an entity that the document lost, or a new one, whose tables are added as they are
        where = ".".join((*table, key))
        entry = _entry(drafted.get(place), fresh.get(place), standing.get(place), where, conflicts)
        if not _is_same_entry(entry, standing.get(place)):
            changes[place] = entry
    text = _with_comments(old, new, edit(now, changes))
    more = tables_of(new, entities - known)
    return (f"{text}\n{more}" if more else text), conflicts


def merge_json(old: str, new: str, now: str, entities: frozenset[str]) -> tuple[str, list[str]]:
    """Return the text of a JSON file after an update, and the conflicts; `entities` are those of the new draft.

    What belongs to an entity that the new draft lacks stays.
    """
    conflicts: list[str] = []
    before = _without_lost(json.loads(old), entities)
    result = merged(before, json.loads(new), json.loads(now), "", conflicts)
    same = is_same(result, json.loads(now))
    return (now if same else json.dumps(result, indent=2, ensure_ascii=False) + "\n"), conflicts


def _without_lost(drafted: Json, entities: frozenset[str]) -> Json:
    """Return a drafted file without the operations and datatypes of the entities that the new draft lacks."""
    kept = dict(drafted)
    if "operations" in kept:
        kept["operations"] = {n: v for n, v in kept["operations"].items() if n.rpartition("-")[0] in entities}
    if "datatypes" in kept:
        kept["datatypes"] = {n: v for n, v in kept["datatypes"].items() if n in entities}
    return kept


def _entry(old: Entry | None, new: Entry | None, now: Entry | None, where: str, conflicts: list[str]) -> Entry | None:
    """Return the entry to write, None for none."""
    if _is_same_entry(new, old) or _is_same_entry(new, now):
        return now
    if _is_same_entry(now, old):
        return new if new is not None or now is None else _gone(now)
    if now is None or new is None:
        conflicts.append(
            f"{where}: it was deleted here, and the document has changed it"
            if now is None
            else f"{where}: it was edited here, and the document no longer has it"
        )
        return now
    value = merged(old.value if old else NOTHING, new.value, now.value, where, conflicts)
    is_off = new.is_off if old is not None and now.is_off == old.is_off else now.is_off
    comment = new.comment if old is not None and now.comment == old.comment else now.comment
    return Entry(value, is_off, comment)


def _gone(now: Entry) -> Entry | None:
    """Return the line of a key that the document no longer has: a comment; None for one that was a comment."""
    return None if now.is_off else Entry(now.value, is_off=True, comment="no longer in the document")


def _with_comments(old: str, new: str, text: str) -> str:
    """Return a text whose comments about the document are those of the new draft, where they were not edited."""
    before, after = _notes(old), _notes(new)
    replaced = {before[what]: after[what] for what in before.keys() & after.keys()}
    return "".join(f"{replaced.get(line, line)}\n" for line in text.splitlines())


def _notes(text: str) -> dict[tuple[str, int], str]:
    """Return the comments that are no keys, by the table before them and their number in it."""
    lines = text.splitlines()
    keys = set(find_entries(text).lines.values())
    notes: dict[tuple[str, int], str] = {}
    table, number = "", 0
    for at, line in enumerate(lines):
        if line.startswith("["):
            table, number = line, 0
        elif line.startswith("#") and at not in keys:
            notes[table, number] = line
            number += 1
    return notes


def _is_same(one: Value, other: Value) -> bool:
    if one is NOTHING or other is NOTHING:
        return one is other
    return is_same(one, other)


def _is_same_entry(one: Entry | None, other: Entry | None) -> bool:
    if one is None or other is None:
        return one is other
    return (one.is_off, one.comment) == (other.is_off, other.comment) and is_same(one.value, other.value)


def _shown(value: Value) -> str:
    if value is NOTHING:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}..."
