"""All lint findings of specs, for `lint`, `show` and the checklist."""

from __future__ import annotations

from collections.abc import Sequence

from qa_sync.checklist.lint.card_rules import Cards, card_findings
from qa_sync.dataflow.model import Dataflow, Finding
from qa_sync.dataflow.reverse_direction import reverse_findings


def findings_of(dataflows: Sequence[Dataflow], cards: Cards) -> tuple[tuple[Finding, ...], ...]:
    """Return the findings of each spec, by line: its own, against the entity cards, and against its reverse spec.

    Only the given specs are searched for the reverse.
    """
    reverse = reverse_findings(dataflows)
    every = ((*d.findings, *card_findings(d, cards), *reverse[d.path]) for d in dataflows)
    return tuple(tuple(sorted(found, key=lambda finding: finding.line)) for found in every)
