"""What `--section` and settings take for a section: its number, its key, its heading, or a part that only it has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from qa_sync.dataflow.model import Section
from qa_sync.errors import UnknownName, UsageError


def section_filter(typed: Iterable[str], sections: Sequence[Section]) -> Callable[[Section], bool]:
    """Return whether a section is one of those that were typed; letter case and the number of blanks do not matter.

    A number means the section of that number in every spec. Raises UnknownName for a name that no section has,
    UsageError for a part of several headings, and when there is no section at all.
    """
    wanted = frozenset(name for text in typed for name in _names_meant(text, sections))
    return lambda section: not wanted.isdisjoint(_names(section))


def _names_meant(typed: str, sections: Sequence[Section]) -> tuple[str, ...]:
    if not sections:
        raise UsageError(
            f"--section {typed!r}: no section of the spec can be read", hint="qa-sync lint SPEC shows why, with lines"
        )
    folded = _folded(typed)
    if any(folded in _names(section) for section in sections):
        return (folded,)
    headings = dict.fromkeys(s.heading for s in sections if folded and folded in _folded(s.heading))
    if len(headings) > 1:
        raise UsageError(
            f"--section {typed!r} is a part of {len(headings)} headings: {'; '.join(headings)}",
            hint="give more of the heading, or the number or the key of the section",
        )
    if not headings:
        raise UnknownName(
            "section",
            typed,
            (section.heading for section in sections),
            offered=[name for section in sections for name in (section.heading, section.key)],
            hint=f"the number of a section (1 to {max(section.ordinal for section in sections)}), its key, its heading "
            "or a part of it that no other heading has",
        )
    return tuple(map(_folded, headings))


def _names(section: Section) -> tuple[str, str, str]:
    return _folded(section.heading), _folded(section.key), str(section.ordinal)


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
