"""Parses titles and headings into labels, entities and facets.

Source: docs/explanation/grammar.rst, "Title and introduction" and "Section headings".
"""

from __future__ import annotations

from qa_sync.dataflow.model import Entity
from qa_sync.dataflow.parsing.labels import LABELS, MAX_LABEL_WORDS

_DATAFLOW = " Dataflow"

# In specs from before 2024-09-17, facets are plain words after the entity.
_OLD_FACETS = frozenset(
    [
        "person",
        "company",
        "variant",
        "organisation",
        "contact",
        "status",
        "type",
        "relation",
        "by",
        "users",
        "classification",
        "typegroup",
    ]
)


def split_title(text: str) -> tuple[str, str] | None:
    """Return the labels of a title `<S> to <T> Dataflow` (either may be empty), or None for other texts."""
    # Not a regular expression, here and below: a pattern that is open on both sides is quadratic on a long line.
    source, to, target = text.removesuffix(_DATAFLOW).partition(" to ")
    if not to or not text.endswith(_DATAFLOW) or "\n" in text:
        return None
    return source.strip(), target.strip()


def split_heading(text: str) -> tuple[str, str] | None:
    """Return the two sides of a section's heading with their leading blanks, or None without ` to `."""
    a, to, b = text.partition(" to ")
    return (a, b) if to and a.strip() and b.strip() else None


def parse_entity(side: str, title_label: str, header_label: str | None = None) -> Entity:
    """Split one side of a heading into label, entity and facet.

    `header_label` is the label in the property table's header (None: unknown) and takes precedence. Otherwise a leading
    blank means an empty label, then the longest known label applies, then all words but the last.
    """
    named, facet = _facet(side.rstrip())
    label = _split_label(named, title_label, header_label)
    entity = named.strip().removeprefix(label).strip()
    if facet is None:
        head, _, last = entity.rpartition(" ")
        if head and last in _OLD_FACETS:
            return Entity(label, head.strip(), last)
    return Entity(label, entity, facet)


def _facet(side: str) -> tuple[str, str | None]:
    """Return the text before a facet in parentheses, and the facet."""
    named, opened, facet = side.removesuffix(")").rpartition(" (")
    return (named.rstrip(), facet.strip()) if opened and named.strip() and side.endswith(")") else (side, None)


def _split_label(named: str, title_label: str, header_label: str | None) -> str:
    if header_label is not None and _begins_with(named.strip(), header_label):
        return header_label
    if named.startswith(" "):
        return ""
    words = named.split(" ")
    known = [
        label for n in range(1, MAX_LABEL_WORDS + 1) if (label := " ".join(words[:n])) in LABELS and n < len(words)
    ]
    if title_label and _begins_with(named, title_label):
        known.append(title_label)
    return max(known, key=len) if known else _without_entity(words)


def _begins_with(named: str, label: str) -> bool:
    return not label or named.startswith(f"{label} ")


def _without_entity(words: list[str]) -> str:
    entity = 2 if len(words) > 2 and words[-1] in _OLD_FACETS else 1  # noqa: PLR2004
    return " ".join(words[:-entity]).strip()
