"""Chooses a table of a database, or a sheet of a workbook."""

from __future__ import annotations

from collections.abc import Sequence

from qa_sync.errors import UsageError, did_you_mean


def chosen(place: str, what: str, names: Sequence[str], wanted: str) -> str:
    """Return the wanted table, or the only one; raises UsageError for an unknown one, and if there are several."""
    if wanted in names:
        return wanted
    if wanted:
        known = f"; expected one of {', '.join(names)}" if names else ""
        raise UsageError(f"{place}: there is no {what} {wanted!r}{known}", hint=did_you_mean(wanted, names))
    if len(names) == 1:
        return names[0]
    hint = f"name one: {place}#{names[0]}" if names else None
    raise UsageError(f"{place}: expected one {what}, found {', '.join(sorted(names)) or 'none'}", hint=hint)
