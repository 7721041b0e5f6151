"""Wix's query language: filters, sorting, paging.

Source: docs/explanation/vendors/wix.rst, "Query language", "Contact lists", "Order queries" and "Product queries".
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from qa_sync.sandbox.store import Doc
from qa_sync.sandbox.wix.errors import invalid, reject

Test = Callable[[list[Any], Any], bool]

DATE = re.compile(r"\d{4}-\d\d-\d\dT")


def values_at(doc: Any, path: str) -> list[Any]:
    """Return the values at a dotted path, in each element of lists and of Wix's `{items: []}`."""
    found = [doc]
    for part in path.split("."):
        found = [value[part] for value in _elements(found) if isinstance(value, dict) and part in value]
    return [value for value in _elements(found) if value is not None]


def _elements(values: Iterable[Any]) -> Iterable[Any]:
    for value in values:
        inner = value["items"] if isinstance(value, dict) and isinstance(value.get("items"), list) else value
        if isinstance(inner, list):
            yield from inner
        else:
            yield inner


def _comparable(value: Any) -> Any:
    """Return a time in a comparable form, with any number of decimals; epoch milliseconds count as times."""
    if isinstance(value, str) and DATE.match(value):
        try:
            at = datetime.fromisoformat(value)
        except ValueError:
            return value
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    return value


def _ordered(compare: Callable[[Any, Any], bool]) -> Test:
    def test(values: list[Any], wanted: Any) -> bool:
        right = _comparable(wanted)
        lefts = [_comparable(value) for value in values]
        if isinstance(right, int | float) and any(isinstance(v, str) for v in values):
            right = right / 1000 if isinstance(wanted, int | float) else right
        return any(compare(left, right) for left in lefts if isinstance(left, str) == isinstance(right, str))

    return test


def _has(values: list[Any], wanted: Any) -> bool:
    return any(_comparable(value) == _comparable(wanted) for value in values)


def _text(check: Callable[[str, str], bool]) -> Test:
    return lambda values, wanted: any(check(str(v).casefold(), str(wanted).casefold()) for v in values)


OPERATORS: dict[str, Test] = {
    "$eq": _has,
    "$ne": lambda values, wanted: not _has(values, wanted),
    "$gt": _ordered(lambda left, right: left > right),
    "$gte": _ordered(lambda left, right: left >= right),
    "$lt": _ordered(lambda left, right: left < right),
    "$lte": _ordered(lambda left, right: left <= right),
    "$in": lambda values, wanted: any(_has(values, one) for one in wanted),
    "$nin": lambda values, wanted: not any(_has(values, one) for one in wanted),
    "$hasSome": lambda values, wanted: any(_has(values, one) for one in wanted),
    "$hasAll": lambda values, wanted: all(_has(values, one) for one in wanted),
    "$exists": lambda values, wanted: bool(values) is bool(wanted),
    "$startsWith": _text(lambda value, wanted: value.startswith(wanted)),
    "$contains": _text(lambda value, wanted: wanted in value),
}
LISTS = ("$in", "$nin", "$hasSome", "$hasAll")


class Fields(Struct, frozen=True):
    """The fields of one entity for filters (path prefix -> operators) and for sorting."""

    filters: Mapping[str, Sequence[str]]
    sorts: Sequence[str]

    def operators(self, path: str) -> Sequence[str]:
        """Return the operators of a path; a prefix that ends in a dot includes all paths below it."""
        if path in self.filters:
            return self.filters[path]
        for prefix, operators in self.filters.items():
            if prefix.endswith(".") and path.startswith(prefix):
                return operators
        raise reject(400, "UNSUPPORTED_FILTER_FIELD_UNKNOWN", f"Field '{path}' cannot be filtered by")


def matches(doc: Doc, condition: Any, fields: Fields) -> bool:
    """Return whether a document meets a filter; raises the vendor's 400 for an invalid one."""
    if not isinstance(condition, dict):
        raise reject(400, "MALFORMED_FILTER", "Expected an object")
    met = [_meets(doc, name, wanted, fields) for name, wanted in condition.items()]  # each part is checked
    return all(met)


