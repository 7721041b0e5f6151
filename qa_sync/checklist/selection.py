"""Selects the checks of a run; other checks are neither run nor reported."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from qa_sync.checklist.kinds import KINDS
from qa_sync.checklist.model import Check, Checklist, SectionPlan
from qa_sync.checklist.unread import UNREAD
from qa_sync.dataflow.model import Section
from qa_sync.errors import UnknownName, UsageError

if TYPE_CHECKING:
    from qa_sync.checklist.keyword_expression import Matcher

CheckId = tuple[str, str]
"""The path of a spec and the id of a check."""


class Selection(Struct, frozen=True):
    """The filters that a check must match; without filters every check is selected.

    `keywords` matches against id, kind, title and the section's heading together, and is made from `words`; `sections`
    are headings, keys, ordinals or unique parts of headings as typed; `kinds` are check kinds; `shard` is (number,
    total), from 1: sections are dealt in turn.
    """

    keywords: Matcher | None = None
    sections: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    shard: tuple[int, int] | None = None
    words: str | None = None

    @property
    def selects_all(self) -> bool:
        """Whether every check is selected."""
        return self == Selection()


def select(checklists: Sequence[Checklist], selection: Selection) -> frozenset[CheckId]:
    """Return the selected checks; raises UnknownName for an unknown section or kind."""
    kinds, sections, number_with_checks = {*KINDS}, [], 0
    for _, plan in _plans(checklists):
        kinds.update(check.kind for check in plan.checks)
        sections.append(plan.section)
        number_with_checks += bool(plan.checks)
    _reject_unknown("check kind", selection.kinds, kinds)
    is_named = _section_filter(selection.sections, sections)
    number, shards = selection.shard or (1, 1)
    if shards > max(number_with_checks, 1):
        raise UsageError(
            f"--shard {number}/{shards}: there are only {number_with_checks} sections, so some shards would be empty",
            hint=f"--shard 1/{max(number_with_checks, 1)} is the first of as many shards as there are sections",
        )
    with_checks = ((spec, plan) for spec, plan in _plans(checklists) if plan.checks)
    selected = {
        (spec, check.id)
        for spec, plan in islice(with_checks, number - 1, None, shards)
        if is_named(plan.section)
        for check in plan.checks
        if _is_selected(selection, plan, check)
    }
    return frozenset(selected.union(unread_ids(checklists)))


def _plans(checklists: Iterable[Checklist]) -> Iterator[tuple[str, SectionPlan]]:
    """Yield the sections with the paths of their specs; those of many specs are not in memory together."""
    return ((c.dataflow.path, plan) for c in checklists for plan in c.sections)


def unread_ids(checklists: Iterable[Checklist]) -> frozenset[CheckId]:
    """Return the checks of what is not understood, which no filter leaves out."""
    return frozenset(
        (c.dataflow.path, check.id)
        for c in checklists
        for plan in c.sections
        for check in plan.checks
        if check.kind == UNREAD
    )


def narrow_checklist(checklist: Checklist, ids: frozenset[CheckId], *, whole_sections: bool) -> Checklist:
    """Return the checklist without the sections and scenarios that decide no selected check.

    With `whole_sections` every scenario of a remaining section is kept, because a recording covers whole sections.
    """
    path = checklist.dataflow.path
    own = {check.id for plan in checklist.sections for check in plan.checks if (path, check.id) in ids}
    plans = (_narrow_section(plan, own, whole_sections) for plan in checklist.sections)
    return replace(checklist, sections=tuple(plan for plan in plans if plan))


def _narrow_section(plan: SectionPlan, ids: set[str], whole_sections: bool) -> SectionPlan | None:
    if not any(check.id in ids for check in plan.checks):
        return None
    chosen = tuple(s for s in plan.scenarios if ids.intersection(s.checks))
    scenarios = plan.scenarios if whole_sections and chosen else chosen
    # A scenario that runs decides all its checks; the checks that are not selected are not reported.
    decided = ids.union(*(s.checks for s in scenarios))
    checks = tuple(c for c in plan.checks if c.id in decided)
    reported = frozenset(c.id for c in checks if c.id in ids and plan.reports(c.id))
    return replace(plan, scenarios=scenarios, checks=checks, reported=reported)


def _is_selected(selection: Selection, plan: SectionPlan, check: Check) -> bool:
    if check.error:  # it stands for every check of its section
        return True
    if selection.kinds and check.kind not in selection.kinds:
        return False
    texts = (check.id, check.kind, check.title, plan.section.heading)
    return selection.keywords is None or selection.keywords("\n".join(texts))


def _section_filter(typed: Sequence[str], sections: Sequence[Section]) -> Callable[[Section], bool]:
    if not typed:
        return lambda _: True
    from qa_sync.dataflow.section_names import section_filter  # noqa: PLC0415 - most runs do not select

    return section_filter(typed, sections)


def _reject_unknown(what: str, typed: tuple[str, ...], known: set[str]) -> None:
    folded = {name.casefold() for name in known}
    for name in typed:
        if name.casefold() not in folded:
            parts = [part.strip() for part in name.split(",")]
            hint = "give one name each: " + " ".join(f"--kind {part}" for part in parts)
            several = len(parts) > 1 and not folded.isdisjoint(map(str.casefold, parts))
            raise UnknownName(
                what, name, sorted(known), offered=() if several else None, hint=hint if several else None
            )
