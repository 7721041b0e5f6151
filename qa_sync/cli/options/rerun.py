"""The options of this run that a run of the same checks needs."""

from __future__ import annotations

from collections.abc import Iterator

import click
from click.core import ParameterSource

REPEATED = ("mode", "faults", "config", "depth", "cassettes", "timeout_s", "max_lag", "jobs", "sign_off")
"""Not `--seed`, which a recording has, and not `--yes`: consent is given for one run."""


def typed_options() -> tuple[str, ...]:
    """Return the options of the command line that change how checks run, without those that select checks."""
    context = click.get_current_context()
    typed = (p for p in context.command.params if p.name in REPEATED and isinstance(p, click.Option))
    named = [p for p in typed if context.get_parameter_source(p.name or "") is ParameterSource.COMMANDLINE]
    return tuple(text for p in sorted(named, key=_place) for text in _texts(p, context.params.get(p.name or "")))


def _place(option: click.Option) -> int:
    return REPEATED.index(option.name or "")


def _texts(option: click.Option, value: object) -> Iterator[str]:
    for one in value if isinstance(value, tuple) else (value,):
        yield from (option.opts[-1], f"{one:g}" if isinstance(one, float) else str(one))
