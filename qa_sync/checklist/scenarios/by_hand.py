"""Statements that no scenario tries yet: each becomes a check that asks a person, so that none is lost."""

from __future__ import annotations

from dataclasses import replace

from qa_sync.checklist.brief import Brief, Part
from qa_sync.dataflow.model import StatementKind

ASKED = (
    StatementKind.LINK_FIRST,
    StatementKind.MATCHING,
    StatementKind.MERGE_IF,
    StatementKind.NEW_IF_CONNECTED,
    StatementKind.CONDITION,
)


def by_hand(brief: Brief) -> Part:
    """Return a `manual` check for each statement that no other scenario verifies."""
    return Part(
        tuple(
            replace(brief.check(s.kind, s.text.splitlines()[0], s.line), manual="to be verified by a person")
            for s in brief.section.statements
            if s.kind in ASKED
        )
    )
