"""What pytest shows of failures: blocks of the first checks of a cause, and a summary of the causes at the end."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from qa_sync.reports.shared.failure_causes import cause_key, failure_causes
from qa_sync.reports.shared.page_options import OutputOptions
from qa_sync.reports.shared.text_layout import Line, Style, columns, text_of
from qa_sync.reports.terminal.failure_block import all_blocks
from qa_sync.running.events import CheckFinished
from qa_sync.running.results import Results, SectionResult, SpecResult

MOST_PLACES = 3


def item_name(check: str) -> str:
    """Return the id of a check as the name of a pytest item.

    Without `[` and `::`, in which pytest and its plugins read parameters and parts of a node id.
    """
    return re.sub("::+", ":", check.replace("[", "(").replace("]", ")"))


def failure_text(results: Results, lines: Sequence[str], verdict: CheckFinished, *, every: bool) -> str:
    """Return the block of a failure or error that the terminal report shows; `lines` are those of the spec.

    Unless `every`, the checks after the first ones of a cause have one line each.
    """
    heading = next(s.heading for s in results.sections if s.key == verdict.key)
    key = cause_key(verdict, heading)
    cause = next(cause for cause in failure_causes(results) if cause.key == key)
    if not every and verdict.id not in {check.id for check in cause.examples()}:
        return f"{verdict.spec}:{verdict.line}: as above: {cause.headline} (pytest -v shows each)"
    alone = tuple(SpecResult(s.spec, s.title, tuple(_only(r, verdict) for r in s.sections)) for s in results.specs)
    output = OutputOptions(
        quiet=True,
        source_line=lambda _, line: lines[line - 1] if 0 < line <= len(lines) else None,
        simulated=results.simulated_specs,
    )
    return text_of(all_blocks(replace(results, specs=alone), output))


def summary_text(results: Results, width: int) -> str:
    """Return the causes of all failures and errors with their places; an empty text without any."""
    causes = failure_causes(results)
    return text_of(_summary(results, OutputOptions(width))) if causes else ""


def _summary(results: Results, output: OutputOptions) -> Iterator[Line]:
    for cause in failure_causes(results):
        mark = (output.symbol(cause.status), Style(cause.status))
        yield from columns([([mark], 1), ([(output.text(cause.headline), Style.PLAIN)], output.width - 2)], gap=1)
        places = [output.text(f"{spec}:{line}") for spec, line in cause.places]
        more = f" and {len(places) - MOST_PLACES} more" if len(places) > MOST_PLACES else ""
        yield from columns([([(", ".join(places[:MOST_PLACES]) + more, Style.QUIET)], output.width - 2)], indent=2)
    yield (("pytest -v shows each failure in full, pytest --lf runs only these again", Style.QUIET),)


def _only(section: SectionResult, verdict: CheckFinished) -> SectionResult:
    return replace(section, checks=tuple(c for c in section.checks if c.id == verdict.id))
