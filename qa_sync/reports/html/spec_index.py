"""The index of a page with several specs: the state of each, the worst first."""

from __future__ import annotations

from qa_sync.reports.html.elements import badge, classes_of, text
from qa_sync.reports.shared.spec_states import SpecState, knows_earlier, spec_states
from qa_sync.running.events import Status
from qa_sync.running.results import Results


def spec_index(results: Results) -> str:
    """Return the table of the specs; empty for a single spec."""
    if len(results.specs) < 2:  # noqa: PLR2004 - one spec needs no index
        return ""
    more = knows_earlier(results)
    states = spec_states(results)
    rows = "".join(_row(state, more=more) for state in states)
    words = ("State", "Spec", "Checks", *(("Newly failing", "Last verified") if more else ()))
    heads = "".join(f'<th scope="col">{word}</th>' for word in words)
    unknown = more and any(state.spec.newly is None or not state.spec.verified for state in states)
    note = '<p class="note">?: no earlier run of this spec is known.</p>' if unknown else ""
    return (
        '<section class="index" aria-labelledby="index"><h2 id="index">Specs</h2>\n<div class="wide">'
        f"<table><thead><tr>{heads}</tr></thead>\n<tbody>{rows}</tbody></table></div>{note}</section>\n"
    )


def _row(state: SpecState, *, more: bool) -> str:
    kinds = classes_of(status for status, _ in state.counts)
    link = f'<a href="#d{state.number}">{text(state.spec.title)}</a> <code>{text(state.spec.spec)}</code>'
    newly = badge(Status.FAILED, state.newly) if state.spec.newly else state.newly
    earlier = f'<td>{newly}</td><td class="date">{state.verified}</td>' if more else ""
    return (
        f'<tr class="c {kinds}"><td>{badge(state.status, state.status)}</td><td>{link}</td>'
        f"<td>{text(state.counted)}</td>{earlier}</tr>\n"
    )
