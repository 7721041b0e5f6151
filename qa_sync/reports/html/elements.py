"""The small pieces that all parts of the page are made of; everything from outside passes `text`."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from qa_sync.reports.shared.escape import escape_invisible
from qa_sync.running.events import CheckFinished, Status

LETTER = {Status.PASSED: "p", Status.FAILED: "f", Status.ERROR: "e", Status.SKIPPED: "s", Status.MANUAL: "m"}
"""The class of a status; short, because a page has very many of them."""


def text(some: str) -> str:
    """Return text from outside as HTML, also within quotes; what cannot be seen is written out."""
    return escape(escape_invisible(some, lines=True))


def title(check: CheckFinished) -> str:
    """Return what a check claims, with an arrow that no line can break in two."""
    return text(with_arrow(check.title))


def with_arrow(some: str) -> str:
    """Return a claim as people write it: `a → b`."""
    return some.replace(" -> ", " → ")


def badge(status: Status, words: str) -> str:
    """Return words in the colour of a status, with its symbol (which the style sheet adds)."""
    return f'<b class="{LETTER[status]}">{words}</b>'


def statuses(checks: Iterable[CheckFinished]) -> str:
    """Return the classes by which a passage is found when only some statuses are wanted: `hp hf`."""
    found = {check.status for check in checks}
    return " ".join([f"h{letter}" for status, letter in LETTER.items() if status in found])


def counted(number: int, noun: str) -> str:
    """Return `1 check`, `2 checks`."""
    return f"{number:,} {noun}{'s' * (number != 1)}"
