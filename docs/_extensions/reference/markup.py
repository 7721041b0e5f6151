"""reStructuredText made by functions: tables, headings, and texts of the code as inline markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

CODE = re.compile(r"`+([^`]+)`+")
CONSTANT = re.compile(r"(?<![\w`$@-])(\$[A-Z]+\([a-z_]+\)|\$[A-Z_]{3,}|--[a-z][\w-]*)(?![\w`-])")


def code(text: str) -> str:
    """Return a text as inline code."""
    return f"``{text}``" if text else ""


def codes(texts: Iterable[str]) -> str:
    """Return several texts as inline code."""
    return ", ".join(map(code, texts))


def prose(text: str) -> str:
    """Return a sentence of the code as reStructuredText: `x` in backquotes is code, all else means itself."""
    pieces = CODE.split(" ".join(text.split()))
    return "".join(code(piece) if at % 2 else _plain(piece) for at, piece in enumerate(pieces))


def _plain(text: str) -> str:
    parts = CONSTANT.split(text)
    return "".join(code(part) if at % 2 else re.sub(r"([\\*_|<>])", r"\\\1", part) for at, part in enumerate(parts))


def heading(text: str, underline: str = "-") -> str:
    """Return a heading with blank lines around it."""
    return f"\n{text}\n{underline * len(text)}\n\n"


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], widths: str = "auto") -> str:
    """Return a table; cells are reStructuredText and may have several lines."""
    lines = [".. list-table::", "   :header-rows: 1", f"   :widths: {widths}", ""]
    for row in (columns, *rows):
        lines += [line for at, cell in enumerate(row) for line in _cell(cell, first=not at)]
    return "\n".join([*lines, ""]) + "\n"


def _cell(text: str, *, first: bool) -> Iterable[str]:
    start, *more = text.split("\n") or [""]
    yield f"   {'*' if first else ' '} - {start}".rstrip()
    yield from (f"       {line}".rstrip() for line in more)


def definitions(items: Iterable[tuple[str, str]]) -> str:
    """Return a definition list; a definition's lines are indented below its term."""
    return "".join(f"{term}\n{indented(text)}\n" for term, text in items)


def indented(text: str) -> str:
    """Return a text three blanks further in."""
    return "".join(f"   {line}".rstrip() + "\n" for line in text.splitlines())


def bullets(items: Iterable[str]) -> str:
    """Return a bulleted list of one-line items."""
    return "".join(f"* {item}\n" for item in items) + "\n"
