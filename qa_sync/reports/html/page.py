"""Results as one self-contained HTML file: no network, no other file, no template engine.

The style sheet and the script are the two files next to this one. The page's Content-Security-Policy allows only these
two, by their hashes: nothing from a spec or an API can run or load anything, even if it got past the escaping. The
script comes first and listens to the whole page, so that the beginning is usable while the rest is still loading.
A page that is served while a run goes on has a second script, which asks its server for newer results.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from qa_sync.reports.html.elements import LETTER, badge, counted, text
from qa_sync.reports.html.latency import latency_section
from qa_sync.reports.html.matrix import matrix
from qa_sync.reports.html.observed import observed_section
from qa_sync.reports.html.overview import (
    baseline_section,
    failures_section,
    headline,
    manual_section,
    not_removed_section,
    skipped_section,
)
from qa_sync.reports.html.sentences_and_rows import document, size
from qa_sync.reports.html.spec_index import spec_index
from qa_sync.reports.shared.rerun import rerun_command
from qa_sync.reports.shared.spec_states import MANY_SPECS
from qa_sync.reports.shared.wording import cut_short, seconds, when
from qa_sync.running.events import Status
from qa_sync.running.results import Results

SIGN_OFF_FIELDS = ("Verified by", "Role", "Date", "Signature")


FEW = (
    matrix,
    failures_section,
    latency_section,
    observed_section,
    baseline_section,
    manual_section,
    skipped_section,
    not_removed_section,
)
MANY = (*FEW[1:], matrix)
"""The sections of the overview; the matrix of many specs is long, and stands below what failed."""


def render(results: Results) -> str:
    """Return the page as text with a final line break."""
    return "".join(pieces(results))


def pieces(results: Results, version: str | None = None) -> Iterator[str]:
    """Yield the text of `render` part by part; `version` is that of the results on a page that is served."""
    scripts = [_resource("page.js"), *([_resource("refresh.js")] if version else [])]
    yield _top(results, scripts, version)
    yield _header(results, is_served=version is not None)
    yield '<div class="desk">\n<aside aria-label="Overview">\n'
    yield "".join(section(results) for section in (MANY if len(results.specs) > MANY_SPECS else FEW))
    yield f'{_sign_off()}</aside>\n<main id="document">\n'
    yield '<p id="nothing" class="none" hidden>No check matches the filter.</p>\n'
    yield spec_index(results)
    for number, spec in enumerate(results.specs):
        yield from document(
            spec, number, rerun_command(results, [spec.spec]), simulated=spec.spec in results.simulated_specs
        )
    yield "</main>\n</div>\n</body>\n</html>\n"


WAITING = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta http-equiv="refresh" content="1"><meta name="color-scheme" content="light dark">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>qa-sync: no results yet</title></head>
<body><main><h1>No results yet</h1><p>The run has not written any. This page looks again every second.</p></main></body>
</html>
"""
"""What is served before the run has written results."""


def _resource(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def _top(results: Results, scripts: Sequence[str], version: str | None) -> str:
    title = ", ".join(spec.title for spec in results.specs) or "qa-sync"
    served = f' data-version="{text(version)}"' if version else ""
    style, hashes = _resource("page.css"), " ".join(f"'{_hash(script)}'" for script in scripts)
    asks = "connect-src 'self'; " if version else ""
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src {hashes}; {asks}"
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
    )
    return (
        f'<!DOCTYPE html>\n<html lang="en" data-show="all"{served}>\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="referrer" content="no-referrer">\n<meta name="color-scheme" content="light dark">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{text(title)}: {results.totals[Status.PASSED]} of {len(results.checks)} passed</title>\n"
        f"<style>{style}</style>\n{''.join(f'<script>{script}</script>' for script in scripts)}\n</head>\n<body>\n"
    )


def _hash(some: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(some.encode()).digest()).decode()


def _header(results: Results, *, is_served: bool) -> str:
    titles = "".join(
        f'<li><a href="#d{n}">{text(spec.title)}</a> <code>{text(spec.spec)}</code> <span>{size(spec)}</span></li>\n'
        for n, spec in enumerate(results.specs)
    )
    if len(results.specs) > MANY_SPECS:
        titles = f'<li><a href="#index">{len(results.specs)} specs</a></li>\n'
    reason = cut_short(results)
    served = '<p class="how" id="served" role="status"></p>\n' if is_served else ""
    interrupted = f'<p class="how">{badge(Status.ERROR, reason)}</p>\n' if reason else ""
    return (
        '<a class="jump" href="#document">Skip to the spec</a>\n<header>\n<div class="head">\n'
        f'<h1>{headline(results)}</h1>\n<ul class="specs">{titles}</ul>\n'
        f'{interrupted}{served}<p class="how">{text(results.mode)}, {when(results)}, took '
        f"{seconds(results.duration_s)}, seed <code>{text(results.seed)}</code></p>\n</div>\n{_bar(results)}</header>\n"
        + _filters(results)
    )


def _bar(results: Results) -> str:
    """Return a bar with the share of each status; the filter's buttons have the numbers."""
    total = len(results.checks)
    if not total:
        return ""
    x, parts = 0.0, []
    for status, number in results.totals.items():
        width = 1000 * number / total
        if number:
            parts.append(f'<rect class="{LETTER[status]}" x="{x:.2f}" y="0" width="{width:.2f}" height="8"/>')
        x += width
    box = 'viewBox="0 0 1000 8" preserveAspectRatio="none" aria-hidden="true"'
    return f'<svg class="bar" {box}>{"".join(parts)}</svg>\n'


def _filters(results: Results) -> str:
    total = len(results.checks)
    buttons = [f'<button type="button" data-show="all" aria-pressed="true">All <span>{total:,}</span></button>']
    buttons += [
        f'<button type="button" class="{LETTER[status]}" data-show="{LETTER[status]}" aria-pressed="false">'
        f"{status} <span>{number:,}</span></button>"
        for status, number in results.totals.items()
        if number
    ]
    has_failures = results.totals[Status.FAILED] or results.totals[Status.ERROR]
    expand = '<button type="button" id="expand">Expand failures and errors</button>\n' if has_failures else ""
    return (
        '<div class="tools" role="search" aria-label="Filter the checks">\n'
        f'<div class="buttons" role="group" aria-label="By status">{"".join(buttons)}</div>\n'
        '<label class="find"><span class="away">Find checks</span><input type="search" id="find" '
        'placeholder="Find a word, a property, a section" autocomplete="off"></label>\n'
        f'{expand}<button type="button" id="theme">Toggle dark mode</button>\n'
        f'<p id="status" class="away" role="status">{counted(total, "check")}</p>\n</div>\n'
        "<noscript><p>Without JavaScript, the page shows all verdicts, but no filters and evidence.</p></noscript>\n"
    )


def _sign_off() -> str:
    lines = "".join(f'<dt>{word}</dt><dd class="line"></dd>' for word in SIGN_OFF_FIELDS)
    return f'<section class="sign" aria-labelledby="h-sign"><h2 id="h-sign">Sign-off</h2><dl>{lines}</dl></section>\n'
