"""Compiles a Dataflow and entity cards into a Checklist: which scenarios apply to a section, and their checks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from pathlib import PurePath

from msgspec import Struct
from msgspec.structs import replace

from qa_sync.checklist.depth import Depth
from qa_sync.checklist.linking import linking_of
from qa_sync.checklist.lint.findings import findings_of
from qa_sync.checklist.model import Check, Checklist, SectionPlan
from qa_sync.checklist.pair_capabilities import EntityPair
from qa_sync.checklist.reasons import Reason, ReasonCode
from qa_sync.checklist.samples.related_records import RelatedRecords
from qa_sync.checklist.scenarios.condition import condition
from qa_sync.checklist.scenarios.conditional_rows import conditional_rows
from qa_sync.checklist.scenarios.context import ChecksAndScenarios, SectionContext
from qa_sync.checklist.scenarios.create import create
from qa_sync.checklist.scenarios.merging.merge import merge, unstated_matching
from qa_sync.checklist.scenarios.merging.merge_not import merge_not
from qa_sync.checklist.scenarios.more_than_a_page import more_than_a_page
from qa_sync.checklist.scenarios.policies import deletes, empty
from qa_sync.checklist.scenarios.unlinked import connected, not_without_link
from qa_sync.checklist.scenarios.update import update
from qa_sync.checklist.unread import unread_checks
from qa_sync.dataflow.model import Dataflow, Finding, PropertyPair, Section, StatementKind
from qa_sync.errors import UnknownName
from qa_sync.location import Location
from qa_sync.settings.model import Settings
from qa_sync.systems.cards import EntityCard, find_card
from qa_sync.systems.pairing import with_tags

Cards = Mapping[str, Mapping[str, EntityCard]]
"""Entity cards by system label, then by datatype."""

SCENARIOS: tuple[tuple[StatementKind | None, Callable[[SectionContext], ChecksAndScenarios]], ...] = (
    (None, create),
    (None, conditional_rows),
    (StatementKind.KEEP, update),
    (StatementKind.LINK_FIRST, not_without_link),
    (StatementKind.NEW_IF_CONNECTED, connected),
    (StatementKind.MERGE_IF, merge),
    (StatementKind.MERGE_IF, merge_not),
    (None, unstated_matching),
    (StatementKind.CONDITION, condition),
    (StatementKind.KEEP, empty),
    (StatementKind.KEEP, deletes),
    (StatementKind.EVERY, more_than_a_page),
)
"""The scenarios in the order of their checks, each with the statement that a section needs for it (None: any)."""

SMOKE_SCENARIOS = 2
"""How many scenarios of the table a smoke run has: create and properties."""

NO_SETTINGS = Settings()
"""The default settings, for a run without `qa-sync.toml`."""


def compile_checklist(
    dataflow: Dataflow,
    cards: Cards,
    seed: str,
    findings: Sequence[Finding] | None = None,
    *,
    settings: Settings = NO_SETTINGS,
    depth: Depth = Depth.STANDARD,
) -> Checklist:
    """Return the checklist of a spec; checks of a system without a connector are skipped with a reason.

    Checks of an entity that the connector does not have are errors: most likely its name is misspelled.

    `findings` are the lint findings (`findings_of`); None: the spec is linted by itself. `settings` add what the spec
    does not say: conditions, literals, policies.
    """
    entities_by_section = {
        s.ordinal: _find_entities(dataflow, s, cards, settings.samples.mail_domain) for s in dataflow.sections
    }
    with_cards = {
        ordinal: entities for ordinal, entities in entities_by_section.items() if isinstance(entities, EntityPair)
    }
    plans = tuple(
        _section_plan(
            s,
            entities_by_section[s.ordinal],
            SpecContext(PurePath(dataflow.path).stem, with_cards, seed, settings, depth),
        )
        for s in dataflow.sections
    )
    all_findings = findings_of([dataflow], cards)[0] if findings is None else tuple(findings)
    return Checklist(dataflow, seed, plans, all_findings)


class UnknownEntities(Struct, frozen=True):
    """Why a section has no checks of its own: `skip` for a system without a connector, else `error`."""

    skip: Reason | None = None
    error: Reason | None = None


def _find_entities(
    dataflow: Dataflow, section: Section, cards: Cards, mail_domain: str
) -> EntityPair | UnknownEntities:
    try:
        source, target = (
            find_card(cards[e.system], e.entity, e.system, Location(dataflow.path, section.line))
            for e in (section.source, section.target)
        )
    except KeyError as unknown:
        return UnknownEntities(skip=Reason(ReasonCode.NO_CONNECTOR, f"no connector for {unknown.args[0]}"))
    except UnknownName as error:
        return UnknownEntities(error=Reason(ReasonCode.UNKNOWN_ENTITY, error.in_line))
    return EntityPair(section, *with_tags(section, source, target), mail_domain)


class SpecContext(Struct, frozen=True):
    """What all sections of a spec share; `with_cards` are the entity pairs of the sections that have cards."""

    stem: str
    with_cards: Mapping[int, EntityPair]
    seed: str
    settings: Settings
    depth: Depth


def _section_plan(section: Section, entities: EntityPair | UnknownEntities, spec: SpecContext) -> SectionPlan:
    prefix = f"{spec.stem}/{section.key}"
    unread = unread_checks(section, prefix)
    if isinstance(entities, UnknownEntities):
        return SectionPlan(section, section.pairs, (*unread, *_undecidable_checks(section, prefix, entities)), ())
    pairs = _distinct(entities.pairs)
    if section.duplicate_of:
        return SectionPlan(section, pairs, unread, ())
    context = SectionContext(
        entities=entities,
        pairs=tuple(p for p in pairs if not (p.source_when or p.target_when)),
        conditional_pairs=tuple(p for p in pairs if p.source_when or p.target_when),
        prefix=prefix,
        seed=spec.seed,
        repeated=_repeated(pairs),
        related=RelatedRecords(entities, spec.with_cards),
        linking=linking_of(entities, spec.with_cards, spec.settings.condition(section.heading)),
        settings=spec.settings,
        depth=spec.depth,
    )
    scenarios_to_build = SCENARIOS[:SMOKE_SCENARIOS] if spec.depth is Depth.SMOKE else SCENARIOS
    built = [build(context) for needs, build in scenarios_to_build if needs is None or section.statement(needs)]
    checks = chain.from_iterable(contribution.checks for contribution in built)
    scenarios = chain.from_iterable(contribution.scenarios for contribution in built)
    return SectionPlan(section, pairs, (*unread, *checks), tuple(scenarios))


def _undecidable_checks(section: Section, prefix: str, unknown: UnknownEntities) -> tuple[Check, ...]:
    """Return a check for each kind of statement of a section without cards."""
    kinds = {} if section.duplicate_of else {s.kind: s for s in section.statements}
    return tuple(
        Check(f"{prefix}/{s.kind}", s.kind, s.text, s.line, skip=unknown.skip, error=unknown.error)
        for s in kinds.values()
    )


def _distinct(pairs: tuple[PropertyPair, ...]) -> tuple[PropertyPair, ...]:
    """Return the pairs without those that repeat an earlier row: a claim made twice is one check."""
    first: dict[PropertyPair, PropertyPair] = {}
    for pair in pairs:
        first.setdefault(replace(pair, line=0), pair)
    return tuple(first.values())


def _repeated(pairs: tuple[PropertyPair, ...]) -> frozenset[tuple[str, str]]:
    paths = Counter((p.source, p.target) for p in pairs)
    return frozenset(both for both, count in paths.items() if count > 1)
