"""A linked pair is edited on either side and follows; then nothing moves any more, and bystanders never did."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from qa_sync.checklist.depth import Depth
from qa_sync.checklist.model import (
    Appears,
    Carries,
    Check,
    Claim,
    Edit,
    Expect,
    Pause,
    Remember,
    Scenario,
    Settle,
    Side,
    Stays,
    Step,
    Unchanged,
)
from qa_sync.checklist.samples.constraints import Slot
from qa_sync.checklist.samples.edit_rounds import Pairs, beside, given, one_each, received, rounds_of, units
from qa_sync.checklist.samples.record import is_of_lines
from qa_sync.checklist.samples.values import BY_CONCEPT, value_for
from qa_sync.checklist.scenarios.conflict import PAUSE_S, contest
from qa_sync.checklist.scenarios.context import FULL, Brief, Part
from qa_sync.checklist.scenarios.lookalikes import twins
from qa_sync.checklist.scenarios.unmapped_properties import own_affair
from qa_sync.dataflow.model import PropertyPair, StatementKind
from qa_sync.systems.cards import PropertyCard

CYCLES = 3
"""Further cycles in which nothing may move: an echo shows in the first, values that take turns in the second."""

WORDS = frozenset({"text", "escaped_text", "html"})
"""Conversions of texts whose case counts."""

FIRST = {Side.SOURCE: 1, Side.TARGET: 3}
"""The version of the first edit on a side; the later rounds' is the next."""


def update(brief: Brief) -> Part:
    """Return `update-forward`, `update-backward`, `newest-wins`, `independent`, `stable`, `isolated` (row KEEP)."""
    line, why = brief.line(StatementKind.KEEP), brief.linking.why_not
    forward, backward = (_directed(brief, side, why) for side in Side)
    contested = contest(brief, (forward, backward))
    stable = brief.check("stable", "further cycles change nothing on either side", line, skip=why)
    isolated = brief.check("isolated", "bystanders, and what is not synchronised, stay as they were", line, skip=why)
    checks = (*forward, *backward, stable, isolated, *contested.checks)
    if why:
        return Part(checks)
    alone = _may_stand_alone(brief)
    bystanders = ("bystander", *brief.company.bystanders, *(("namesake",) if alone else ()))
    apart = {side: card for side in Side if (card := own_affair(brief, side))}
    quiet: tuple[tuple[str | None, Claim], ...] = (
        (stable.id, Unchanged("subject")),
        *((isolated.id, Unchanged(role)) for role in bystanders),
        *((isolated.id, Stays("subject", side, card.path)) for side, card in apart.items()),
    )
    affairs = {side: (_own_edit(brief, side, card),) for side, card in apart.items()}
    steps = (
        *brief.begin("update", bystanders=True),
        *(_doubles(brief) if alone else brief.arrive("update", "bystander")),
        Settle(CYCLES),  # a sync may fill a new record in several goes
        Remember(tuple(role for role in bystanders if role != "namesake")),
        *brief.arrive("update", "subject"),
        *(brief.arrive("update", "fellow") if brief.spare else ()),
        *affairs.get(Side.SOURCE, ()),
        *_edits(brief, Side.SOURCE, forward),
        *affairs.get(Side.TARGET, ()),
        *_edits(brief, Side.TARGET, backward),
        *contested.steps,
        Remember(("subject",)),
        *(step for _ in range(CYCLES) for step in (Settle(1), Expect(quiet, wait=False))),
    )
    ids = tuple(c.id for c in checks if not c.skip)
    return Part(checks, (Scenario("update", brief.cast("bystander", "namesake", "subject", "fellow"), steps, ids),))


def _directed(brief: Brief, edited: Side, why: str | None) -> tuple[Check, ...]:
    kind = "update-forward" if edited is Side.SOURCE else "update-backward"
    line = brief.line(StatementKind.KEEP)
    return tuple(
        brief.check(
            kind,
            f"{given(pair, edited)} -> {received(pair, edited)}",
            line,
            pair,
            skip=why or brief.no_edit(pair, edited),
        )
        for pair in brief.pairs
    )


def _own_edit(brief: Brief, side: Side, card: PropertyCard) -> Edit:
    """Return an edit of a property that is nobody's business but its system's."""
    return Edit("subject", side, {card.path: value_for(Slot(card, (), brief.mark("update", "subject"), FULL))})


def _edits(brief: Brief, edited: Side, checks: tuple[Check, ...]) -> Iterator[Step]:
    """Yield an edit for each round, and after it a look at every property, edited or not.

    In the first round another record is edited beside the subject, before the sync has worked: it may mix them up, or
    see to one only. In the last one nothing but the case of texts changes.
    """
    tried = {c.pair: c.id for c in checks if c.pair and not c.skip}
    groups = units(tried, dict(brief.ends.source.properties))
    rounds = rounds_of(groups, edited, each=brief.depth is Depth.THOROUGH)
    for number, pairs in enumerate(rounds):
        version = FIRST[edited] + min(number, 1)
        yield Pause(PAUSE_S)
        claims = tuple((check, _followed(brief, pair, edited, pairs)) for pair, check in tried.items())
        if brief.spare and not number:
            # In the version of the second edit, so that the two records differ in every value.
            yield Edit("fellow", edited, brief.edited("update", "fellow", edited, pairs, version + 1))
            claims += tuple((check, replace(claim, role="fellow")) for check, claim in claims)
        yield Edit("subject", edited, brief.edited("update", "subject", edited, pairs, version))
        yield Expect(claims, wait=True)
    texts = one_each(tuple(pair for pair in tried if _has_case(brief, pair)))
    if texts:
        yield Pause(PAUSE_S)
        values = brief.edited("update", "subject", edited, texts, FIRST[edited] + 1, recased=True)
        yield Edit("subject", edited, values)
        yield Expect(tuple((tried[pair], _followed(brief, pair, edited, texts)) for pair in texts), wait=True)


def _has_case(brief: Brief, pair: PropertyPair) -> bool:
    """Tell whether a pair holds words of which either system tells the case."""
    cards = [brief.ends.property(pair, side) for side in Side]
    return all(c and c.form.convert in WORDS and c.concept not in BY_CONCEPT and not is_of_lines(c) for c in cards)


def _followed(brief: Brief, pair: PropertyPair, edited: Side, pairs: Pairs) -> Carries:
    """Return that a pair shows the same on both sides; what was not edited, and nobody had to follow, as before."""
    ends = {received(p, edited) for p in pairs}
    stays = pair in pairs or received(pair, edited) not in ends
    return Carries("subject", edited.other, pair, beside(pair, brief.pairs), stays)


def _may_stand_alone(brief: Brief) -> bool:
    """Tell whether a record can be made on the target that is nobody's counterpart, and stays so."""
    merges = brief.section.statement(StatementKind.MERGE_IF) or not brief.linking.creates
    return not merges and not brief.ends.no_operation(Side.TARGET, "insert")


def _doubles(brief: Brief) -> Iterator[Step]:
    """Yield the steps that make a bystander although the target has one alike already, which is none of its own."""
    namesake, bystander = twins(brief, "update", "namesake", "bystander")
    yield namesake
    yield Remember(("namesake",))
    yield bystander
    yield Expect(((None, Appears("bystander", Side.TARGET, once=False)),), wait=True)
