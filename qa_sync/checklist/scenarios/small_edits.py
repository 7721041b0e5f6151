"""Edits that a careless comparison does not see: of case, accents or blanks only, and of the order of lines only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from qa_sync.checklist.samples.edit_rounds import Pairs, edited_path, without_shared_ends
from qa_sync.checklist.samples.record import is_line_property
from qa_sync.checklist.samples.texts import SMALL_EDITS
from qa_sync.checklist.samples.values import own_rule
from qa_sync.checklist.scenarios.context import SectionContext
from qa_sync.checklist.side import Side
from qa_sync.checklist.steps import SampleValue
from qa_sync.dataflow.model import PropertyPair

TEXTS = frozenset({"text", "escaped_text", "html"})
"""Conversions of texts of which every character counts."""


def small_edits(
    context: SectionContext, scenario: str, edited: Side, pairs: Pairs, version: int
) -> Iterator[tuple[Mapping[str, SampleValue], Pairs]]:
    """Yield small edits of the subject of a scenario on a side in turn, each with the pairs that it changes.

    `version` is that of the record's values. The order of lines changes together with the case of texts.
    """
    texts = without_shared_ends(tuple(pair for pair in pairs if _is_text(context, pair)))
    lines = tuple(pair for pair in pairs if _is_of_lines(context, pair))
    before = context.edited_values(scenario, "subject", edited, (*texts, *lines), version)
    for number in range(1, len(SMALL_EDITS) + 1):
        values = context.edited_values(scenario, "subject", edited, (*texts, *lines), version, small_edits=number)
        changed = {path: value for path, value in values.items() if value != before[path]}
        if changed:
            yield changed, tuple(pair for pair in (*texts, *lines) if edited_path(pair, edited) in changed)
        before = values


def _is_text(context: SectionContext, pair: PropertyPair) -> bool:
    """Return whether a pair is a text on both sides of which every character counts."""
    cards = [context.entities.property(pair, side) for side in Side]
    return all(c and c.form.convert in TEXTS and not own_rule(c.concept) and not is_line_property(c) for c in cards)


def _is_of_lines(context: SectionContext, pair: PropertyPair) -> bool:
    cards = [context.entities.property(pair, side) for side in Side]
    return all(c and is_line_property(c) for c in cards)
