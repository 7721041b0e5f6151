"""Parses table cells: a property path with its conditions, or a data type.

Source: docs/explanation/grammar.rst, "Data types" and "Dependent properties".
"""

from __future__ import annotations

from qa_sync.dataflow.model import When

_HAVING = "Dependant on having "

_SCALARS = {f'"{name}"': name for name in ("string", "integer", "float", "boolean", "decimal", "list")}
_UNKNOWN = ("", "N/A")


def parse_path_cell(cell: str) -> tuple[str, tuple[When, ...]]:
    """Return a cell's base path and its `Dependant on having V in P` conditions, stripped of surrounding blanks.

    Several conditions share one pair of parentheses without a separator; V and P may be empty.
    """
    base, opened, inside = cell.partition(f"({_HAVING}")
    if not opened:
        return cell.strip(), ()
    conditions = inside.rstrip().removesuffix(")").split(_HAVING)
    return base.strip(), tuple(_when(condition) for condition in conditions)


def parse_data_type(cell: str) -> tuple[str | None, str | None]:
    """Return a cell's type and, for an expression, its raw text.

    A JSON string with the name of a type is that type; `N/A` and an empty cell are None; all else is `expression`.
    """
    cell = cell.strip()
    if cell in _UNKNOWN:
        return None, None
    scalar = _SCALARS.get(cell)
    return (scalar, None) if scalar else ("expression", cell)


def _when(condition: str) -> When:
    # Without V the text is ` in P`; without P it is `V in `, possibly without the trailing blank.
    value, _, path = f"{condition} ".partition(" in ")
    return When(value.strip(), path.strip())
