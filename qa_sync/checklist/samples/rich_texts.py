"""Sample texts in HTML, for pairs that hold HTML on both sides."""

from __future__ import annotations

import html
from typing import Final

from qa_sync.checklist.samples.constraints import SampleConstraints

NAMES: Final = ("strong", "em")
"""The tags of a word, by version in turn."""

LONGEST_TAGS: Final = 160
"""More characters than all tags of a sample have."""


def with_sample_tags(text: str, constraints: SampleConstraints) -> str:
    """Return a sample text as HTML: an emphasized word, a link and a list, where there is room for their tags."""
    if len(text) + LONGEST_TAGS > constraints.limit:
        return _escaped(text)
    first, word, rest = (*map(_escaped, text.strip().split(" ", 2)), "", "")[:3]
    name, number = NAMES[constraints.version % len(NAMES)], constraints.number
    link = f'<a href="https://example.org/?a={number}&amp;b=1">link</a>'
    return f"<p>{first} <{name}>{word}</{name}> {rest} {link}</p><ul><li>one</li><li>two</li></ul>"


def _escaped(text: str) -> str:
    return html.escape(text, quote=False)
