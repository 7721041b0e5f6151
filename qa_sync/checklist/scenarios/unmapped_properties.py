"""What no row of the spec is about: a record is given more than the rows need, and the sync must not change it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from qa_sync.checklist.pair_capabilities import mapped_paths
from qa_sync.checklist.samples.edit_rounds import ADDRESS_PARTS, ORDER_TOTALS
from qa_sync.checklist.samples.order_amounts import LINES_WITH_ADDED, amounts
from qa_sync.checklist.samples.record import is_line_property
from qa_sync.checklist.scenarios.context import AS_CREATED, SectionContext
from qa_sync.checklist.side import Side
from qa_sync.checklist.steps import AddUnmappedValues, IdOf, SampleValue, UnmappedValue
from qa_sync.systems.cards import EntityCard, PropertyCard, Writable

ONE_MORE = 10
"""The version of the value in one more element of a list."""

KEPT_ON = frozenset({"visible", "is_active"})
"""Concepts of flags that stay true on the source: many syncs leave out a record where they are false."""

LEFT_ALONE = frozenset({"status", "currency", "slug", "lines.total", *ORDER_TOTALS})
"""Concepts of properties whose edit changes others."""

LINE_AMOUNTS = frozenset({"lines.quantity", "lines.unit_price", "lines.discount_percent"})
"""Concepts of the members of lines from which a system derives its totals."""

_SELECTOR = re.compile(r"\[([^=\]]+)=([^\]]*)\]")


def give_more(context: SectionContext, role: str) -> tuple[AddUnmappedValues, ...]:
    """Return the steps that give a linked pair more than the rows need, on each side that a sync can update."""
    sides = (side for side in Side if not context.entities.reason_no_operation(side, "update"))
    return tuple(AddUnmappedValues(role, side, tuple(_given(context, role, side))) for side in sides)


def _given(context: SectionContext, role: str, side: Side) -> Iterator[UnmappedValue]:
    card, mark = context.entities.card(side), context.mark("update", role)
    mapped = {*mapped_paths((context.entities, *context.related.siblings.values()), card)}
    mapped |= context.linking.condition_values.keys() if side is Side.SOURCE else set()
    write_paths = {card.properties[path].write_path for path in mapped & card.properties.keys()}
    free = [p for p in card.properties.values() if p.path not in mapped and p.write_path not in write_paths]
    for own in (p for p in free if _may_be_given(p, card, mapped)):
        in_lines = is_line_property(own)
        values = _line_values(context, own, mark) if in_lines else _values(context, side, own, mark)
        if values:
            yield UnmappedValue(own.path, own.write_path, own.form, values, optional=in_lines, per_line=in_lines)
    yield from _more_elements(context, card, mark)


def _may_be_given(own: PropertyCard, card: EntityCard, mapped: Iterable[str]) -> bool:
    """Return whether a property can be written without side effects."""
    special = own.unique or own.required or own.derived or own.also or own.fixed or own.concept in LEFT_ALONE
    if special or own.writable is not Writable.ALWAYS or own.path in card.volatile:
        return False
    if own.concept in LINE_AMOUNTS:
        return not any(card.properties[path].derived for path in mapped if path in card.properties)
    head, _, part = (own.concept or "").rpartition(".")
    if part not in ADDRESS_PARTS:
        return True
    # Systems validate the parts of an address against each other.
    concepts = {card.properties[path].concept for path in mapped if path in card.properties}
    return not any(f"{head}.{other}" in concepts for other in ADDRESS_PARTS)


def _values(context: SectionContext, side: Side, own: PropertyCard, mark: str) -> tuple[SampleValue, ...]:
    """Return the values of which the record is given the first that it does not have."""
    if own.references:
        roles = context.related.reference_roles.get(own.references, ())
        return tuple(IdOf(role) for role in roles[:1])
    if own.form.convert == "boolean" or set(own.form.options.get("values", {}).values()) == {True, False}:
        return (True,) if own.concept in KEPT_ON and side is Side.SOURCE else (True, False)
    if own.form.convert == "choice":
        return tuple(own.form.options["values"].values())
    return (context.sample(own, mark, AS_CREATED),)


def _line_values(context: SectionContext, own: PropertyCard, mark: str) -> tuple[SampleValue, ...]:
    """Return a value for each of the lines of an order."""
    if own.references:
        return tuple(IdOf(role) for role in context.related.reference_roles.get(own.references, ()))
    numbers = range(1, LINES_WITH_ADDED + 1)
    known = amounts(AS_CREATED, LINES_WITH_ADDED).get(own.concept or "")
    if isinstance(known, tuple):
        return known
    return tuple(context.sample(own, mark, AS_CREATED, number) for number in numbers)


def _more_elements(context: SectionContext, card: EntityCard, mark: str) -> Iterator[UnmappedValue]:
    """Yield a value in one more element of each list from which the properties of the card select one element."""
    selected: dict[str, list[PropertyCard]] = {}
    for own in card.properties.values():
        if selector := _SELECTOR.search(own.write_path):
            selected.setdefault(own.write_path[: selector.start()], []).append(own)
    for container, properties in selected.items():
        elements = {_SELECTOR.findall(own.write_path)[0] for own in properties}
        own, (key, value) = properties[0], next(iter(elements))
        other = _other_element(key, value)
        plain = own.writable is Writable.ALWAYS and not own.references and own.concept not in LEFT_ALONE
        if other and plain and len(elements) == 1:
            rest = _SELECTOR.split(own.write_path, maxsplit=1)[-1]
            path = f"{container}[{key}={other}]{rest}"
            yield UnmappedValue(path, path, own.form, (context.sample(own, mark, ONE_MORE),), optional=True)


def _other_element(key: str, value: str) -> str | None:
    """Return the value that selects another element; None when a system may know only some values, like tags."""
    if value in {"true", "false"}:
        return "false" if value == "true" else "true"
    return f"{value}_more" if key == "key" else None
