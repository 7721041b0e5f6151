"""Which contacts a query finds, and which of their fields it returns.

Source: docs/explanation/vendors/wix.rst, "Contacts v4".
"""

from __future__ import annotations

from typing import Any

from qa_sync.sandbox.store import Doc
from qa_sync.sandbox.wix import query
from qa_sync.sandbox.wix.site import pruned

SAME = ("$eq", "$ne", "$in", "$exists")
TEXT = (*SAME, "$startsWith")
ORDERED = ("$eq", "$ne", "$gt", "$gte", "$lt", "$lte")
FIELDS = query.Fields(
    filters={
        "id": SAME,
        **dict.fromkeys(("createdDate", "updatedDate", "lastActivity.activityDate", "info.birthdate"), ORDERED),
        **dict.fromkeys(("primaryInfo.email", "primaryInfo.phone", "info.name.first", "info.name.last"), TEXT),
        **dict.fromkeys(("info.company", "info.jobTitle", "info.emails.email", "info.phones.phone"), TEXT),
        **dict.fromkeys(("info.phones.e164Phone", "info.addresses.street", "info.addresses.city"), TEXT),
        **dict.fromkeys(("info.addresses.country", "info.addresses.subdivision", "info.locale"), SAME),
        "info.labelKeys": ("$hasSome", "$hasAll"),
        "info.extendedFields.": TEXT,
    },
    sorts=(
        *("createdDate", "lastActivity.activityDate", "primaryInfo.email", "info.name.first", "info.name.last"),
        *("info.company", "info.jobTitle", "info.birthdate"),
    ),
)
FIELDSETS = {
    "BASIC": ("primaryInfo", "info.name"),
    "COMMUNICATION_DETAILS": ("info.emails", "info.phones", "info.addresses"),
    "EXTENDED": ("info.extendedFields",),
}


def find_contacts(criteria: Doc, search: Any, docs: list[Doc]) -> list[Doc]:
    """Return the contacts that meet a query's filter and mention the searched text, in the query's order."""
    condition = criteria.get("filter") or {}
    query.matches({}, condition, FIELDS)  # a bad filter is an error even without documents
    matches = [doc for doc in docs if query.matches(doc, condition, FIELDS)]
    if search:
        matches = [doc for doc in matches if _mentions(doc, str(search).casefold())]
    for field, order in query.sort_pairs(criteria.get("sort")):
        matches = query.in_order(matches, field, order, FIELDS)
    return matches


def _mentions(doc: Doc, text: str) -> bool:
    paths = ("info.name.first", "info.name.last", "info.emails.email", "info.phones.phone")
    return any(text in str(value).casefold() for path in paths for value in query.values_at(doc, path))


def requested_part(doc: Doc, criteria: Doc) -> Doc:
    """Return the requested fieldsets and fields, and always id and revision."""
    doc = pruned(doc)
    sets = [s for s in criteria.get("fieldsets") or () if s]
    paths = [f for f in criteria.get("fields") or () if f] + [p for s in sets for p in FIELDSETS.get(s, ())]
    if not paths or "FULL" in sets:
        return doc
    shown: Doc = {}
    for path in ("id", "revision", *paths):
        _copy(doc, shown, path.split("."))
    return shown


def _copy(source: Doc, target: Doc, parts: list[str]) -> None:
    head, *rest = parts
    if head not in source:
        return
    if rest and isinstance(source[head], dict):
        _copy(source[head], target.setdefault(head, {}), rest)
    else:
        target[head] = source[head]
