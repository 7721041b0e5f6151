"""What the templates of a connector can use."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from qa_sync.systems.templates import names as tables
from qa_sync.systems.templates.filters import FILTERS, decode_jwt
from reference.markup import code, prose, table


def names() -> str:
    """Return the names that templates know."""
    return _described("Name", tables.NAMES)


def functions() -> str:
    """Return what templates can call."""
    return _described("Function", tables.FUNCTIONS)


def markers() -> str:
    """Return what a rendered text can say about itself."""
    return _described("Marker", tables.MARKERS)


def placeholders() -> str:
    """Return what is filled in beside expressions."""
    return _described("Placeholder", tables.PLACEHOLDERS)


def filters() -> str:
    """Return the filters beside those of Jinja, each by the first sentence of its function."""
    return table(("Filter", "Meaning"), ((code(name), text) for name, text in described_filters()))


def described_filters() -> Iterator[tuple[str, str]]:
    """Yield each filter with what it returns."""
    for name, function in {**FILTERS, "decode_jwt": decode_jwt}.items():
        yield name, prose(first_sentence(function))


def first_sentence(function: Callable[..., Any]) -> str:
    """Return the first sentence of a function's docstring."""
    text = " ".join((inspect.getdoc(function) or "").split("\n\n")[0].split()).removeprefix("Return ")
    sentence = re.split(r"[.;:] ", text)[0].rstrip(".")
    return f"{sentence[0].upper()}{sentence[1:]}."


def _described(what: str, rows: Mapping[str, str]) -> str:
    return table((what, "Meaning"), ((code(name), prose(text)) for name, text in rows.items()), "25 75")
