"""Applies proposals to the texts of a connector's files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Final

from qa_sync.openapi.editing.merge import NOTHING, Value
from qa_sync.openapi.editing.toml_lines import Entry, Place, edit, find_entries
from qa_sync.openapi.learning.model import Proposal
from qa_sync.openapi.marks import GUESSED
from qa_sync.values.form import Json

SEPARATOR: Final = "; "


def applied_to_cards(text: str, proposals: Sequence[Proposal]) -> tuple[str, list[Proposal]]:
    """Return the text of `entities.toml` with the proposals, and those whose key is not on a line of its own."""
    entries = dict(find_entries(text).entries)
    changes: dict[Place, Entry | None] = {}
    left: list[Proposal] = []
    for proposal in (p for p in proposals if not p.operation and (p.keys or p.settles)):
        place, keys = _place(proposal)
        entry = entries.get(place)
        if entry is None and not proposal.path and len(proposal.keys) == 1:
            entry = Entry(proposal.value)
        if entry is None or entry.is_off:
            left += [proposal] if proposal.keys else []
            continue
        value = _set(entry.value, keys, proposal.value) if proposal.keys else entry.value
        entries[place] = changes[place] = Entry(value, comment=_settled(entry.comment, proposal))
    return edit(text, changes), left


def applied_to_operations(text: str, proposals: Iterable[Proposal]) -> str:
    """Return the text of `system.json` with the proposals for operations; raises ValueError if it is no JSON."""
    system = json.loads(text)
    before = json.dumps(system)
    for proposal in proposals:
        operation = system.get("operations", {}).get(proposal.operation)
        if isinstance(operation, dict):
            made = _set(operation, proposal.keys, proposal.value) if proposal.keys else dict(operation)
            description = _settled(made.get("description", ""), proposal)
            made |= {"description": description}
            system["operations"][proposal.operation] = {k: v for k, v in made.items() if k != "description" or v}
    return text if json.dumps(system) == before else json.dumps(system, indent=2, ensure_ascii=False) + "\n"


def is_effective(proposal: Proposal, texts: tuple[str, str]) -> bool:
    """Return whether a proposal changes one of the two texts, of `entities.toml` and `system.json`."""
    if proposal.operation:
        return applied_to_operations(texts[1], [proposal]) != texts[1]
    changed, left = applied_to_cards(texts[0], [proposal])
    return bool(left) or changed != texts[0]


def _place(proposal: Proposal) -> tuple[Place, tuple[str, ...]]:
    """Return the line of a proposal, and the keys within its value."""
    if proposal.path:
        return ((proposal.entity, "properties"), proposal.path), proposal.keys
    if proposal.keys:
        return ((proposal.entity,), proposal.keys[0]), proposal.keys[1:]
    return ((proposal.entity,), proposal.about), ()


def _set(value: Json, keys: tuple[str, ...], to: Value) -> Json:
    if not keys:
        return to
    members = dict(value) if isinstance(value, dict) else {}
    if len(keys) > 1:
        members[keys[0]] = _set(members.get(keys[0], {}), keys[1:], to)
    elif to is NOTHING:
        members.pop(keys[0], None)
    else:
        members[keys[0]] = to
    return members


def _settled(comment: str, proposal: Proposal) -> str:
    """Return a comment or description without the guesses that a proposal settles, and with its own."""
    if not comment.startswith(GUESSED) and not (proposal.guess and not comment):
        return comment
    reasons = [reason for reason in comment.removeprefix(GUESSED).split(SEPARATOR) if reason]
    kept = [reason for reason in reasons if not any(reason.startswith(known) for known in proposal.settles)]
    kept += [proposal.guess] if proposal.guess and proposal.guess not in kept else []
    return GUESSED + SEPARATOR.join(kept) if kept else ""
