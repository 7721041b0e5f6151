"""What the pages of a list say: the number of the first page, and how many records a page has at most.

A page that is smaller than requested, with more records after it, is a limit that the system does not report: a list
that trusts the size it has requested would end there, and one by offsets would leave records out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from qa_sync.openapi.learning.model import Proposal
from qa_sync.systems.connectors.operations import Operation

FROM_ONE: Final = "{{ page + 1 }}"
FROM_ZERO: Final = "{{ page }}"
BY_OFFSET: Final = "{{ page * page_size }}"
SAFE: Final = ("empty-result", "same-response")
"""Ends a list at a page without records, whatever the size of a page is."""

BASE_GUESS: Final = "pages are counted from 1"
SIZE_GUESS: Final = "the document gives no largest"


class Trials(Struct, frozen=True):
    """The ids on pages: the first two as drafted, and those of an alternative (None: not read, or rejected)."""

    first: tuple[str, ...]
    second: tuple[str, ...] | None = None
    other_base: tuple[str, ...] | None = None
    after_first: tuple[str, ...] | None = None


def page_parameter(operation: Operation) -> tuple[str, str] | None:
    """Return name and template of the parameter that counts pages or records, or None."""
    known = {FROM_ONE, FROM_ZERO, BY_OFFSET}
    return next(((n, t) for n, t in operation.params.items() if isinstance(t, str) and t in known), None)


def without_end(operation: Operation) -> Operation:
    """Return an operation that does not end at a page that is not full."""
    return replace(operation, termination=SAFE) if page_parameter(operation) else operation


def with_other_base(operation: Operation) -> Operation | None:
    """Return an operation that counts pages from the other number, or None if it does not count pages."""
    found = page_parameter(operation)
    if found is None or found[1] == BY_OFFSET:
        return None
    return with_parameter(operation, found[0], FROM_ZERO if found[1] == FROM_ONE else FROM_ONE)


def with_parameter(operation: Operation, name: str, value: str) -> Operation:
    """Return an operation with a parameter replaced."""
    params: Mapping[str, object] = {**operation.params, name: value}
    return replace(operation, params=params)


def with_better_base(operation: Operation, trials: Trials) -> Operation | None:
    """Return the operation that counts pages from the other number, if the first page has left records out."""
    found = page_parameter(operation)
    is_less = found is not None and found[1] == FROM_ONE and bool(set(trials.other_base or ()) - set(trials.first))
    return with_other_base(operation) if is_less else None


def learn_pages(entity: str, operation: Operation, trials: Trials) -> Iterator[Proposal]:
    """Yield the proposals about the first page of a list, where its pages are counted."""
    found = page_parameter(operation)
    if found is not None and found[1] != BY_OFFSET:
        yield from _base(entity, operation, trials, *found)


def _base(entity: str, operation: Operation, trials: Trials, name: str, template: str) -> Iterator[Proposal]:
    first, other = set(trials.first), set(trials.other_base or ())
    make = partial(Proposal, entity, operation=operation.name, settles=(BASE_GUESS,))
    if template == FROM_ONE and other - first:
        why = f"page 0 has {len(other - first)} records that page 1 does not have"
        yield make(why=why, keys=("params", name), value=FROM_ZERO)
    elif template == FROM_ZERO and other and first == other:
        yield make(why="page 0 is page 1", keys=("params", name), value=FROM_ONE)
    elif template == FROM_ONE and first:
        yield make(why="page 0 has no other records than page 1")


def learn_size(entity: str, operation: Operation, trials: Trials) -> Iterator[Proposal]:
    """Yield the proposals about the size of a page."""
    found = page_parameter(operation)
    size, seen = operation.page_size, len(trials.first)
    if not size or not seen or found is None:
        return
    make = partial(Proposal, entity, operation=operation.name, settles=(SIZE_GUESS,))
    more = set((trials.after_first if found[1] == BY_OFFSET else trials.second) or ()) - set(trials.first)
    if seen < size and more:
        why = f"{size} records were requested and {seen} came, with more after them"
        yield make(why=why, keys=("page_size",), value=seen)
        if set(operation.termination) != set(SAFE):
            yield make(why=why, keys=("next_page_termination_strategy",), value=list(SAFE))
    elif seen == size:
        yield make(why=f"a page has the {size} records that were requested")