def _meets(doc: Doc, name: str, wanted: Any, fields: Fields) -> bool:
    if name in ("$and", "$or"):
        if not isinstance(wanted, list):
            raise reject(400, "MALFORMED_FILTER", f"{name}: Expected an array")
        parts = [matches(doc, part, fields) for part in wanted]
        return all(parts) if name == "$and" else any(parts)
    if name == "$not":
        return not matches(doc, wanted, fields)
    allowed = fields.operators(name)
    tests = wanted if isinstance(wanted, dict) else {"$eq": wanted}
    values = values_at(doc, name)
    passed = [_passes(values, name, operator, value, allowed) for operator, value in tests.items()]
    return all(passed)


def _passes(values: list[Any], path: str, operator: str, wanted: Any, allowed: Sequence[str]) -> bool:
    if operator not in allowed:
        raise reject(400, "UNSUPPORTED_FILTER_OPERATOR", f"Field '{path}' does not support {operator}")
    if operator in LISTS and not isinstance(wanted, list):
        raise reject(400, "UNSUPPORTED_FILTER_VALUE_TYPE", f"{operator} of '{path}': Expected an array")
    return OPERATORS[operator](values, wanted)


def in_order(docs: list[Doc], field: str, order: str, fields: Fields) -> list[Doc]:
    """Return the documents sorted by a field; those without it come first."""
    if field not in fields.sorts:
        raise reject(400, "UNSUPPORTED_SORT_FIELD", f"Cannot sort by '{field}'")

    def key(doc: Doc) -> tuple[bool, Any]:
        values = values_at(doc, field)
        value = _comparable(values[0]) if values else 0
        return (bool(values), value.casefold() if isinstance(value, str) else value)

    return sorted(docs, key=key, reverse=str(order).upper() == "DESC")


def from_text(query: Doc, name: str) -> Any:
    """Return the `filter` or `sort` of a legacy query, which is a string of JSON; None when absent."""
    text = query.get(name)
    if text in (None, ""):
        return None
    if not isinstance(text, str):
        raise invalid(f"query.{name}", "TYPE", "Expected a string")
    try:
        return json.loads(text)
    except ValueError:
        raise invalid(f"query.{name}", "FORMAT", "Expected JSON in a string") from None


def legacy_page(docs: list[Doc], request: Doc, most: int, fields: Fields) -> tuple[list[Doc], Doc, int]:
    """Return a page, its metadata and the total, as in the Stores APIs; filter and sort are strings."""
    limit, offset = paging(request.get("paging"), most, most)
    condition = from_text(request, "filter") or {}
    matches({}, condition, fields)  # a bad filter is an error even without documents
    found = [doc for doc in docs if matches(doc, condition, fields)]
    for field, order in sort_pairs(from_text(request, "sort")):
        found = in_order(found, field, order, fields)
    return found[offset : offset + limit], {"items": limit, "offset": offset}, len(found)


def sort_pairs(sort: Any) -> list[tuple[str, str]]:
    """Return (field, order) of a sort in either notation."""
    pairs: list[tuple[str, str]] = []
    for one in sort if isinstance(sort, list) else [sort] if sort else []:
        if not isinstance(one, dict):
            raise invalid("query.sort", "TYPE", "Expected an array of objects")
        if "fieldName" in one:
            pairs.append((str(one["fieldName"]), str(one.get("order", "ASC"))))
        else:
            pairs.extend((str(field), str(order)) for field, order in one.items())
    return pairs


def paging(given: Any, default: int, most: int) -> tuple[int, int]:
    """Return (limit, offset); raises the vendor's 400 above the maximum."""
    given = given or {}
    if not isinstance(given, dict):
        raise invalid("paging", "TYPE", "Expected an object")
    try:
        limit, offset = int(given.get("limit", default)), int(given.get("offset", 0))
    except (TypeError, ValueError):
        raise invalid("paging", "TYPE", "Expected an integer") from None
    if not 0 <= limit <= most or offset < 0:
        raise reject(400, "ILLEGAL_LIMIT", f"limit must be between 0 and {most}, offset at least 0")
    return limit, offset
