"""The command that runs failed checks again."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable

from qa_sync.reports.shared.failure_causes import FailureCause
from qa_sync.running.events import CheckFinished, Status
from qa_sync.running.results import Results

MOST_SPECS = 4
NOT_RUN = frozenset({Status.SKIPPED, Status.MANUAL})
_NO_WORD = re.compile(r"[\s()'\"]")
"""What a word of `-k` cannot contain; a phrase in quotes can."""


def rerun_command(results: Results, specs: Iterable[str], *selection: str) -> str | None:
    """Return the command that runs checks of these specs as in this run; None where no command is known."""
    if results.options is None:
        return None
    named = list(dict.fromkeys(specs))
    shown = [shlex.quote(spec) for spec in named] if len(named) <= MOST_SPECS else ["SPEC..."]
    return " ".join(["qa-sync check", *shown, shlex.join([*results.options, *selection])]).rstrip()


def keywords_of(cause: FailureCause, results: Results, width: int, most: int) -> list[str]:
    """Return what to give to `-k` for the checks of a cause: the kind if no other check of it ran, else ids."""
    kinds = [kind.name for kind in cause.kinds]
    if cause.count > 1 and len(kinds) == 1 and _selects_only(kinds[0], cause, results):
        return [kinds[0]]
    return [keyword_of(check, width) for check in cause.examples(most)]


def _selects_only(kind: str, cause: FailureCause, results: Results) -> bool:
    """Return whether a kind as `-k` selects the checks of the cause only, of those that ran in its specs."""
    number = 0
    for section in (s for spec in results.specs if spec.spec in cause.sections for s in spec.sections):
        number += sum(kind in f"{c.id}\n{c.kind}\n{c.title}" for c in section.checks if c.status not in NOT_RUN)
        if number > cause.count:
            return False
    return number == cause.count


def keyword_of(check: CheckFinished, width: int = 200) -> str:
    """Return what to give to `-k` for a check: its id without the spec, or less of it if that is too wide."""
    tail = check.id.partition("/")[2] or check.id
    whole = _word(tail)
    if len(shlex.quote(whole)) <= width:
        return whole
    pair = tail[max(0, tail.find(f"/{check.kind}") + 1) :]
    shorter = (_word(pair), f"{_word(check.kind)} and {_word(check.title.rpartition(' -> ')[2])}")
    return next((word for word in shorter if len(shlex.quote(word)) <= width), whole)


def _word(text: str) -> str:
    """Return a text as one word of `-k`; a text without both kinds of quotes can be a phrase."""
    if not _NO_WORD.search(text):
        return text
    return f'"{text}"' if '"' not in text else f"'{text}'"
