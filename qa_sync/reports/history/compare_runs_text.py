"""A comparison of two runs as plain text."""

from __future__ import annotations

from collections.abc import Iterator

from qa_sync.reports.history.compare_runs import RULE, CheckChange, Comparison
from qa_sync.reports.shared.escape import escape_invisible
from qa_sync.reports.shared.wording import seconds

LONG = 300


def render(comparison: Comparison) -> str:
    """Return what changed, the worst first; a check is named by its document's line, so that it can be opened."""
    lines = [*_lines(comparison)]
    return "".join(f"{line}\n" for line in lines)


def _lines(comparison: Comparison) -> Iterator[str]:
    for title, changes in (
        ("Newly failing", comparison.failing),
        ("No longer found out", comparison.unclear),
        ("No longer verified", comparison.unverified),
        ("Fixed", comparison.fixed),
        ("New", comparison.added),
        ("Gone", comparison.gone),
    ):
        if changes:
            yield f"{title} ({len(changes)})"
            for change in changes:
                yield from _change(change, why=title.startswith(("Newly", "No longer")))
            yield ""
    if comparison.slower:
        yield f"Slower ({len(comparison.slower)})"
        for slower in comparison.slower:
            times = f"{seconds(slower.old_s)} -> {seconds(slower.new_s)}"
            yield escape_invisible(f"  {times}  {slower.spec}  {slower.key}  {slower.kind}, {slower.checks} checks")
        yield from (f"  {RULE}", "")
    yield _summary(comparison)


def _change(change: CheckChange, *, why: bool) -> Iterator[str]:
    check = change.check
    was = change.old.status if change.old and change.new else ""
    status = f"{was} -> {check.status}" if was else check.status
    yield escape_invisible(f"  {check.spec}:{check.line}  {check.kind}  {check.title}  ({status})")
    if why and check.message:
        said = check.message if len(check.message) <= LONG else f"{check.message[:LONG]} ..."
        yield from (f"      {escape_invisible(line)}" for line in said.splitlines())


def _summary(comparison: Comparison) -> str:
    numbers = (
        (len(comparison.failing), "newly failing"),
        (len(comparison.unclear), "no longer found out"),
        (len(comparison.unverified), "no longer verified"),
        (len(comparison.fixed), "fixed"),
        (len(comparison.added), "new"),
        (len(comparison.gone), "gone"),
        (len(comparison.slower), "slower"),
    )
    return ", ".join(f"{number} {what}" for number, what in numbers if number) or "no difference"
