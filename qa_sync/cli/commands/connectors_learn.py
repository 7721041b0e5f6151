"""`qa-sync connectors check SYSTEM --learn`: edits of a connector that follow from reading the system."""

from __future__ import annotations

import json

from qa_sync.cli.notice import notify, print_lines
from qa_sync.errors import NoVerdict, UnknownName, UsageError
from qa_sync.openapi.editing.merge import NOTHING
from qa_sync.openapi.learning.model import Proposal
from qa_sync.settings.model import Settings


def learn_system(settings: Settings, label: str | None, *, write: bool) -> int:
    """Read a system, print the proposals, and with `write` apply them. Returns the exit code."""
    from qa_sync.modes.live_systems.learn import learn, redactor_of, write_learned  # noqa: PLC0415 - needs the network

    if label is None:
        raise UsageError("--learn needs the name of a system", hint=f"one of: {', '.join(settings.systems) or 'none'}")
    if settings.system(label) is None:
        raise UnknownName("system", label, settings.systems, hint="--learn reads a system of qa-sync.toml")
    redact = redactor_of(settings)
    learned = learn(settings, label, redact, notify)
    print_lines(f"{label}  {line}" for line in learned.read)
    print_lines(redact(line) for line in map(_line, learned.proposals))
    print_lines(f"note: {remark}" for remark in learned.remarks)
    for problem in learned.unread:
        notify(f"Error: {label}: not read: {problem}")
    if not learned.proposals:
        print_lines(["Nothing to change."] if not learned.unread else [])
    elif write:
        print_lines([f"Wrote {', '.join(write_learned(learned))} in {learned.folder}"])
    else:
        print_lines([f"{len(learned.proposals)} edits of {learned.folder}; --write makes them"])
    return NoVerdict.exit_code if learned.unread else 0


def _line(proposal: Proposal) -> str:
    if not proposal.keys:
        return f"  {proposal.where}: settled ({proposal.why})"
    key = ".".join(proposal.keys)
    value = "removed" if proposal.value is NOTHING else json.dumps(proposal.value, ensure_ascii=False)
    return f"  {proposal.where}: {key} = {value} ({proposal.why})"
