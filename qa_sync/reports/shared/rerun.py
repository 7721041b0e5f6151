"""The command that runs failed checks again."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable

from qa_sync.reports.shared.failure_causes import FailureCause
from qa_sync.running.events import CheckFinished, Status
from qa_sync.running.results import Results

MOST_SPECS = 4
_NO_WORD = re.compile(r"[\s()']")
"""What a word of `-k` cannot contain; a phrase in quotes can."""


def rerun_command(results: Results, specs: Iterable[str], *selection: str) -> str | None:
    """Return the command that runs checks of these specs as in this run; None where no command is known."""
    if results.options is None:
        return None
    named = list(dict.fromkeys(specs))
    shown = [shlex.quote(spec) for spec in named] if len(named) <= MOST_SPECS else ["SPEC..."]
    return " ".join(["qa-sync check", *shown, shlex.join([*results.options, *selection])]).rstrip()


def keyword_of(check: CheckFinished, width: int) -> str:
    """Return what to give to `-k` for a check: its id without the spec, or its last part if that is too wide."""
    _, _, tail = check.id.partition("/")
    short = tail if len(tail) <= width else tail[max(0, tail.find(f"/{check.kind}") + 1) :]
    keyword = short or check.id
    return f'"{keyword}"' if _NO_WORD.search(keyword) else keyword


def keywords_of(cause: FailureCause, results: Results, width: int, most: int) -> list[str]:
    """Return what to give to `-k` for the checks of a cause: the kind if no other check of it ran, else ids."""
    kinds = [kind.name for kind in cause.kinds]
    if len(cause.checks) > 1 and len(kinds) == 1:
        ran = (c for c in results.checks if c.status not in {Status.SKIPPED, Status.MANUAL})
        if sum(kinds[0] in f"{c.id}\n{c.kind}\n{c.title}" for c in ran) == len(cause.checks):
            return [kinds[0]]
    return [keyword_of(check, width) for check in cause.checks[:most]]
