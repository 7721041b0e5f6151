"""Failures and errors by cause: the first check of each in full, a few more in short, and a summary at the end."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from qa_sync.reports.shared.failure_causes import EXAMPLES, FailureCause, failure_causes
from qa_sync.reports.shared.page_options import OutputOptions
from qa_sync.reports.shared.rerun import keywords_of, rerun_command
from qa_sync.reports.shared.text_layout import BLANK, Line, Span, Style, clip, columns, width_of, wrap
from qa_sync.reports.shared.wording import as_json, distinguishable, excerpts
from qa_sync.reports.terminal.check_table import title_of
from qa_sync.reports.terminal.failure_block import FIELD, FailureBlocks, all_blocks
from qa_sync.running.events import CheckFinished
from qa_sync.running.results import Results

MOST_CAUSES = 20
"""How many causes are shown with examples, unless the output is verbose."""

MOST_LISTED = 8
MOST_PLACES = 3
"""How many causes the summary lists, and how many places of each."""

READ_ONLY_MODES = frozenset({"audit", "observe"})

INDENT = 4

NOTE = 34
"""The width of the note on what an excerpt leaves out."""

LEAST, STEP = 3, 4
"""The fewest characters of an excerpt, and by how many it is made shorter until it fits."""


def failure_blocks(results: Results, output: OutputOptions) -> Iterator[Line]:
    """Return the lines of all failures and errors by cause; in verbose output of every check, by line of the spec."""
    if output.verbose:
        yield from all_blocks(results, output)
        return
    blocks, causes = FailureBlocks(output), failure_causes(results)
    for cause in causes[:MOST_CAUSES]:
        yield from _cause(cause, blocks, output)
    if len(causes) > MOST_CAUSES:
        text = f"and {len(causes) - MOST_CAUSES} more causes: -v shows them"
        yield from (*wrap([(text, Style.QUIET)], output.width), BLANK)


def failure_summary(results: Results, output: OutputOptions) -> Iterator[Line]:
    """Return the last screen: each cause with its place, what selects its checks, and how to run them again."""
    causes = failure_causes(results)
    yield (("Failures and errors", Style.STRONG),)
    for cause in causes[:MOST_LISTED]:
        yield from _listed(cause, results, output)
    if len(causes) > MOST_LISTED:
        yield from columns([([(f"and {len(causes) - MOST_LISTED} more causes", Style.QUIET)], output.width)], indent=2)
    hints = [] if output.verbose else [("More", "-v shows every failure with its requests and full values")]
    if again := rerun_command(results, (spec for cause in causes for spec in cause.sections), "--last-failed"):
        hints.append(("Again", again))
    for word, text in hints:
        cells = [([(word, Style.QUIET)], 5), ([(output.text(text), Style.PLAIN)], output.width - 9)]
        yield from columns(cells, indent=2)
    yield BLANK


def _cause(cause: FailureCause, blocks: FailureBlocks, output: OutputOptions) -> Iterator[Line]:
    first, *others = cause.examples()
    if others:
        yield from wrap(
            [(f"{output.symbol(cause.status)} {output.text(cause.headline)}", Style(cause.status))], output.width
        )
    yield from blocks.alone(first)
    for check in others:
        yield from _short(check, first, output)
    if cause.count > EXAMPLES:
        yield ((f"  and {cause.count - EXAMPLES} more", Style.QUIET),)
    yield BLANK


def _short(check: CheckFinished, first: CheckFinished, output: OutputOptions) -> Iterator[Line]:
    """Return a check in short: its title, and its values if they are not those of the first."""
    mark = f"{output.symbol(check.status)} {check.status}"
    title: list[Span] = [(f"{output.text(check.kind)}  ", Style(check.status)), *title_of(check, output)]
    yield from columns([([(mark, Style(check.status))], 8), (title, output.width - 12)], indent=2)
    values = check.expected, check.actual
    if values in ((None, None), (first.expected, first.actual)):
        return
    width = output.width - INDENT
    texts = distinguishable(as_json(check.expected), as_json(check.actual))
    lines = [f"expected {output.text(texts[0])}, actual {output.text(texts[1])}"]
    if width_of(lines[0]) > width:
        # Escapes and wide characters take more cells than one.
        fitting = (_two_lines(texts, most, output) for most in range(width - FIELD - NOTE, LEAST, -STEP))
        lines = next((two for two in fitting if max(map(width_of, two)) <= width), _two_lines(texts, LEAST, output))
    for line in lines:
        yield ((" " * INDENT, Style.PLAIN), (clip(line, width, output.ellipsis), Style.QUIET))


def _two_lines(texts: tuple[str, str], most: int, output: OutputOptions) -> list[str]:
    expected, actual = map(output.text, excerpts(*texts, most))
    return [f"{'expected':{FIELD}} {expected}", f"{'actual':{FIELD}} {actual}"]


def _listed(cause: FailureCause, results: Results, output: OutputOptions) -> Iterator[Line]:
    mark: Span = (output.symbol(cause.status), Style(cause.status))
    yield from columns([([mark], 1), ([(output.text(cause.headline), Style.PLAIN)], output.width - 4)], indent=2, gap=1)
    places = [output.text(f"{spec}:{line}") for spec, line in cause.places]
    more = f" and {len(places) - MOST_PLACES} more" if len(places) > MOST_PLACES else ""
    spans: list[Span] = [(", ".join(places[:MOST_PLACES]) + more, Style.QUIET)]
    yield from columns([(spans, output.width - INDENT)], indent=INDENT)
    if results.mode in READ_ONLY_MODES:  # their commands have no -k
        return
    for keyword in keywords_of(cause, results, output.width - INDENT - 5, EXAMPLES if cause.count > 1 else 1):
        yield from columns(
            [([(f"-k {output.text(shlex.quote(keyword))}", Style.QUIET)], output.width - INDENT)], indent=INDENT
        )
