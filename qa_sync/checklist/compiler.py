"""Dataflow and entity cards -> Checklist: which scenarios apply to a section, and what each of them checks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from pathlib import PurePath

from qa_sync.checklist.depth import Depth
from qa_sync.checklist.findings import findings_of
from qa_sync.checklist.linking import linking_of
from qa_sync.checklist.model import Check, Checklist, SectionPlan
from qa_sync.checklist.pair_capabilities import Ends
from qa_sync.checklist.samples.related_records import Company
from qa_sync.checklist.scenarios.condition import condition
from qa_sync.checklist.scenarios.conditional_rows import dependants
from qa_sync.checklist.scenarios.context import Brief, Part
from qa_sync.checklist.scenarios.create import create
from qa_sync.checklist.scenarios.merge import merge
from qa_sync.checklist.scenarios.merge_not import merge_not
from qa_sync.checklist.scenarios.policies import deletes, empty
from qa_sync.checklist.scenarios.unlinked import connected, not_without_link
from qa_sync.checklist.scenarios.update import update
from qa_sync.dataflow.model import Dataflow, Finding, PropertyPair, Section, StatementKind
from qa_sync.errors import UnknownName
from qa_sync.frozen import dataclass
from qa_sync.location import Location
from qa_sync.settings.model import Settings
from qa_sync.systems.cards import EntityCard, find_card
from qa_sync.systems.pairing import pairs_of

Cards = Mapping[str, Mapping[str, EntityCard]]
"""Entity cards by system label, then by datatype."""

SCENARIOS: tuple[tuple[StatementKind | None, Callable[[Brief], Part]], ...] = (
    (None, create),
    (None, dependants),
    (StatementKind.KEEP, update),
    (StatementKind.LINK_FIRST, not_without_link),
    (StatementKind.NEW_IF_CONNECTED, connected),
    (StatementKind.MERGE_IF, merge),
    (StatementKind.MERGE_IF, merge_not),
    (StatementKind.CONDITION, condition),
    (StatementKind.KEEP, empty),
    (StatementKind.KEEP, deletes),
)
"""The scenarios in the order of their checks, each with the statement that a section needs for it (None: any)."""

SMOKE = 2
"""So many of the table are played when only the smoke is looked for: create and properties."""

NOTHING = Settings()
"""The settings of somebody who has none."""


def compile_checklist(
    dataflow: Dataflow,
    cards: Cards,
    seed: str,
    findings: Sequence[Finding] | None = None,
    *,
    settings: Settings = NOTHING,
    depth: Depth = Depth.STANDARD,
) -> Checklist:
    """Return what the document asks to be verified; a system or entity without a card is a skip with its reason.

    `findings` are the document's among others (`findings_of`); None: it is looked at by itself. `settings` say what
    the document does not: conditions, literals, policies.
    """
    found = {s.ordinal: _ends(dataflow, s, cards) for s in dataflow.sections}
    known = {ordinal: ends for ordinal, ends in found.items() if isinstance(ends, Ends)}
    plans = tuple(
        _plan(s, found[s.ordinal], Whole(PurePath(dataflow.path).stem, known, seed, settings, depth))
        for s in dataflow.sections
    )
    found_out = findings_of([dataflow], cards)[0] if findings is None else tuple(findings)
    return Checklist(dataflow, seed, plans, found_out)


def _ends(dataflow: Dataflow, section: Section, cards: Cards) -> Ends | str:
    try:
        source, target = (
            find_card(cards[e.system], e.entity, e.system, Location(dataflow.path, section.line))
            for e in (section.source, section.target)
        )
    except KeyError as unknown:
        return f"no connector for {unknown.args[0]}"
    except UnknownName as error:
        return error.message
    return Ends(section, source, target)


@dataclass(frozen=True, slots=True)
class Whole:
    """What all sections of a document have in common; `known` are the ends of those that have cards."""

    stem: str
    known: Mapping[int, Ends]
    seed: str
    settings: Settings
    depth: Depth


def _plan(section: Section, ends: Ends | str, whole: Whole) -> SectionPlan:
    prefix = f"{whole.stem}/{section.key}"
    if isinstance(ends, str):
        return SectionPlan(section, section.pairs, _untried(section, prefix, ends), ())
    pairs = pairs_of(section, ends.source, ends.target)
    if section.duplicate_of:
        return SectionPlan(section, pairs, (), ())
    brief = Brief(
        ends=ends,
        pairs=tuple(p for p in pairs if not (p.source_when or p.target_when)),
        dependants=tuple(p for p in pairs if p.source_when or p.target_when),
        prefix=prefix,
        seed=whole.seed,
        repeated=_repeated(pairs),
        company=Company(ends, whole.known),
        linking=linking_of(ends, whole.known, whole.settings.condition(section.heading)),
        settings=whole.settings,
        depth=whole.depth,
    )
    wanted = SCENARIOS[:SMOKE] if whole.depth is Depth.SMOKE else SCENARIOS
    parts = [make(brief) for needs, make in wanted if needs is None or section.statement(needs)]
    checks = chain.from_iterable(part.checks for part in parts)
    scenarios = chain.from_iterable(part.scenarios for part in parts)
    return SectionPlan(section, pairs, tuple(checks), tuple(scenarios))


def _untried(section: Section, prefix: str, why: str) -> tuple[Check, ...]:
    """Return a skipped check for each kind of statement of a section that no card tells about."""
    kinds = {} if section.duplicate_of else {s.kind: s for s in section.statements}
    return tuple(Check(f"{prefix}/{s.kind}", s.kind, s.text, s.line, skip=why) for s in kinds.values())


def _repeated(pairs: tuple[PropertyPair, ...]) -> frozenset[tuple[str, str]]:
    ends = Counter((p.source, p.target) for p in pairs)
    return frozenset(both for both, count in ends.items() if count > 1)
