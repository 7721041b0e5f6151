"""The matrix of sections and kinds of check, never wider than its container."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from qa_sync.reports.html.elements import LETTER, text
from qa_sync.reports.html.sentences_and_rows import anchor
from qa_sync.running.events import CheckFinished, Status, worst_status
from qa_sync.running.results import Results, SectionResult

MANY_KINDS = 10
"""With more columns than this, columns are narrower and cells higher."""


def matrix(results: Results) -> str:
    """Return the table of sections and kinds of check; a section's name is above its row, so that all kinds fit."""
    kinds = list(dict.fromkeys(check.kind for check in results.checks))
    heads = "".join(f'<th scope="col"><span>{text(kind)}</span></th>' for kind in kinds)
    width = " many" if len(kinds) > MANY_KINDS else ""
    bodies = []
    for n, spec in enumerate(results.specs):
        if len(results.specs) > 1:
            bodies.append(f"<tbody>{_across(text(spec.spec), kinds, 'spec')}</tbody>\n")
        bodies += [_section_rows(section, kinds, n) for section in spec.sections]
    return (
        '<section aria-labelledby="h-matrix"><h2 id="h-matrix">Sections and checks</h2>\n<div class="wide tall" '
        f'tabindex="0" role="region" aria-label="Sections by kind of check"><table class="matrix{width}"><thead><tr>'
        f"{heads}</tr></thead>\n{''.join(bodies)}</table></div></section>\n"
    )


def _section_rows(section: SectionResult, kinds: Sequence[str], number: int) -> str:
    by_kind: dict[str, list[CheckFinished]] = {}
    for check in section.checks:
        by_kind.setdefault(check.kind, []).append(check)
    name = f'<a href="#{anchor(number, section.line)}">{text(section.heading)}</a>'
    if not by_kind:
        reason = "nothing to check" if section.duplicate_of is None else f"repeats section {section.duplicate_of}"
        return f"<tbody>{_across(f'{name} <span class=none>{reason}</span>', kinds)}</tbody>\n"
    cells = "".join([_cell(by_kind.get(kind, ())) for kind in kinds])
    return f"<tbody>{_across(name, kinds)}<tr>{cells}</tr></tbody>\n"


def _across(inner: str, kinds: Sequence[str], name: str = "") -> str:
    of = f' class="{name}"' if name else ""
    return f'<tr{of}><th scope="rowgroup" colspan="{max(1, len(kinds))}">{inner}</th></tr>'


def _cell(checks: Sequence[CheckFinished]) -> str:
    status = worst_status(check.status for check in checks)
    if status is None:
        return "<td></td>"
    count = Counter(check.status for check in checks)
    tooltip = ", ".join(f"{count[s]} {s}" for s in Status if count[s])
    title = f' title="{tooltip}"' if len(count) > 1 else ""
    return f'<td{title}><b class="{LETTER[status]}">{count[status]}</b></td>'
