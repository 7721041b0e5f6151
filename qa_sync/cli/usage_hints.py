"""Hints for mistakes on the command line: commands of other tools, another order, and values that click rejects."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping, Sequence

import click

from qa_sync.errors import did_you_mean

_SETTINGS = "qa-sync init SPEC writes settings to start from"
_CHECK = "qa-sync check SPEC runs the checks of a spec"
INSTEAD: Mapping[str, str] = {
    **dict.fromkeys(("init", "new", "setup", "config", "configure"), _SETTINGS),
    **dict.fromkeys(("run", "test", "verify", "start"), _CHECK),
    **dict.fromkeys(("validate", "fmt", "format"), "qa-sync lint SPEC reports problems in a spec"),
    **dict.fromkeys(("list", "plan", "ls"), "qa-sync show SPEC lists the checks of a spec"),
    **dict.fromkeys(("serve", "server", "mock"), "qa-sync sandbox serves the embedded systems"),
    **dict.fromkeys(("html", "open", "view"), "qa-sync report RESULTS.json --report html=report.html writes a page"),
    **dict.fromkeys(("help", "man", "usage"), "qa-sync --help lists the commands"),
    **dict.fromkeys(("version",), "qa-sync --version shows the version"),
    **dict.fromkeys(("record", "replay", "live"), "a mode belongs to check: qa-sync check SPEC --mode MODE"),
}
"""Commands of other tools, and what does the same here."""

OPTIONS: Mapping[str, str] = {
    **dict.fromkeys(("live", "record", "replay", "sandbox"), "a mode is a value: --mode MODE"),
    **dict.fromkeys(("html", "json", "junit", "markdown", "rst", "ndjson"), "a report has a format: --report {0}=PATH"),
    **dict.fromkeys(("output", "out", "o"), "a report has a format: --report html=PATH"),
    **dict.fromkeys(("spec", "file", "input"), "a spec is given without an option: qa-sync check specs/000.txt"),
    **dict.fromkeys(("workers", "jobs", "parallel", "n"), "-j N runs N sections in parallel"),
    **dict.fromkeys(("fail-fast", "exitfirst", "bail"), "-x stops at the first failure or error"),
    **dict.fromkeys(("filter", "grep", "only", "match"), "-k EXPR selects checks by words, --section by name"),
    **dict.fromkeys(("lf", "rerun-failed"), "--last-failed runs the checks that failed last time"),
    **dict.fromkeys(("dry-run", "list", "collect-only"), "qa-sync show SPEC lists the checks without running them"),
}
"""Options of `check` in other tools, and what does the same here; `{0}` is the name."""

UNKNOWN = "no such command"

NUMBERS = {"float": "a number", "integer": "an integer"}


def unknown_command(typed: str, commands: Sequence[str]) -> str:
    """Return the message for an unknown command, with what to type instead."""
    return f"{UNKNOWN} {typed!r}; {_instead(typed, commands)}"


def _instead(typed: str, commands: Sequence[str]) -> str:
    """Return what to type instead; a path is a spec before its command."""
    if typed in INSTEAD:
        return INSTEAD[typed]
    if near := did_you_mean(typed, commands):
        return near
    if os.path.lexists(typed) or typed.endswith((".txt", ".rst")) or "/" in typed:
        return f"the command comes first: qa-sync check {shlex.quote(typed)}"
    return "qa-sync --help lists the commands"


def usage_text(error: click.UsageError) -> str:
    """Return the text of a mistake that click found: the usage, what was expected and got, and what to do."""
    usage = f"{error.ctx.get_usage()}\n" if error.ctx else ""
    message = f"{usage}Error: {_plain(error.format_message())}"
    if error.message.startswith(UNKNOWN):  # it says itself what to do
        return message
    command = error.ctx.command_path if error.ctx else "qa-sync COMMAND"
    if hint := _option_hint(error):
        message = re.sub(r" \(?Did you mean.*", "", message)  # click only compares letters
    hint = hint or _value_hint(error) or f"{command} --help explains the options"
    return f"{message}\n  hint: {hint}"


def _option_hint(error: click.UsageError) -> str | None:
    """Return what to type instead of an option that `check` does not have."""
    if not isinstance(error, click.NoSuchOption) or error.ctx is None or error.ctx.info_name != "check":
        return None
    name = error.option_name.lstrip("-")
    return OPTIONS[name].format(name) if name in OPTIONS else None


def _value_hint(error: click.UsageError) -> str | None:
    """Return `did you mean` for a value that is none of a list; no list has a value that writes."""
    if not isinstance(error, click.BadParameter) or error.param is None or error.ctx is None:
        return None
    choices, typed = error.param.type, re.search(r"^'(.*)' is not one of", error.message)
    return did_you_mean(typed[1], choices.choices) if typed and isinstance(choices, click.Choice) else None


def _plain(message: str) -> str:
    """Return a message of click with the name of a type as a user calls it."""
    return re.sub(r"a valid (float|integer)( range)?\b", lambda kind: NUMBERS[kind[1]], message)
