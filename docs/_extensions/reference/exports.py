"""The formats and places of exports that an audit reads."""

from __future__ import annotations

from qa_sync.audit.sources.table import FORMATS, PLACES
from reference.markup import code, codes, prose, table


def formats() -> str:
    """Return the formats of files."""
    rows = ((codes(one.endings), one.title, prose(_sentence(one.meaning)), _extra(one.extra)) for one in FORMATS)
    return table(("Files", "Format", "What is read", "Needs"), rows, "20 12 53 15")


def places() -> str:
    """Return the places that are no file."""
    rows = ((code(one.form), one.title, prose(_sentence(one.meaning)), _extra(one.extra)) for one in PLACES)
    return table(("Place", "Kind", "What is read", "Needs"), rows, "30 12 43 15")


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}"


def _extra(name: str | None) -> str:
    return code(f"qa-sync[{name}]") if name else ""
