"""A comparison of two runs as plain text."""

from __future__ import annotations

from collections.abc import Iterator

from qa_sync.reports.history.compare_runs import RULE, CheckChange, Comparison
from qa_sync.reports.shared.escape import escape_invisible
from qa_sync.reports.shared.wording import seconds

LONG = 300


def render(comparison: Comparison) -> str:
    """Return the changes as text, the most serious first; each check has the file and line of its spec."""
    lines = [*_lines(comparison)]
    return "".join(f"{line}\n" for line in lines)


def _lines(comparison: Comparison) -> Iterator[str]:
    for title, changes, with_message in (
        ("Newly failing", comparison.failing, True),
        ("New errors", comparison.unclear, True),
        ("No longer verified", comparison.unverified, True),
        ("Fixed", comparison.fixed, False),
        ("New", comparison.added, False),
        ("Removed", comparison.gone, False),
    ):
        if changes:
            yield f"{title} ({len(changes)})"
            for change in changes:
                yield from _change(change, with_message=with_message)
            yield ""
    if comparison.slower:
        yield f"Slower ({len(comparison.slower)})"
        for slower in comparison.slower:
            times = f"{seconds(slower.old_s)} -> {seconds(slower.new_s)}{' simulated' * comparison.simulated}"
            yield escape_invisible(f"  {times}  {slower.spec}  {slower.key}  {slower.kind}, {slower.checks} checks")
        yield from (f"  {RULE}", "")
    yield _summary(comparison)


def _change(change: CheckChange, *, with_message: bool) -> Iterator[str]:
    check = change.check
    was = change.old.status if change.old and change.new else ""
    status = f"{was} -> {check.status}" if was else check.status
    yield escape_invisible(f"  {check.spec}:{check.line}  {check.kind}  {check.title}  ({status})")
    if with_message and check.message:
        message = check.message if len(check.message) <= LONG else f"{check.message[:LONG]} ..."
        yield from (f"      {escape_invisible(line)}" for line in message.splitlines())


def _summary(comparison: Comparison) -> str:
    numbers = (
        (len(comparison.failing), "newly failing"),
        (len(comparison.unclear), "with new errors"),
        (len(comparison.unverified), "no longer verified"),
        (len(comparison.fixed), "fixed"),
        (len(comparison.added), "new"),
        (len(comparison.gone), "removed"),
        (len(comparison.slower), "slower"),
    )
    return ", ".join(f"{number} {what}" for number, what in numbers if number) or "no difference"
