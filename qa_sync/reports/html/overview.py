"""The overview next to the spec: failures and errors, known failures, manual and skipped checks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from qa_sync.reports.html.elements import LETTER, badge, counted, statuses, text, title
from qa_sync.reports.html.sentences_and_rows import anchor
from qa_sync.reports.shared.failure_causes import FailureCause, failure_causes
from qa_sync.reports.shared.failure_groups import FailureGroup, Place, failure_groups
from qa_sync.reports.shared.rerun import keywords_of, rerun_command
from qa_sync.reports.shared.wording import (
    NOTHING_VERIFIED,
    excerpts,
    group_not_removed,
    not_removed_heading,
    origin_text,
    reasons,
)
from qa_sync.running.events import CheckFinished, Status
from qa_sync.running.interrupted import UNFINISHED
from qa_sync.running.results import Results

MOST_CAUSES = 20
MOST_PLACES = 200
SHOWN_PLACES = 8
"""Maximum number of lines of the spec that are listed, and how many are expanded; the filter finds the others."""

SHOWN_PROBLEMS = 3
"""How many problems of a line are expanded."""

MOST_KEYWORDS = 6
"""Of more checks, the command runs all that failed."""

MOST_CHECKS = 12
"""Maximum number of checks that are listed with the same problem."""

LONG = 1_000
"""Longer messages are cut."""

LONG_VALUE = 160
"""Longer values are shown in part; the check itself, next to its sentence or row, has the whole ones."""


def headline(results: Results) -> str:
    """Return the verdict of the run in one sentence, in the color of its status."""
    totals = results.totals
    failed = totals[Status.FAILED]
    if results.unfinished:
        return _so_far(results)
    if failed and failed == len(results.known):
        return badge(Status.PASSED, f"{counted(failed, 'failure')}, all of them known")
    if failed:
        return badge(Status.FAILED, f"{counted(failed, 'check')} failed")
    if errors := totals[Status.ERROR]:
        return badge(Status.ERROR, f"{counted(errors, 'check')} without a verdict")
    if not totals[Status.PASSED]:
        return badge(Status.ERROR, NOTHING_VERIFIED)
    return badge(Status.PASSED, "Every check that ran passed")


def _so_far(results: Results) -> str:
    """Return the state of a run that has not ended."""
    bad = results.totals[Status.FAILED] + results.totals[Status.ERROR]
    total = len(results.checks)
    done = total - sum(check.message == UNFINISHED for check in results.with_status(Status.SKIPPED))
    status = Status.FAILED if bad else Status.MANUAL
    return badge(status, f"{counted(bad, 'failure')} so far, {done:,} of {counted(total, 'check')} done")


def failures_section(results: Results) -> str:
    """Return the failures and errors by line of the spec; only the first are expanded."""
    groups = failure_groups(results)
    numbers = {spec.spec: n for n, spec in enumerate(results.specs)}
    places = [_place(place, here, numbers[place[0]]) for place, here in islice(groups, MOST_PLACES)]
    first, others = "".join(places[:SHOWN_PLACES]), "".join(places[SHOWN_PLACES:])
    if others:
        first += f"<details><summary>{len(places) - SHOWN_PLACES} more lines</summary>\n{others}</details>\n"
    if rest := sum(1 for _ in groups):
        first += f'<p class="note">{rest:,} more lines are shown in the spec only: filter it by status.</p>'
    return _listed("wrong", "Failures and errors", _causes(results) + first) if places else ""


def _causes(results: Results) -> str:
    """Return the causes that several checks have in common, each in a line."""
    shared = [cause for cause in failure_causes(results) if cause.count > 1][:MOST_CAUSES]
    items = "".join(_cause(cause, results) for cause in shared)
    return f'<ul class="plain">{items}</ul>\n' if items else ""


def _cause(cause: FailureCause, results: Results) -> str:
    """Return a cause with a button that copies the command to run its checks again."""
    keywords = keywords_of(cause, results, 200, MOST_KEYWORDS)
    several = " or ".join(f"({word})" for word in keywords) if len(keywords) > 1 else keywords[0]
    whole = len(keywords) == 1 or len(keywords) == cause.count
    again = rerun_command(results, cause.sections, "-k", several) if whole else None
    again = again or rerun_command(results, cause.sections, "--last-failed")
    copy = f' <button type="button" class="copy" data-copy="{text(again)}">Copy command</button>' if again else ""
    kind = f"h{LETTER[cause.status]}"
    return f'<li class="c {kind}">{badge(cause.status, text(_cut(cause.headline)))}{copy}</li>\n'


def manual_section(results: Results) -> str:
    """Return the manual checks, with boxes to tick."""
    numbers = {spec.spec: n for n, spec in enumerate(results.specs)}
    items = "".join(
        f'<li class="c hm"><span class="tick" aria-hidden="true"></span>'
        f'<a href="#{anchor(numbers[check.spec], check.line)}">'
        f"{text(check.spec)}:{check.line}</a> {title(check)}{_reason(check)}</li>\n"
        for check in results.with_status(Status.MANUAL)
    )
    return _listed("manual", "Manual checks", f'<ul class="plain">{items}</ul>') if items else ""


def baseline_section(results: Results) -> str:
    """Return the known failures and the out-of-date entries of the baseline."""
    items = "".join(
        f'<li class="c hf"><code>{text(entry.check)}</code> {text(entry.reason)} '
        f'<span class="none">({text(entry.owner)}, until {text(entry.expires)})</span></li>\n'
        for entry in results.known
    )
    items += "".join(f'<li class="c hf">{badge(Status.FAILED, text(sentence))}</li>\n' for sentence in results.overdue)
    return _listed("known", "Known failures", f'<ul class="plain">{items}</ul>') if items else ""


def skipped_section(results: Results) -> str:
    """Return the reasons of skipped checks, with the number of checks each."""
    skipped = reasons(results, Status.SKIPPED)
    items = "".join(
        f'<tr class="c hs"><td>{number:,}</td><td class="said">{text(reason)}</td></tr>\n' for reason, number in skipped
    )
    table = (
        '<table class="why"><thead class="away"><tr><th scope="col">Checks</th><th scope="col">Reason</th></tr></thead>'
    )
    return _listed("skipped", "Skipped checks", f"{table}<tbody>{items}</tbody></table>") if items else ""


def not_removed_section(results: Results) -> str:
    """Return the records of the run that could not be removed."""
    items = "".join(
        f"<li><code>{text(f'{what} {ids}')}</code> {text(why)}</li>\n"
        for what, ids, why in group_not_removed(results.leftovers)
    )
    return _listed("left", not_removed_heading(results), f'<ul class="plain">{items}</ul>') if items else ""


def _listed(name: str, title: str, inner: str) -> str:
    return f'<section aria-labelledby="h-{name}"><h2 id="h-{name}">{title}</h2>\n{inner}</section>\n'


def _reason(check: CheckFinished) -> str:
    return f' <span class="none">{text(check.message)}</span>' if check.message else ""


def _place(place: Place, here: dict[FailureGroup, list[CheckFinished]], number: int) -> str:
    spec, line = place
    problems = [_problem(problem, checks) for problem, checks in here.items()]
    first, others = "".join(problems[:SHOWN_PROBLEMS]), "".join(problems[SHOWN_PROBLEMS:])
    if others:
        first += f"<details><summary>{len(problems) - SHOWN_PROBLEMS} more here</summary>\n{others}</details>"
    kinds = statuses(check for checks in here.values() for check in checks)
    return f'<div class="problem c {kinds}"><a href="#{anchor(number, line)}">{text(spec)}:{line}</a>{first}</div>\n'


def _problem(problem: FailureGroup, checks: Sequence[CheckFinished]) -> str:
    named = [
        f"<li>{badge(problem.status, text(check.kind))} {title(check)} <em>{origin_text(check)}</em></li>"
        for check in checks[:MOST_CHECKS]
    ]
    if len(checks) > MOST_CHECKS:
        named.append(f"<li>and {len(checks) - MOST_CHECKS:,} more for the same reason</li>")
    message = f'<p class="said">{text(_cut(problem.message))}</p>' if problem.message else ""
    return f'<ul class="plain">{"".join(named)}</ul>{message}{_values(problem)}{_records(problem)}'


def _values(problem: FailureGroup) -> str:
    if problem.expected is None or problem.actual is None:
        return ""
    expected, actual = excerpts(problem.expected, problem.actual, LONG_VALUE)
    first, last = _common(expected, actual)
    return (
        f'<dl class="diff"><dt>expected</dt><dd>{_marked(expected, first, last, "ins")}</dd>'
        f"<dt>actual</dt><dd>{_marked(actual, first, last, 'del')}</dd></dl>"
    )


def _common(one: str, other: str) -> tuple[int, int]:
    """Return the lengths of the common prefix and the common suffix of two texts."""
    most = min(len(one), len(other))
    first = next((n for n in range(most) if one[n] != other[n]), most)
    last = next((n for n in range(most - first) if one[-1 - n] != other[-1 - n]), most - first)
    return first, last


def _marked(some: str, first: int, last: int, tag: str) -> str:
    end = len(some) - last
    return f"{text(some[:first])}<{tag}>{text(some[first:end])}</{tag}>{text(some[end:])}"


def _records(problem: FailureGroup) -> str:
    names = ", ".join(_names(problem))
    return f'<p class="note">{text(names)}</p>' if names else ""


def _names(problem: FailureGroup) -> Iterable[str]:
    return (f"{r.system} {r.entity} {r.id}" for r in problem.records)


def _cut(some: str) -> str:
    return some if len(some) <= LONG else f"{some[:LONG]} … ({len(some):,} characters)"
