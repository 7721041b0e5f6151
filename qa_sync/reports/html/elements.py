"""The small elements of the page; all external text is escaped by `text`."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from qa_sync.reports.shared.escape import escape_invisible
from qa_sync.running.events import CheckFinished, Status

LETTER = {Status.PASSED: "p", Status.FAILED: "f", Status.ERROR: "e", Status.SKIPPED: "s", Status.MANUAL: "m"}
"""The CSS class of a status; short, because a page has very many of them."""


def text(some: str) -> str:
    """Return external text as HTML, also for attribute values; invisible characters are escaped."""
    return escape(escape_invisible(some, lines=True))


def title(check: CheckFinished) -> str:
    """Return the title of a check, with an arrow that is not broken across lines."""
    return text(with_arrow(check.title))


def with_arrow(some: str) -> str:
    """Return a title with a typographic arrow: `a → b`."""
    return some.replace(" -> ", " → ")


def badge(status: Status, words: str) -> str:
    """Return words in the color of a status, with its symbol (which the style sheet adds)."""
    return f'<b class="{LETTER[status]}">{words}</b>'


def statuses(checks: Iterable[CheckFinished]) -> str:
    """Return the CSS classes for filtering a passage by the status of its checks: `hp hf`."""
    return classes_of(check.status for check in checks)


def classes_of(some: Iterable[Status]) -> str:
    """Return the CSS classes for filtering a passage by these statuses."""
    found = set(some)
    return " ".join([f"h{letter}" for status, letter in LETTER.items() if status in found])


def counted(number: int, noun: str) -> str:
    """Return `1 check`, `2 checks`."""
    return f"{number:,} {noun}{'s' * (number != 1)}"
