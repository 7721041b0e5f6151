"""Kinds of check, lint codes, faults, and the other names that a run can be given."""

from __future__ import annotations

from qa_sync.checklist.depth import DEPTHS
from qa_sync.checklist.kinds import KINDS
from qa_sync.checklist.reasons import MEANINGS
from qa_sync.checklist.samples.tried import TRIED
from qa_sync.dataflow.lint_codes import CODES
from qa_sync.dataflow.parsing.statements import TEMPLATES
from qa_sync.modes.table import MODES
from qa_sync.reports.formats.table import DESCRIPTIONS, FORMATS
from qa_sync.sync.faults.caught_by import CAUGHT_BY
from qa_sync.sync.faults.not_hidden import NOT_HIDDEN
from qa_sync.sync.faults.table import FAULTS
from qa_sync.values.comparison.tolerances import TOLERANCES
from reference.markup import code, codes, heading, prose, table


def kinds() -> str:
    """Return a section for each kind of check: its claim, the statement that asks for it, and the steps."""
    return "".join(
        heading(name)
        + f"{prose(kind.claim)} Asked for by: {prose(kind.asked_by)}.\n\n"
        + "".join(f"#. {prose(step)}\n" for step in kind.steps)
        + "\n"
        for name, kind in KINDS.items()
    )


def statements() -> str:
    """Return each sentence that a spec can have, with the kind of statement that it is."""
    rows = ((code(str(one.kind)), code(one.words)) for one in TEMPLATES)
    return table(("Statement", "Sentence"), rows, "25 75")


def reasons() -> str:
    """Return every code of a reason why a check has no steps."""
    return table(("Code", "Why"), ((code(name), prose(text)) for name, text in MEANINGS.items()), "28 72")


def depths() -> str:
    """Return the values of `--depth`."""
    return table(("Depth", "Meaning"), ((code(str(depth)), prose(text)) for depth, text in DEPTHS.items()))


def modes() -> str:
    """Return the values of `--mode`."""
    return table(("Mode", "Runs against"), ((code(mode), prose(text)) for mode, text in MODES.items()))


def formats() -> str:
    """Return the values of `--report`."""
    return table(("Format", "Meaning"), ((code(name), prose(DESCRIPTIONS[name])) for name in FORMATS))


def lint_codes() -> str:
    """Return every code of a finding."""
    rows = ((code(name), str(one.severity), prose(one.meaning)) for name, one in CODES.items())
    return table(("Code", "Severity", "Meaning"), rows, "28 12 60")


def tried_values() -> str:
    """Return what is tried with the values of each kind of property."""
    return table(("Of", "What is tried"), ((prose(name), prose(one.values)) for name, one in TRIED.items()), "18 82")


def faults() -> str:
    """Return every fault, and the kinds of check that catch it."""
    rows = ((code(name), prose(fault.description), codes(CAUGHT_BY[name])) for name, fault in FAULTS.items())
    return table(("Fault", "What the sync does", "Caught by"), rows, "25 45 30")


def tolerances() -> str:
    """Return every difference that a comparison allows, why, and the faults that it must not hide."""
    rows = (
        (prose(name), prose(one.allows), prose(one.reason), codes(NOT_HIDDEN[name])) for name, one in TOLERANCES.items()
    )
    return table(("Of", "What is allowed", "Why", "Must not hide"), rows, "14 32 34 20")
