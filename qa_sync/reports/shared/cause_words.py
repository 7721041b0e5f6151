"""The words for a cause: a message without what belongs to one check, such as values, ids and numbers of polls."""

from __future__ import annotations

import re
from collections.abc import Iterator

from qa_sync.reports.shared.wording import DIFFERS, short_message
from qa_sync.running.events import CheckFinished

LONGEST_CAUSE = 200
SHORTEST_NAME = 3
"""Shorter ids and titles are not replaced: they occur in other words."""

TRUNCATED = "the text is truncated"
UPDATES = frozenset({"update-forward", "update-backward"})

CHANGED = "changed without an edit"

CASE = "; qa-sync audit "
"""What the lines of single cases have, in a message of an observation."""
HINT = "\n  hint: "
"""What begins the hint of an error; the check itself shows it."""

_POLLS = re.compile(r"; polled \d+ times in [^;]*")
_MARK = re.compile(r" with q[0-9a-f]{8}\b(?: \(from [^()]*\))?")
_SPECIFIC = re.compile(
    r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|(?<=://)(?P<host>[^/\s]+)(?:/\S*?)?(?=:?(?:\s|$))"
    r"|(?<!\bgot )(?<!\bHTTP )(?<!\bstatus )(?<![\w-])[\w-]*\d[\w-]*"
)
"""What differs between checks that fail for one reason: quoted values, paths of URLs, and words with digits.

Numbers of records and HTTP statuses are causes.
"""


class CauseWords:
    """The words for a cause: of its first check, without what is not the same in the others."""

    def __init__(self, check: CheckFinished, heading: str) -> None:
        self.said = stripped_message(check, heading)
        self.unchanged, self.difference, self.kind = (
            check.unchanged,
            check.difference and difference_words(check),
            check.kind,
        )
        self.system = check.records[0].system if check.records else ""
        self.general = self.said if check.difference else general_message(self.said, check, heading)
        self.varies = False

    def text(self, *, every: bool) -> str:
        """Return the words; `every`: all checks of the kinds have failed."""
        if self.unchanged:
            edited = f" of {self.system}" if self.system and self.kind in UPDATES else ""
            if self.kind not in UPDATES:
                return "an edit does not arrive"
            return f"no edit{edited} arrives" if every else f"edits{edited} do not arrive"
        if self.difference is not None:
            return self.difference
        text = " ".join((self.general if self.varies else self.said).split())
        if len(text) <= LONGEST_CAUSE:
            return text
        head, mark, _ = text[:LONGEST_CAUSE].rpartition("; ")
        return head if mark else f"{text[:LONGEST_CAUSE]}..."


def difference_words(check: CheckFinished) -> str:
    """Return the difference between the two values of a check in words."""
    expected, actual = check.expected, check.actual
    if isinstance(expected, str) and isinstance(actual, str) and actual and expected.startswith(actual):
        return TRUNCATED
    return DIFFERS[check.difference] if check.difference else ""


def stripped_message(check: CheckFinished, heading: str) -> str:
    """Return the message without the heading of the section and the number of polls."""
    message = (short_message(check) or "no reason given").removeprefix(f"{heading}: ")
    if message.startswith(CHANGED):
        return CHANGED
    message = message.partition(HINT)[0]
    if CASE in message:
        message = message.partition("\n")[0]
    if "; polled " in message:
        message = _POLLS.sub("", message)
    return _MARK.sub("", message) if " with q" in message else message


def general_message(message: str, check: CheckFinished, heading: str) -> str:
    """Return the message without the names and values of this check."""
    for name in sorted(_entities(check, heading), key=len, reverse=True):
        message = message.replace(name, "record")
    for name in (*(record.id for record in check.records), *check.title.split(" -> ")):
        message = message.replace(name, "…") if len(name) >= SHORTEST_NAME else message
    return _SPECIFIC.sub(lambda found: found["host"] or "…", message)


def _entities(check: CheckFinished, heading: str) -> Iterator[str]:
    yield from (f"{record.system} {record.entity}" for record in check.records)
    yield from filter(None, heading.split(" to "))
