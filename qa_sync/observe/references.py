"""Translates references between records: the id of a record to that of its counterpart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import tzinfo

from qa_sync.observe.judging import Judge
from qa_sync.observe.model import ObservedSection
from qa_sync.observe.storage.state import ObserveState


def translations(sections: Iterable[ObservedSection], state: ObserveState) -> Callable[[int, str], str | None]:
    """Return how the ids of referenced records are translated, by the ordinal of the section that matches them."""
    by_ordinal = {one.plan.section.ordinal: one.key for one in sections}

    def translate(ordinal: int, id: str) -> str | None:
        key = by_ordinal.get(ordinal)
        if key is None:
            return None
        if (linked := state.link(key, 0, id)) is not None:
            return linked
        found = state.with_keys(key, 1, state.keys_of(key, 0, id))
        return found[0] if len(found) == 1 else None

    return translate


def judges_of(sections: Sequence[ObservedSection], zone: tzinfo, state: ObserveState) -> Mapping[str, Judge]:
    """Return the judges of sections by key; each translates the references of its own spec."""
    return {
        one.key: Judge(one.auditable, zone, translations([s for s in sections if s.spec == one.spec], state))
        for one in sections
    }
